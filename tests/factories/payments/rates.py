"""Files of euro reference rates, as the European Central Bank publishes them, and rows of rates."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from services.consular.missions import reference_data
from services.consular.payments.rates.model import RateRow
from shared.database.db import now

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
 xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<gesmes:subject>Reference rates</gesmes:subject>
<gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
<Cube>
"""


def ecb_file(days: Mapping[str, Mapping[str, str]]) -> bytes:
    """The file with these rates by day and currency."""
    cubes = [f'<Cube time="{day}">\n{_rates(rates)}\n</Cube>' for day, rates in days.items()]
    return (HEAD + "\n".join(cubes) + "\n</Cube>\n</gesmes:Envelope>\n").encode()


def _rates(rates: Mapping[str, str]) -> str:
    return "\n".join(f'<Cube currency="{currency}" rate="{rate}"/>' for currency, rate in rates.items())


def add_rate(
    session: Session,
    base: str,
    quote: str,
    rate: str,
    on: date,
    days: int = 7,
    scope: str | None = None,
    source: str = "mission_table",
) -> None:
    """A stored rate of a day that may be used for so many days."""
    session.add(
        RateRow(
            id=f"test-{base}-{quote}-{scope}-{on}",
            base=base,
            quote=quote,
            rate=Decimal(rate),
            valid_from=on,
            source=source,
            published="test",
            certainty="M",
            approver="tests",
            scope=scope,
            max_age_days=days,
            stored_at=now(session) - timedelta(days=1),
        )
    )
    session.flush()
    reference_data.reread(session)
