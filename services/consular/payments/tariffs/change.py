"""A mission's own tariff row: one line of a transaction, from a day on. Amounts are positive, in minor units."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from services.consular.missions import reference_data
from services.consular.missions.model import Mission
from services.consular.payments.tariffs import fees
from services.consular.payments.tariffs.model import Tariff
from shared.catalogue import CATALOGUE
from shared.catalogue.model import FeeLine
from shared.values.money import Money


@dataclass(frozen=True)
class NewTariff:
    """A fee line of a transaction, its amount, and since when, by which source and how surely it holds."""

    transaction: str
    line: str
    money: Money
    valid_from: date
    source: str
    certainty: str


def fee_line(transaction: str, line: str) -> FeeLine | None:
    """The line of a catalogue entry, None where there is none of that name."""
    entry = CATALOGUE.get(transaction)
    return next((fee for fee in entry.fees if fee.name == line), None) if entry else None


def mission_rows(session: Session, mission: str, transaction: str, line: str) -> list[Tariff]:
    """The mission's own rows of a line, oldest first."""
    rows = fees.history(session, transaction)
    return [row for row in rows if row.scope == mission and row.line == line]


def fault(session: Session, mission: Mission, new: NewTariff) -> tuple[str, str] | None:
    """The field and the code of what bars the new row: the same day twice, or another currency beside an own row in
    the mission's currency, which would go on counting first."""
    rows = mission_rows(session, mission.code, new.transaction, new.line)
    if any(row.valid_from == new.valid_from for row in rows):
        return "valid_from", "tariff_that_day"
    in_force = [row for row in rows if row.holds_on(new.valid_from) and row.currency == mission.currency]
    if in_force and new.money.currency != mission.currency:
        return "tariff_currency", "tariff_own_currency"
    return None


def declare(session: Session, mission: str, new: NewTariff, approver: str, proposal: str) -> None:
    """Adds the row for the mission alone; the earlier rows stay as they are. The signed proposal identifies it."""
    fee = fee_line(new.transaction, new.line)
    if fee is None:
        raise ValueError(f"no line {new.line} of {new.transaction}")
    session.add(
        Tariff(
            id=f"{new.transaction}/{new.line}/{mission}/{proposal}",
            transaction=new.transaction,
            line=new.line,
            beneficiary=fee.beneficiary,
            scope=mission,
            amount=new.money.amount,
            currency=new.money.currency,
            valid_from=new.valid_from,
            valid_to=None,
            source=new.source,
            certainty=new.certainty,
            approver=approver,
        )
    )
    session.flush()
    reference_data.reread(session)
