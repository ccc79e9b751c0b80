"""The tariffs of a mission as its desk sees them on a day: each line with its row, and the rows that are to come."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services.consular.missions.model import Mission
from services.consular.payments.tariffs import fees
from services.consular.payments.tariffs.model import Tariff
from shared.catalogue import CATALOGUE


def tariffs_on(session: Session, mission: Mission, on: date, today: date) -> dict[str, Any]:
    """`rows` has one entry for each line that is charged, its tariff empty where the authority assesses it or none is
    known; `coming` has the rows that begin after `on`. `currencies` are those a new one may be set in."""
    rows, coming = [], []
    for slug, entry in CATALOGUE.items():
        in_force = fees.applicable(session, slug, mission, on)
        rows += [_line(slug, fee.name, fee.beneficiary, in_force.get(fee.name)) for fee in entry.fees]
        later = (
            row for row in fees.history(session, slug) if row.valid_from > on and row.scope in (None, mission.code)
        )
        coming += [_line(slug, row.line, row.beneficiary, row) for row in later]
    return {
        "on": on.isoformat(),
        "today": today.isoformat(),
        "currencies": sorted({mission.currency, "USD", "EUR"}),
        "rows": rows,
        "coming": sorted(coming, key=lambda line: (line["row"]["since"], line["transaction"], line["line"])),
    }


def _line(transaction: str, line: str, beneficiary: str, row: Tariff | None) -> dict[str, Any]:
    shown = row.serialise() | {"approver": row.approver} if row else None
    return {"transaction": transaction, "line": line, "beneficiary": beneficiary, "row": shown}
