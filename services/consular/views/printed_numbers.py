"""Finds applications by what is printed or shown about them: codes of slips, numbers of receipts, payments, letters."""

import re

from sqlalchemy import ColumnElement, Select, or_, select, union

from services.consular.applications.model import Application
from services.consular.ministries.model import Letter
from services.consular.payments.orders.model import Attempt, Order
from services.consular.payments.refunds.model import Refund
from shared.documents import DIGITS
from shared.documents.model import KINDS, Document
from shared.values import keyboard, references

_LETTERS = "|".join(sorted(kind.letters for kind in KINDS.values()))
# Such as RUH-RC-2026-000012: in any dashes and digits, with as many zeros as were typed.
_NUMBER = re.compile(f"([A-Z]{{3}})({_LETTERS})(20[0-9]{{2}})0*([0-9]{{1,9}})")


def condition(typed: str, mission: str) -> ColumnElement[bool] | None:
    """Whether an application is the one a whole reference, code or number leads to; None where none was typed.

    A reader of codes that types on an Arabic keyboard is understood as well.
    """
    for text in (typed, *keyboard.latin_readings(typed)):
        reference = references.clean(text)
        if references.is_valid(reference) and (text == typed or references.mission_of(reference) == mission):
            return or_(Application.reference == reference, Application.reference.in_(_of_code(reference)))
        number = _NUMBER.fullmatch(references.plain(text))
        if number:
            printed = f"{number[1]}-{number[2]}-{number[3]}-{int(number[4]):0{DIGITS}d}"
            return Application.reference.in_(select(Document.about).where(Document.number == printed))
    return None


def _of_code(code: str) -> Select[tuple[str]]:
    of_attempt = select(Order.application).join(Attempt, Attempt.order == Order.reference)
    of_refund = of_attempt.join(Refund, Refund.attempt == Attempt.reference)
    found = union(
        select(Document.about).where(Document.code == code),
        select(Application.reference).where(Application.document == code),
        select(Order.application).where(Order.reference == code),
        of_attempt.where(Attempt.reference == code),
        of_refund.where(Refund.reference == code),
        select(Letter.application).where(Letter.code == code),
    ).subquery()
    return select(found.c[0])
