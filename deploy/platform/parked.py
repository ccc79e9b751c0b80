"""Lists messages that could not be applied, and replays or discards one with a name and a reason.

`python -m deploy.platform.parked --service consular list`, `show NUMBER`, `gaps`, or `replay NUMBER` and `discard
NUMBER`, these two with `--by NAME --because REASON`. The database is MAHJAR_DATABASE_URL's, or in a container the
service's own.
"""

import argparse
import os
import sys
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from deploy.platform.environment_file import read_environment
from deploy.platform.paths import SERVICE_FILES
from shared.database.db import Database
from shared.errors import NotFound
from shared.identity.actor import Actor
from shared.messaging import inbox
from shared.messaging.inbox import discard, parked, replay
from shared.values.references import mission_of

VERDICTS = {"replay": replay, "discard": discard}
PAGE = 50
SHOWN_BYTES = 4096
# The database counts no further.
LAST_NUMBER = 2**63 - 1
UNDECIDED = parked.c.verdict.is_(None)


def main() -> None:
    chosen = arguments()
    try:
        database = Database(address(chosen.service), pool_size=1)
    except (ArgumentError, NoSuchModuleError, ValueError):
        sys.exit(
            "MAHJAR_DATABASE_URL is not the address of a database: postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
        )
    try:
        print(f"database {place(database)}", file=sys.stderr)
        chosen.run(database, chosen)
    except OperationalError as error:
        sys.exit(f"The database does not answer: {str(error.orig).splitlines()[0]}")
    except ProgrammingError as error:
        sys.exit(f"This is no database of a service, or its tables are missing: {str(error.orig).splitlines()[0]}")
    except BrokenPipeError:
        # Whoever reads the list has seen enough.
        sys.stderr.close()
    finally:
        database.engine.dispose()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="parked", description=__doc__)
    parser.add_argument("--service", default="consular", help="whose messages, where MAHJAR_DATABASE_URL is not set")
    verbs = parser.add_subparsers(dest="verb", required=True)
    listing = verbs.add_parser("list")
    listing.set_defaults(run=show_list)
    listing.add_argument("--after", type=number, default=0, help="only numbers after this one")
    listing.add_argument("--limit", type=number, default=PAGE)
    one = verbs.add_parser("show")
    one.set_defaults(run=show_message)
    one.add_argument("number", type=number)
    verbs.add_parser("gaps").set_defaults(run=show_gaps)
    for verdict in VERDICTS:
        command = verbs.add_parser(verdict)
        command.set_defaults(run=decide)
        command.add_argument("number", type=number)
        command.add_argument("--by", required=True, type=not_blank)
        command.add_argument("--because", required=True, type=not_blank)
    return parser.parse_args()


def number(text: str) -> int:
    """A number that a message may have. Raises ValueError, of which argparse makes a sentence."""
    value = int(text)
    if not 0 <= value <= LAST_NUMBER:
        raise ValueError(text)
    return value


def not_blank(text: str) -> str:
    """What a verdict is recorded with."""
    if not text.strip():
        raise argparse.ArgumentTypeError("may not be blank")
    return text.strip()


def address(service: str) -> str:
    """Exits with a sentence where no database is named."""
    if "MAHJAR_DATABASE_URL" in os.environ:
        return os.environ["MAHJAR_DATABASE_URL"]
    file = SERVICE_FILES / service / "environment"
    try:
        return read_environment(file)["MAHJAR_DATABASE_URL"]
    except (OSError, KeyError, ValueError):
        sys.exit(f"Set MAHJAR_DATABASE_URL to the service's database, or run this where {file} can be read.")


def place(database: Database) -> str:
    """Where the database is, without its password."""
    url = database.engine.url
    return f"{url.username}@{url.host}:{url.port or 5432}/{url.database}"


def show_list(database: Database, chosen: argparse.Namespace) -> None:
    """One line each, oldest first; never the content."""
    page = select(parked).where(UNDECIDED, parked.c.id > chosen.after).order_by(parked.c.id).limit(chosen.limit)
    with database.scope(None) as session:
        rows = session.execute(page).all()
        last = rows[-1].id if rows else chosen.after
        more = session.scalar(select(func.count()).select_from(parked).where(UNDECIDED, parked.c.id > last))
    for row in rows:
        about = row.about or "-"
        print(f"{row.id:>6}  {row.at:%Y-%m-%d %H:%MZ}  {row.exchange:<15} {about:<22} {row.reason} {row.detail}")
    if more:
        print(f"{more} more: list --after {last}")


def find_or_exit(database: Database, number: int) -> Row[Any]:
    """A parked message, decided or not. Ends the command where there is none."""
    with database.scope(None) as session:
        row = session.execute(select(parked).where(parked.c.id == number)).one_or_none()
    if row is None:
        sys.exit(missing(number))
    return row


def show_message(database: Database, chosen: argparse.Namespace) -> None:
    """All that is known of a message, and its content as far as it is text."""
    row = find_or_exit(database, chosen.number)
    known = row._asdict()
    raw = known.pop("raw")
    for name, value in known.items():
        if value is not None:
            print(f"{name:<15} {value}")
    text = "".join(char if char.isprintable() else "?" for char in raw[:SHOWN_BYTES].decode(errors="replace"))
    print(f"{'bytes':<15} {len(raw)}\n{text}")


def show_gaps(database: Database, _chosen: argparse.Namespace) -> None:
    """What messages wait for: who owes which number about which application, and for how long."""
    with database.scope(None) as session:
        gaps = session.execute(inbox.gaps()).all()
        for gap in gaps:
            print(describe(gap, parked_number(session, gap)))
    if not gaps:
        print("no message waits for another one")


def describe(gap: Row[Any], number: int | None) -> str:
    owed = f"{gap.sender} owes number {gap.missing} about {gap.about}"
    state = f"it is parked here as {number}" if number else "it has not arrived"
    return f"{owed}: {state}; {gap.waiting} waiting since {gap.since:%Y-%m-%d %H:%MZ} ({gap.age // 60} minutes)"


def parked_number(session: Session, gap: Row[Any]) -> int | None:
    """The parked message that fills the gap, where there is one."""
    message = select(inbox.inbox.c.message).where(
        inbox.inbox.c.sender == gap.sender, inbox.inbox.c.about == gap.about, inbox.inbox.c.sequence == gap.missing
    )
    return session.scalar(select(parked.c.id).where(UNDECIDED, parked.c.message.in_(message)).limit(1))


def decide(database: Database, chosen: argparse.Namespace) -> None:
    """In the mission the message is about, so that its audit sees it. A second verdict exits with the first one."""
    row = find_or_exit(database, chosen.number)
    try:
        with database.scope(mission_of(row.about) if row.about else None) as session:
            VERDICTS[chosen.verb](session, Actor("officer", chosen.by, "administrator"), chosen.number, chosen.because)
    except NotFound:
        with database.scope(None) as session:
            sys.exit(decided(session.execute(select(parked).where(parked.c.id == chosen.number)).one()))
    print(f"{chosen.verb}: {chosen.number}")


def missing(number: int) -> str:
    return f"There is no parked message {number}."


def decided(row: Row[Any]) -> str:
    at = f"{row.verdict_at:%Y-%m-%d %H:%MZ}"
    return f"Message {row.id} was decided already: {row.verdict} by {row.verdict_by} on {at}, {row.verdict_reason}."


if __name__ == "__main__":
    main()
