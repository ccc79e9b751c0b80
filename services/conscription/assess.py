"""Assesses what a man would owe, stores the working, and answers the mission. No payment is taken here."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.conscription import record
from services.conscription.model import Assessment
from services.conscription.rules.allowances import ALLOWANCES, birth_steps
from services.conscription.rules.working import Finding
from shared.database import audit
from shared.database.db import now
from shared.documents import issuer
from shared.documents.model import Document
from shared.identity.actor import Actor
from shared.messaging.messages import Envelope
from shared.messaging.outbox import emit
from shared.values.dates import STATE_ZONE, local_date


def assess(session: Session, actor: Actor, envelope: Envelope) -> None:
    """Answers `application.forwarded` with an amount in the law's currency, or with a refusal and its reason."""
    today = local_date(now(session), STATE_ZONE)
    man = record.load_man(session, actor, UUID(envelope.body["person"]), envelope.about)
    allowance = ALLOWANCES[envelope.body["transaction"]]
    finding = Finding(None, "no_service_record")
    if man:
        finding = allowance(man, record.load_prices(session, today), today, record.load_terms(session, today))
        finding = replace(finding, steps=(*birth_steps(man), *finding.steps))
    store_assessment(session, actor, envelope, finding)
    if finding.price is None:
        answer(session, actor, envelope, outcome="refused", reason=finding.reason)
        return
    price = finding.price
    answer(session, actor, envelope, outcome="assessed", amount=price.amount, currency=price.currency)


def store_assessment(session: Session, actor: Actor, envelope: Envelope, finding: Finding) -> None:
    """Stores a finding, also a refusal, with its working. A repeated assessment replaces the earlier one."""
    price = finding.price
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
            reason=finding.reason,
            working=[step.as_dict() for step in finding.steps],
            assessed_at=now(session),
        )
    )
    session.flush()
    tier, amount = (price.tier, price.amount) if price else (None, None)
    audit.record(session, actor, "allowance.assess", envelope.about, reason=finding.reason, tier=tier, amount=amount)


def issued(document: Document) -> dict[str, object]:
    """What a granted decision says of the document that was issued."""
    return {"document": document.code, "document_number": document.number}


def answer(session: Session, actor: Actor, cause: Envelope, **decision: object) -> None:
    """Sends `decision.made` about the application of the message `cause`.

    Raises Refusal (authority_missing) where no authority decides.
    """
    issuer.check_official()
    ask = "discharge" if cause.type == "fee.settled" else cause.body["ask"]
    subject: dict[str, Any] = {"application": cause.about, "transaction": cause.body["transaction"], "ask": ask}
    emit(session, actor, "decision.made", cause.about, {**subject, **decision}, cause=cause)
