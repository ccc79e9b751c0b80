"""Finds what a man would owe, shows the working, and says so to the mission; takes nothing."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.conscription import record
from services.conscription.model import Assessment
from services.conscription.rules.allowances import ALLOWANCES
from services.conscription.rules.working import Finding
from shared.database import audit
from shared.database.db import now
from shared.documents import issuer
from shared.identity.actor import Actor
from shared.messaging.messages import Envelope
from shared.messaging.outbox import emit
from shared.values.dates import local_date

DAMASCUS = "Asia/Damascus"


def assess(session: Session, actor: Actor, envelope: Envelope) -> None:
    """Answers `application.forwarded` with an amount in the law's currency, or with a refusal and its reason."""
    on = local_date(now(session), DAMASCUS)
    man = record.man(session, actor, UUID(envelope.body["person"]), envelope.about)
    allowance = ALLOWANCES[envelope.body["transaction"]]
    found = allowance(man, record.prices(session, on), on) if man else Finding(None, "no_service_record")
    store_assessment(session, actor, envelope, found)
    if found.price is None:
        answer(session, actor, envelope, outcome="refused", reason=found.reason)
        return
    price = found.price
    answer(session, actor, envelope, outcome="assessed", amount=price.amount, currency=price.currency)


def store_assessment(session: Session, actor: Actor, envelope: Envelope, found: Finding) -> None:
    """What was found and how, also where it ends in a refusal; asked again, the later finding counts."""
    price = found.price
    session.merge(
        Assessment(
            application=envelope.about,
            mission=envelope.mission,
            person=UUID(envelope.body["person"]),
            transaction=envelope.body["transaction"],
            tier=price.tier if price else None,
            amount=price.amount if price else None,
            currency=price.currency if price else None,
            law=price.law if price else None,
            reason=found.reason,
            working=[step.as_dict() for step in found.steps],
            assessed_at=now(session),
        )
    )
    session.flush()
    tier, amount = (price.tier, price.amount) if price else (None, None)
    audit.record(session, actor, "allowance.assess", envelope.about, reason=found.reason, tier=tier, amount=amount)


def answer(session: Session, actor: Actor, cause: Envelope, **said: object) -> None:
    """Sends `decision.made` about the application a message spoke of.

    Raises Refusal (authority_missing) where no authority decides.
    """
    issuer.check_official()
    ask = "discharge" if cause.type == "fee.settled" else cause.body["ask"]
    head: dict[str, Any] = {"application": cause.about, "transaction": cause.body["transaction"], "ask": ask}
    emit(session, actor, "decision.made", cause.about, {**head, **said}, cause=cause)
