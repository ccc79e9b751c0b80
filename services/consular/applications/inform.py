"""Tells the people of an application something that is no change of its status: money that came, money that goes."""

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.move import told
from services.consular.notices.rules import REFUND_DUE
from services.consular.notices.tell import tell
from services.consular.payments.model import Attempt, Refund


def inform(
    session: Session, application: Application, kind: str, once: str | None = None, **params: str | int | None
) -> int:
    """Leaves the notice with everybody who hears of the application; how many had not heard. See notices.tell."""
    reference = application.reference
    return sum(tell(session, person, kind, reference, once, **params) for person in told(session, application))


def tell_owed(session: Session, application: Application, owed: Refund) -> None:
    """Says that money is owed back: to the people of the application, and to whoever paid it, once each."""
    payer = session.get_one(Attempt, owed.attempt).payer
    for person in dict.fromkeys([*told(session, application), payer or application.person]):
        tell(
            session,
            person,
            REFUND_DUE,
            application.reference,
            owed.reference,
            amount=owed.amount,
            currency=owed.currency,
        )
