"""Applications that wait for their applicant."""

import uuid
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select, update

from services.consular.notices.model import Notice
from services.consular.payments.collection import hosted
from services.consular.payments.orders.model import Attempt
from services.consular.workflow.money import settle
from shared.database.db import Database
from tests.factories.applications import Counter
from tests.factories.payments import RETURN, InMemoryProvider

PLACE = "JKT"


def waiting(counter: Callable[..., Counter], status: str, mission: str = PLACE) -> Counter:
    """An application that waits for its applicant."""
    made = counter(mission=mission)
    if status == "draft":
        made.start("passport-renewal")
    else:
        made.until("in_review" if status == "returned" else status)
    if status == "returned":
        assert made.desk("return", reason="paper_missing").status_code == 200
    return made


def notices(database: Database, reference: str) -> list[str]:
    """The kinds of notice about an application, oldest first."""
    with database.scope(reference[:3]) as session:
        return list(session.scalars(select(Notice.kind).where(Notice.about == reference).order_by(Notice.id)))


def page_opened(database: Database, provider: InMemoryProvider, case: Counter, hours: int = 2) -> str:
    """A card page opened some hours ago; the attempt's reference."""
    with database.scope(case.mission) as session:
        order, _ = settle.order_to_pay(session, case.person.actor, case.reference)
    payment = hosted.open_page(database, case.person.actor, provider, settle.by_answer, order, uuid.uuid4().hex, RETURN)
    with database.scope(case.mission) as session:
        session.execute(
            update(Attempt)
            .where(Attempt.reference == payment.reference)
            .values(
                opened_at=func.now() - timedelta(hours=hours),
                changed_at=func.now() - timedelta(hours=hours, minutes=-1),
            )
        )
    return payment.reference
