"""The ledger for accountants: the trial balance at any instant, the closes, and two exports."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import select

from services.consular import missions
from services.consular.payments.ledger import entries, export
from services.consular.payments.ledger.model import Close
from shared.database import audit
from shared.database.db import now
from shared.errors import Invalid
from shared.web.service import allowed, current_actor, transaction

blueprint = Blueprint("ledger", __name__, url_prefix="/desk/ledger")
LATEST = 30


@blueprint.get("")
@allowed("ledger.read")
def trial_balance() -> dict[str, Any]:
    """The balances of all accounts before `?at=`, or now; by currency they sum to zero. The latest closes."""
    with transaction() as session:
        at = _instant() or now(session)
        audit.record(session, current_actor(), "ledger.read", current_actor().mission or "")
        balances = entries.balances(session, _instant())
        closes = session.scalars(select(Close).order_by(Close.day.desc()).limit(LATEST))
        return {
            "at": at.isoformat(),
            "balances": [
                {"account": account, "amount": amount, "currency": currency}
                for (account, currency), amount in sorted(balances.items())
            ],
            "closes": [{"day": row.day.isoformat(), "entries": row.entries} for row in closes],
        }


@blueprint.get("/export.csv")
@allowed("ledger.read")
def export_csv() -> Response:
    """Every line booked before `?at=`, or until now."""
    with transaction() as session:
        content = export.as_csv(export.lines(session, _instant() or now(session)))
        audit.record(session, current_actor(), "ledger.exported", current_actor().mission or "", "csv")
    return Response(content, content_type="text/csv; charset=utf-8")


@blueprint.get("/export.beancount")
@allowed("ledger.read")
def export_beancount() -> Response:
    """The same as text of beancount."""
    with transaction() as session:
        zone = missions.find(session, current_actor().mission).zone
        content = export.as_beancount(export.lines(session, _instant() or now(session)), zone)
        audit.record(session, current_actor(), "ledger.exported", current_actor().mission or "", "beancount")
    return Response(content, content_type="text/plain; charset=utf-8")


def _instant() -> datetime | None:
    """`?at=` as ISO 8601 with its offset. Raises Invalid (malformed)."""
    text = request.args.get("at", "")
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise Invalid("malformed", field="at") from error
    if at.tzinfo is None:
        raise Invalid("malformed", field="at")
    return at
