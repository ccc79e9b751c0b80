"""Opening hours, closures, seats and the turns held in them."""

import sqlalchemy as sa
from alembic import op

from shared.database.migration import grant, scope_by_mission

revision = "0007"
down_revision = "0006"

INSTANT = sa.DateTime(timezone=True)
SEATED = sa.text("state IN ('held', 'booked', 'attended', 'missed')")
COUNTED = sa.text("state IN ('held', 'booked', 'attended', 'missed', 'cancelled_late')")
LIVE = sa.text("state IN ('held', 'booked')")
STATES = (
    "state IN ('held', 'booked', 'attended', 'missed', 'cancelled', 'cancelled_late', 'moved', 'released', 'expired')"
)


def upgrade() -> None:
    offices()
    openings()
    closures()
    turn_rules()
    turns()
    attendances()
    for table in ("opening", "turn", "attendance"):
        scope_by_mission(table)
        grant(table)


def text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def small(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger, nullable=False)


def certainty(table: str) -> sa.CheckConstraint:
    return sa.CheckConstraint("certainty IN ('H', 'M', 'L')", name=f"ck_{table}_certainty")


def offices() -> None:
    op.create_table(
        "office",
        *(text(name) for name in ("code", "address_ar", "address_en", "source", "certainty")),
        sa.PrimaryKeyConstraint("code", name="pk_office"),
        sa.ForeignKeyConstraint(["code"], ["mission.code"], name="fk_office_code"),
        certainty("office"),
    )
    grant("office")


def openings() -> None:
    op.create_table(
        "opening",
        *(text(name) for name in ("id", "mission", "service")),
        small("weekday"),
        sa.Column("opens", sa.Time, nullable=False),
        sa.Column("closes", sa.Time, nullable=False),
        small("slot_minutes"),
        small("seats"),
        text("window"),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        *(text(name) for name in ("source", "certainty", "approver")),
        sa.PrimaryKeyConstraint("id", name="pk_opening"),
        sa.ForeignKeyConstraint(["mission"], ["mission.code"], name="fk_opening_mission"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="ck_opening_weekday"),
        sa.CheckConstraint("opens < closes", name="ck_opening_hours"),
        sa.CheckConstraint("slot_minutes BETWEEN 5 AND 240", name="ck_opening_slot_minutes"),
        sa.CheckConstraint("seats BETWEEN 1 AND 100", name="ck_opening_seats"),
        sa.CheckConstraint("valid_to > valid_from", name="ck_opening_dates"),
        certainty("opening"),
    )
    op.create_index("ix_opening_service", "opening", ["mission", "service", "weekday"])


def closures() -> None:
    op.create_table(
        "closure",
        text("id"),
        sa.Column("scope", sa.Text, sa.ForeignKey("mission.code", name="fk_closure_scope")),
        text("country", nullable=True),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        text("kind"),
        sa.Column("seats_closed", sa.Boolean, nullable=False),
        sa.Column("payments_closed", sa.Boolean, nullable=False),
        *(text(name) for name in ("title_ar", "title_en", "source", "certainty", "approver")),
        sa.Column("removed_at", INSTANT),
        text("removed_by", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_closure"),
        sa.CheckConstraint("first_day <= last_day", name="ck_closure_days"),
        sa.CheckConstraint("kind IN ('syrian_holiday', 'host_holiday', 'year_end', 'mission')", name="ck_closure_kind"),
        sa.CheckConstraint("seats_closed OR payments_closed", name="ck_closure_closes"),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="ck_closure_removed"),
        certainty("closure"),
    )
    op.create_index("ix_closure_days", "closure", ["last_day"])
    # Everybody counts by all closures; a mission writes its own only.
    op.execute("ALTER TABLE closure ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE closure FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY known_to_all ON closure FOR SELECT USING (true)")
    own = "scope = current_setting('mahjar.mission', true)"
    op.execute(f"CREATE POLICY own_added ON closure FOR INSERT WITH CHECK ({own})")
    op.execute(f"CREATE POLICY own_changed ON closure FOR UPDATE USING ({own})")
    # Who owns the table lays down the holidays of all missions.
    op.execute("CREATE POLICY founding ON closure TO CURRENT_USER USING (true) WITH CHECK (true)")
    grant("closure")


def turn_rules() -> None:
    op.create_table(
        "turn_rule",
        text("id"),
        sa.Column("scope", sa.Text, sa.ForeignKey("mission.code", name="fk_turn_rule_scope")),
        text("service", nullable=True),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("horizon_days", "hold_minutes", "per_month", "daily_quota", "free_hours", "arrive_minutes")
        ),
        sa.Column("valid_from", sa.Date, nullable=False),
        *(text(name) for name in ("source", "certainty", "approver")),
        sa.PrimaryKeyConstraint("id", name="pk_turn_rule"),
        sa.CheckConstraint("horizon_days BETWEEN 1 AND 400", name="ck_turn_rule_horizon"),
        sa.CheckConstraint("hold_minutes BETWEEN 1 AND 240", name="ck_turn_rule_hold"),
        sa.CheckConstraint("per_month >= 1 AND daily_quota >= 0", name="ck_turn_rule_limits"),
        certainty("turn_rule"),
    )
    grant("turn_rule", "SELECT, INSERT")


def turns() -> None:
    op.create_table(
        "turn",
        sa.Column("id", sa.Uuid, nullable=False),
        *(text(name) for name in ("mission", "service")),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        small("seat"),
        text("window"),
        sa.Column("month", sa.Date, nullable=False),
        small("place"),
        *(text(name) for name in ("application", "person", "document", "counted_for", "state")),
        sa.Column("held_until", INSTANT),
        text("slip", nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_turn"),
        sa.ForeignKeyConstraint(["application"], ["application.reference"], name="fk_turn_application"),
        sa.CheckConstraint(STATES, name="ck_turn_state"),
        sa.CheckConstraint("(state = 'held') <= (held_until IS NOT NULL)", name="ck_turn_held"),
        sa.CheckConstraint("left(application, 3) = mission", name="ck_turn_mission"),
    )
    # The last word in every race: one person to a seat, one live turn to an application, a share of the month each.
    seat = ["mission", "service", "starts_at", "seat"]
    op.create_index("uq_turn_seat", "turn", seat, unique=True, postgresql_where=SEATED)
    op.create_index("uq_turn_live", "turn", ["application"], unique=True, postgresql_where=LIVE)
    share = ["mission", "service", "counted_for", "month", "place"]
    op.create_index("uq_turn_share", "turn", share, unique=True, postgresql_where=COUNTED)
    op.create_index("ix_turn_application", "turn", ["application", "made_at"])


def attendances() -> None:
    op.create_table(
        "attendance",
        *(text(name) for name in ("application", "mission")),
        sa.Column("turn", sa.Uuid),
        sa.Column("at", INSTANT, nullable=False),
        text("by"),
        sa.PrimaryKeyConstraint("application", name="pk_attendance"),
        sa.ForeignKeyConstraint(["application"], ["application.reference"], name="fk_attendance_application"),
        sa.ForeignKeyConstraint(["turn"], ["turn.id"], name="fk_attendance_turn"),
    )
