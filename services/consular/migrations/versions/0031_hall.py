"""Tickets of the waiting hall."""

import sqlalchemy as sa
from alembic import op

from shared.database.migration import grant, scope_by_mission

revision = "0031"
down_revision = "0030"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "hall_day",
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("last", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("mission", "day", name="pk_hall_day"),
    )
    op.create_table(
        "hall_ticket",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("number", sa.SmallInteger, nullable=False),
        sa.Column("application", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("persons", sa.SmallInteger, nullable=False),
        sa.Column("priority", sa.Text),
        sa.Column("starts_at", INSTANT),
        sa.Column("arrived_at", INSTANT, nullable=False),
        sa.Column("competes_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("counter", sa.SmallInteger),
        sa.Column("officer", sa.Text),
        sa.Column("calls", sa.SmallInteger, nullable=False),
        *(sa.Column(name, INSTANT) for name in ("called_at", "served_at", "ended_at")),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_hall_ticket"),
        sa.UniqueConstraint("mission", "day", "number", name="uq_hall_ticket_number"),
        sa.UniqueConstraint("application", "day", name="uq_hall_ticket_application"),
        sa.ForeignKeyConstraint(["application"], ["application.reference"], name="fk_hall_ticket_application"),
        sa.CheckConstraint("left(application, 3) = mission", name="ck_hall_ticket_mission"),
        sa.CheckConstraint(
            "state IN ('waiting', 'called', 'serving', 'parked', 'missed', 'done')", name="ck_hall_ticket_state"
        ),
        sa.CheckConstraint("counter BETWEEN 1 AND 60", name="ck_hall_ticket_counter"),
        sa.CheckConstraint("(state = 'done') = (ended_at IS NOT NULL)", name="ck_hall_ticket_ended"),
        sa.CheckConstraint("state = 'waiting' OR officer IS NOT NULL", name="ck_hall_ticket_officer"),
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_hall_ticket_waiting", "hall_ticket", ["mission", "day", "competes_at"], postgresql_where=waiting
    )
    at_counter = sa.text("state IN ('called', 'serving')")
    for name in ("officer", "counter"):
        columns = ["mission", "day", name]
        op.create_index(f"uq_hall_ticket_{name}", "hall_ticket", columns, unique=True, postgresql_where=at_counter)
    for table in ("hall_day", "hall_ticket"):
        scope_by_mission(table)
        grant(table)
