"""Appointments by tier and for families; appeals of those who missed theirs, and priority."""

import sqlalchemy as sa
from alembic import op

from shared.database.migration import grant, scope_by_mission

revision = "0028"
down_revision = "0027"

INSTANT = sa.DateTime(timezone=True)
STATES = (
    "state IN ('held', 'booked', 'attended', 'missed', 'excused', 'cancelled', 'cancelled_late', 'moved', 'released', "
    "'expired')"
)


def upgrade() -> None:
    turns()
    appeals()
    priorities()


def turns() -> None:
    op.add_column("turn", sa.Column("tier", sa.Text, nullable=False, server_default="regular"))
    op.create_check_constraint("ck_turn_tier", "turn", "tier IN ('regular', 'urgent')")
    op.add_column("turn", sa.Column("persons", sa.SmallInteger, nullable=False, server_default="1"))
    op.add_column("turn", sa.Column("lead", sa.Uuid, sa.ForeignKey("turn.id", name="fk_turn_lead")))
    op.create_check_constraint("ck_turn_persons", "turn", "persons BETWEEN 1 AND 50")
    op.create_index("ix_turn_lead", "turn", ["lead"], postgresql_where=sa.text("lead IS NOT NULL"))
    # One live turn to an application; the seats of those who come along are rows beside it.
    op.drop_index("uq_turn_live", "turn")
    live = sa.text("state IN ('held', 'booked') AND lead IS NULL")
    op.create_index("uq_turn_live", "turn", ["application"], unique=True, postgresql_where=live)
    op.drop_constraint("ck_turn_state", "turn", type_="check")
    op.create_check_constraint("ck_turn_state", "turn", STATES)


def appeals() -> None:
    """Somebody who missed their appointment says why; an officer decides."""
    op.create_table(
        "absence_appeal",
        sa.Column("turn", sa.Uuid, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("mission", "application", "reason", "state")),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", sa.Text),
        sa.Column("answer", sa.Text),
        sa.PrimaryKeyConstraint("turn", name="pk_absence_appeal"),
        sa.ForeignKeyConstraint(["turn"], ["turn.id"], name="fk_absence_appeal_turn"),
        sa.CheckConstraint("state IN ('waiting', 'accepted', 'refused')", name="ck_absence_appeal_state"),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="ck_absence_appeal_decided"),
        sa.CheckConstraint("left(application, 3) = mission", name="ck_absence_appeal_mission"),
    )
    op.create_index("ix_absence_appeal_waiting", "absence_appeal", ["mission", "state", "made_at"])
    scope_by_mission("absence_appeal")
    grant("absence_appeal")


def priorities() -> None:
    op.create_table(
        "turn_priority",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("application", "mission", "kind", "reason")),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.Column("granted_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("application", name="pk_turn_priority"),
        sa.ForeignKeyConstraint(["application"], ["application.reference"], name="fk_turn_priority_application"),
        sa.CheckConstraint("kind IN ('disability', 'emergency', 'age')", name="ck_turn_priority_kind"),
        sa.CheckConstraint("left(application, 3) = mission", name="ck_turn_priority_mission"),
    )
    scope_by_mission("turn_priority")
    grant("turn_priority", "SELECT, INSERT")
