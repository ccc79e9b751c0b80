"""Everything that the pages of an application show of it, found by one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, SQLColumnExpression, bindparam, func, select
from sqlalchemy.orm import DeclarativeBase, Session, aliased

from services.consular.applications.model import Application, Approval, Asking, Correction, Step
from services.consular.appointments.booking import book
from services.consular.appointments.model import Appointment, Attendance
from services.consular.ministries.model import Letter
from services.consular.notices.model import Notice
from services.consular.passports import booklets
from services.consular.passports.model import LostPassport, Passport
from services.consular.passports.slip import PASSPORT_SLIP
from services.consular.payments.disputes.model import Dispute
from services.consular.payments.orders.model import Attempt, Order, Quote, QuoteLine, Receipt
from services.consular.payments.refunds.model import Refund
from services.consular.payments.transfers.model import BankLine
from services.consular.payments.transfers.rules import Reason
from services.consular.people.model import ActingPerson, Applicant, Duplicate, Mandate
from services.consular.uploads.model import Upload
from services.consular.views.application.json_rows import first_row, many, read, read_row
from shared.documents.model import Document


@dataclass(frozen=True)
class ApplicationRows:
    """An application with the rows about it, each list in the order in which it is shown. Nothing in it is changed."""

    application: Application
    applicant: Applicant | None
    acting: ActingPerson | None
    mandate: Mandate | None
    steps: list[Step]
    uploads: list[Upload]
    orders: list[Order]
    quotes: list[Quote]
    quote_lines: list[QuoteLine]
    attempts: list[Attempt]
    receipts: list[Receipt]
    refunds: list[Refund]
    part_lines: list[BankLine]
    disputes: list[Dispute]
    letters: list[Letter]
    corrections: list[Correction]
    passport: Passport | None
    appointment: Appointment | None
    attendance: Attendance | None
    slip: str | None


@dataclass(frozen=True)
class ApplicantRows(ApplicationRows):
    """What its applicant sees: the notices to the reader as well."""

    notices: list[Notice]


@dataclass(frozen=True)
class CaseRows(ApplicationRows):
    """What the desk sees: what authorities were asked, marks of a second application, the passport's checks, and what
    the people of the application were told."""

    notices: list[Notice]
    marks: list[Duplicate]
    askings: list[Asking]
    approvals: list[Approval]
    lost: LostPassport | None
    last_passport: Passport | None


@dataclass(frozen=True)
class Source:
    """Which rows of a table are meant, in which order."""

    model: type[DeclarativeBase]
    where: Sequence[ColumnElement[bool]]
    order_by: Sequence[SQLColumnExpression[Any]] = ()


REFERENCE: BindParameter[str] = bindparam("reference")
# Each condition is one of an index, also where money is found over its order.
_OF_ORDER = (Order.application == REFERENCE,)
_OF_ATTEMPT = (Attempt.order == Order.reference, *_OF_ORDER)
_marks = aliased(Correction)
_LAST_RETURN = select(func.max(_marks.number)).where(_marks.application == REFERENCE).scalar_subquery()
LISTS: Mapping[str, Source] = {
    "steps": Source(Step, [Step.application == REFERENCE], [Step.id]),
    "uploads": Source(
        Upload, [Upload.application == REFERENCE, Upload.removed_at.is_(None)], [Upload.added_at, Upload.id]
    ),
    "orders": Source(Order, _OF_ORDER, [Order.opened_at.desc(), Order.reference]),
    "quotes": Source(Quote, [Quote.id == Order.quote_id, *_OF_ORDER], [Quote.made_at]),
    "quote_lines": Source(QuoteLine, [QuoteLine.quote == Order.quote_id, *_OF_ORDER], [QuoteLine.place]),
    "attempts": Source(Attempt, _OF_ATTEMPT, [Attempt.opened_at, Attempt.reference]),
    "receipts": Source(Receipt, [Receipt.attempt == Attempt.reference, *_OF_ATTEMPT], [Receipt.number]),
    "refunds": Source(Refund, [Refund.attempt == Attempt.reference, *_OF_ATTEMPT], [Refund.marked_at]),
    "part_lines": Source(
        BankLine, [BankLine.application == REFERENCE, BankLine.reason == Reason.UNDER.value], [BankLine.booked_on]
    ),
    "disputes": Source(Dispute, [Dispute.application == REFERENCE], [Dispute.opened_at]),
    "letters": Source(Letter, [Letter.application == REFERENCE], [Letter.place]),
    "corrections": Source(
        Correction,
        [Correction.application == REFERENCE, Correction.number == _LAST_RETURN],
        [Correction.kind.desc(), Correction.marked_at],
    ),
}
SINGLE: Mapping[str, Source] = {
    "applicant": Source(Applicant, [Applicant.application == REFERENCE]),
    "acting": Source(ActingPerson, [ActingPerson.application == REFERENCE]),
    "mandate": Source(Mandate, [Mandate.reference == Application.mandate]),
    "passport": Source(Passport, [Passport.application == REFERENCE, *booklets.IS_PRINTED]),
    "appointment": Source(Appointment, [Appointment.application == REFERENCE, Appointment.lead.is_(None)], book.LATEST),
    "attendance": Source(Attendance, [Attendance.application == REFERENCE]),
}
SLIP = (
    select(Document.code)
    .where(Document.about == REFERENCE, Document.kind == PASSPORT_SLIP, Document.status == "valid")
    .order_by(Document.issued_at.desc())
    .limit(1)
    .scalar_subquery()
)
OWN_LISTS: Mapping[str, Source] = {
    "notices": Source(Notice, [Notice.about == REFERENCE, Notice.person == bindparam("reader")], [Notice.id.desc()]),
}
CASE_LISTS: Mapping[str, Source] = {
    "notices": Source(Notice, [Notice.about == REFERENCE], [Notice.id.desc()]),
    "marks": Source(Duplicate, [Duplicate.application == REFERENCE], [Duplicate.found_at, Duplicate.other]),
    "askings": Source(Asking, [Asking.application == REFERENCE], [Asking.asked_at]),
    "approvals": Source(Approval, [Approval.application == REFERENCE], [Approval.given_at]),
}
CASE_SINGLE: Mapping[str, Source] = {
    "lost": Source(LostPassport, [LostPassport.number == Application.answers["passport_number"].astext]),
    "last_passport": Source(Passport, booklets.earlier_of(Application.person, REFERENCE), booklets.LATEST),
}


def _label(name: str) -> str:
    """A name that no column of an application has."""
    return f"{name}_rows"


class Reader:
    """A statement for some of these rows, built once."""

    def __init__(self, lists: Mapping[str, Source], single: Mapping[str, Source]) -> None:
        self.lists, self.single = lists, single
        self.statement: Select[Any] = select(
            *Application.__table__.c,
            *(many(source.model, source.where, source.order_by).label(_label(name)) for name, source in lists.items()),
            *(
                first_row(source.model, source.where, source.order_by).label(_label(name))
                for name, source in single.items()
            ),
            SLIP.label("slip"),
        ).where(Application.reference == REFERENCE)

    def find(self, session: Session, **parameters: str) -> dict[str, Any] | None:
        """The rows by name; None for an absent application."""
        row = session.execute(self.statement, parameters).one_or_none()
        if row is None:
            return None
        values = row._mapping
        application = Application(**{column.key: values[column.key] for column in Application.__table__.c})
        lists = {name: read(source.model, values[_label(name)]) for name, source in self.lists.items()}
        single = {name: read_row(source.model, values[_label(name)]) for name, source in self.single.items()}
        return {"application": application, **lists, **single, "slip": values["slip"]}


_OWN = Reader({**LISTS, **OWN_LISTS}, SINGLE)
_CASE = Reader({**LISTS, **CASE_LISTS}, {**SINGLE, **CASE_SINGLE})


def applicant_rows(session: Session, reference: str, reader: str) -> ApplicantRows | None:
    """An application with what its applicant sees, and the notices to the reader; None where there is none."""
    found = _OWN.find(session, reference=reference, reader=reader)
    return ApplicantRows(**found) if found else None


def case_rows(session: Session, reference: str) -> CaseRows | None:
    """An application with what the desk sees; None where there is none."""
    found = _CASE.find(session, reference=reference)
    return CaseRows(**found) if found else None
