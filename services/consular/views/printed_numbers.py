"""Finds applications by what is printed or shown about them: codes of slips, numbers of receipts, payments, letters."""

from sqlalchemy import ColumnElement, Select, or_, select, union

from services.consular.applications.model import Application, Asking
from services.consular.ministries.letters import NUMBER_DIGITS
from services.consular.ministries.model import Letter
from services.consular.payments.orders.model import Attempt, Order
from services.consular.payments.refunds.model import Refund
from shared.documents import DIGITS
from shared.documents.model import Document
from shared.documents.printed_numbers import find_numbers
from shared.values import keyboard, references


def condition(typed: str, mission: str) -> ColumnElement[bool] | None:
    """Whether an application is one that a whole reference, code or number leads to; None where none was typed.

    Such a text is searched for nothing else: the digits of a document's number are no passport number. A reader of
    codes that types on an Arabic keyboard is understood as well.
    """
    for text in (typed, *keyboard.latin_readings(typed)):
        conditions: list[ColumnElement[bool]] = []
        reference = references.clean(text)
        if references.is_valid(reference) and (text == typed or references.mission_of(reference) == mission):
            conditions += (Application.reference == reference, Application.reference.in_(_of_code(reference)))
        numbers = [
            number.written(mission, digits) for number in find_numbers(text) for digits in (DIGITS, NUMBER_DIGITS)
        ]
        if numbers:
            conditions.append(Application.reference.in_(_of_numbers(numbers)))
        if conditions:
            return or_(*conditions)
    return None


def _of_numbers(numbers: list[str]) -> Select[tuple[str]]:
    """The mission's documents are its own rows; those of the registers are numbered in their answers."""
    found = union(
        select(Document.about).where(Document.number.in_(numbers)),
        select(Asking.application).where(Asking.document_number.in_(numbers)),
    ).subquery()
    return select(found.c[0])


def _of_code(code: str) -> Select[tuple[str]]:
    of_attempt = select(Order.application).join(Attempt, Attempt.order == Order.reference)
    of_refund = of_attempt.join(Refund, Refund.attempt == Attempt.reference)
    found = union(
        select(Document.about).where(Document.code == code),
        select(Application.reference).where(Application.document == code),
        select(Asking.application).where(Asking.document == code),
        select(Order.application).where(Order.reference == code),
        of_attempt.where(Attempt.reference == code),
        of_refund.where(Refund.reference == code),
        select(Letter.application).where(Letter.code == code),
    ).subquery()
    return select(found.c[0])
