"""Compares journal, card provider and bank now, at one mission or at all, and lists what does not fit.

`python -m deploy.platform.reconcile [--mission RUH]`, with the settings of the consular service. Exits with 1 where
something is overdue.
"""

import argparse
import sys

from sqlalchemy import select

from services.consular.missions import day_of, each_mission
from services.consular.payments.providers.selection import Adapter, provider_of
from services.consular.payments.reconciliation import run
from services.consular.payments.reconciliation.model import Discrepancy, Reconciliation
from services.consular.payments.reconciliation.rules import is_overdue
from shared.database.db import Database
from shared.identity.actor import service
from shared.settings import Settings
from shared.values.money import Money

SERVICE = "consular"


def main() -> None:
    parser = argparse.ArgumentParser(prog="reconcile", description=__doc__)
    parser.add_argument("--mission", help="only this one")
    settings = Settings.load(SERVICE)
    overdue = compare(Database(settings.database_url, pool_size=1), provider_of(settings), parser.parse_args().mission)
    sys.exit(1 if overdue else 0)


def compare(database: Database, provider: Adapter, mission: str | None = None) -> int:
    """Compares and prints a line for each difference; returns how many are overdue."""
    actors = [actor for actor, _ in each_mission(database, service(SERVICE))]
    overdue = 0
    for actor in actors:
        if mission is None or actor.mission == mission:
            result = run.run(database, actor, provider.query_status)
            overdue += result.overdue
            print_differences(database, result)
    return overdue


def print_differences(database: Database, result: Reconciliation) -> None:
    print(f"{result.mission}  compared {result.compared}, open {result.open}, overdue {result.overdue}")
    with database.scope(result.mission) as session:
        rows = session.scalars(
            select(Discrepancy).where(Discrepancy.ended_at.is_(None)).order_by(Discrepancy.since)
        ).all()
        days = [day_of(session, result.mission, row.since) for row in rows]
    for row, day in zip(rows, days, strict=True):
        mark = "!" if is_overdue(row.since, result.run_at) else " "
        amount, owner = Money(row.amount, row.currency), row.owner or "nobody"
        print(f"  {mark} {day} {row.kind:<14} {row.about:<24} {amount!s:>16}  {owner}")


if __name__ == "__main__":
    main()
