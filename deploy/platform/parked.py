"""Lists messages that could not be applied, and replays or discards one with a name and a reason.

`MAHJAR_DATABASE_URL=... python -m deploy.platform.parked list`, or `replay NUMBER`, or `discard NUMBER`, each of
these with `--by NAME --because REASON`.
"""

import argparse
import os

from sqlalchemy import select

from shared.database.db import Database
from shared.identity.actor import Actor
from shared.messaging.inbox import discard, parked, replay
from shared.values.references import mission_of

VERDICTS = {"replay": replay, "discard": discard}


def main() -> None:
    chosen = arguments()
    database = Database(os.environ["MAHJAR_DATABASE_URL"], pool_size=1)
    try:
        if chosen.verb == "list":
            show(database)
        else:
            decide(database, chosen)
    finally:
        database.engine.dispose()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list")
    for verdict in VERDICTS:
        command = verbs.add_parser(verdict)
        command.add_argument("number", type=int)
        command.add_argument("--by", required=True)
        command.add_argument("--because", required=True)
    return parser.parse_args()


def show(database: Database) -> None:
    """One line each, oldest first; never the content."""
    with database.engine.connect() as connection:
        undecided = select(parked).where(parked.c.verdict.is_(None)).order_by(parked.c.at)
        for row in connection.execute(undecided):
            about = row.about or "-"
            print(f"{row.id:>6}  {row.at:%Y-%m-%d %H:%M}  {row.exchange:<15} {about:<22} {row.reason} {row.detail}")


def decide(database: Database, chosen: argparse.Namespace) -> None:
    """In the mission the message is about, so that its audit sees it. Raises NotFound once it is decided."""
    with database.engine.connect() as connection:
        about = connection.scalar(select(parked.c.about).where(parked.c.id == chosen.number))
    with database.scope(mission_of(about) if about else None) as session:
        VERDICTS[chosen.verb](session, Actor("officer", chosen.by, "administrator"), chosen.number, chosen.because)
    print(f"{chosen.verb}: {chosen.number}")


if __name__ == "__main__":
    main()
