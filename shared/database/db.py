"""The door to PostgreSQL: one transaction per unit of work, scoped to one mission for exactly its length."""

import select
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import MetaData, TextClause, create_engine, event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session

from shared.database import pending
from shared.database.connection import BoundedConnection, Liveness
from shared.identity.actor import Actor

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
LOCK_TIMEOUT_MS = 5_000
STATEMENT_TIMEOUT_MS = 20_000


def metadata() -> MetaData:
    """Metadata with the naming of constraints that migrations and error messages rely on."""
    return MetaData(naming_convention=NAMING)


# Tables that stand in every service's schema alike: events, outbox, inbox, parked messages.
infrastructure = metadata()


# The first statement of every transaction: written out, as there is nothing to compile, and it brings the clock along.
SET_MISSION = text(
    "SELECT now() FROM set_config('mahjar.mission', :mission, true) AS mission, "
    "set_config('mahjar.person', :person, true) AS person"
)
# In a session's info, the version of its reference data, where a service's own first statement brings that along too.
VERSION = "reference_version"


def enter(session: Session, mission: str | None, person: str = "", first: TextClause = SET_MISSION) -> None:
    """Scopes the running transaction to a mission. Transaction-local: a pooled connection carries nothing over.

    With `person` that person's own rows of all missions are visible as well, for reading only.
    """
    session.info["mission"] = mission or ""
    row = session.execute(first, {"mission": mission or "", "person": person}).one()
    session.info["now"] = row[0]
    if len(row) > 1:
        session.info[VERSION] = row[1]


def now(session: Session) -> datetime:
    """The database's clock, which alone decides deadlines: the instant this transaction began, in UTC."""
    instant: datetime = session.info["now"]
    return instant


def check_open(connection: psycopg.Connection, _record: object, _proxy: object) -> None:
    """Has the pool replace a connection its server has closed. Raises DisconnectionError, which the pool answers.

    All a server says unasked to an idle connection is good-bye; to ask it would cost every transaction a round trip.
    """
    if not connection.closed:
        poller = select.poll()
        poller.register(connection.fileno(), select.POLLIN)
        if not poller.poll(0):
            return
    raise DisconnectionError


class Database:
    """A service's database. Safe to make before a fork: the pool opens connections on first use.

    A service that keeps reference data in its process has its own `first` statement, which reads their version too.
    """

    def __init__(self, url: str, pool_size: int = 8, first: TextClause = SET_MISSION) -> None:
        self.first = first
        self.engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=5,
            # A failed statement's values are people's data; errors end in logs.
            hide_parameters=True,
            connect_args={
                "connect_timeout": 3,
                # A peer that is cut off is noticed by the kernel, a silent one by the connection itself.
                "tcp_user_timeout": 5_000,
                "keepalives_idle": 5,
                "keepalives_interval": 2,
                "keepalives_count": 2,
                "options": f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS} "
                "-c timezone=UTC",
            },
        )
        self.liveness = Liveness(self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
        event.listen(self.engine, "do_connect", self._connect)
        event.listen(self.engine, "checkout", self._check_out)

    def _connect(self, _dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> Any:
        self.liveness.check_before()
        connection = BoundedConnection.connect(*arguments, **options)
        connection.liveness = self.liveness
        return connection

    def _check_out(self, connection: psycopg.Connection, record: object, proxy: object) -> None:
        """Raises Silent, at once, while the server answers nobody."""
        self.liveness.check_before()
        check_open(connection, record, proxy)

    @contextmanager
    def scope(self, mission: str | None, person: str = "") -> Iterator[Session]:
        """A transaction that sees one mission's rows, and a person's own of all missions; commits at the end, rolls
        back on any error."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            enter(session, mission, person, self.first)
            yield session
            pending.write(session)

    def transaction(self, actor: Actor) -> AbstractContextManager[Session]:
        """A transaction in the actor's own mission."""
        return self.scope(actor.mission)
