"""Draws of appointments, seats that are kept from clicks, the waiting list, and confirmations before the day."""

import sqlalchemy as sa
from alembic import op

from shared.database.migration import append_only, grant, scope_by_mission

revision = "0025"
down_revision = "0024"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    seat_rules()
    reserved_seats()
    draws()
    draw_files()
    intentions()
    members()
    waiting()
    confirmations()
    for table in ("reserved_seat", "draw", "intention", "intention_member", "waiting_entry", "turn_confirmation"):
        scope_by_mission(table)
        grant(table)
    scope_by_mission("draw_file")
    append_only("draw_file")
    grant("draw_file", "SELECT, INSERT")


def text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger, nullable=False)


def instant(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, INSTANT, nullable=nullable)


def day(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date, nullable=False)


def seat_rules() -> None:
    op.create_table(
        "seat_rule",
        text("id"),
        sa.Column("scope", sa.Text, sa.ForeignKey("mission.code", name="fk_seat_rule_scope")),
        text("service", nullable=True),
        text("mode"),
        sa.Column("release_at", sa.Time, nullable=False),
        *(number(name) for name in ("rest_minutes", "offer_hours", "largest_household")),
        *(number(name) for name in ("lost_weight", "lost_most", "urgent_weight")),
        sa.Column("confirms", sa.Boolean, nullable=False),
        day("valid_from"),
        *(text(name) for name in ("source", "certainty", "approver")),
        sa.PrimaryKeyConstraint("id", name="pk_seat_rule"),
        sa.CheckConstraint("mode IN ('first_come', 'list', 'draw')", name="ck_seat_rule_mode"),
        sa.CheckConstraint("rest_minutes >= 0 AND offer_hours BETWEEN 1 AND 240", name="ck_seat_rule_times"),
        sa.CheckConstraint("largest_household BETWEEN 1 AND 50", name="ck_seat_rule_household"),
        sa.CheckConstraint("lost_weight >= 0 AND lost_most >= 0 AND urgent_weight >= 0", name="ck_seat_rule_weights"),
        sa.CheckConstraint("certainty IN ('H', 'M', 'L')", name="ck_seat_rule_certainty"),
    )
    grant("seat_rule", "SELECT, INSERT")
    op.execute(
        "CREATE TRIGGER new_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON seat_rule "
        "FOR EACH STATEMENT EXECUTE FUNCTION reference_data_changed()"
    )
    op.execute("ALTER TABLE seat_rule ENABLE ALWAYS TRIGGER new_version")


def reserved_seats() -> None:
    op.create_table(
        "reserved_seat",
        *(text(name) for name in ("mission", "service")),
        instant("starts_at"),
        number("seat"),
        text("draw", nullable=True),
        text("application", nullable=True),
        instant("offered_until", nullable=True),
        instant("rests_until"),
        sa.PrimaryKeyConstraint("mission", "service", "starts_at", "seat", name="pk_reserved_seat"),
        sa.CheckConstraint("(application IS NULL) = (offered_until IS NULL)", name="ck_reserved_seat_offered"),
    )
    op.create_index("ix_reserved_seat_application", "reserved_seat", ["application"])


def draws() -> None:
    op.create_table(
        "draw",
        *(text(name) for name in ("code", "mission", "service")),
        *(day(name) for name in ("first_day", "last_day")),
        *(instant(name) for name in ("opens_at", "closes_at", "draws_at")),
        *(text(name) for name in ("seed", "state")),
        number("seats"),
        *(text(name) for name in ("announced_by",)),
        instant("announced_at"),
        instant("drawn_at", nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_draw"),
        sa.CheckConstraint("left(code, 3) = mission", name="ck_draw_mission"),
        sa.CheckConstraint("state IN ('announced', 'closed', 'drawn')", name="ck_draw_state"),
        sa.CheckConstraint("(state = 'drawn') = (drawn_at IS NOT NULL)", name="ck_draw_drawn"),
        sa.CheckConstraint("first_day <= last_day AND seats >= 1", name="ck_draw_days"),
        sa.CheckConstraint("opens_at < closes_at AND closes_at < draws_at", name="ck_draw_times"),
        sa.CheckConstraint("announced_at <= opens_at", name="ck_draw_announced"),
    )
    op.create_index("ix_draw_service", "draw", ["mission", "service", "draws_at"])


def draw_files() -> None:
    op.create_table(
        "draw_file",
        *(text(name) for name in ("draw", "name", "mission")),
        sa.Column("content", sa.LargeBinary, nullable=False),
        instant("published_at"),
        sa.PrimaryKeyConstraint("draw", "name", name="pk_draw_file"),
        sa.ForeignKeyConstraint(["draw"], ["draw.code"], name="fk_draw_file_draw"),
        sa.CheckConstraint(
            "name IN ('announcement.txt', 'entries.txt', 'beacon.bin', 'result.txt')", name="ck_draw_file_name"
        ),
    )


def intentions() -> None:
    op.create_table(
        "intention",
        *(text(name) for name in ("code", "mission", "draw", "ticket", "person", "account", "state")),
        number("people"),
        *(day(name) for name in ("first_day", "last_day")),
        sa.Column("on_list", sa.Boolean, nullable=False),
        *(text(name, nullable=True) for name in ("urgent_reason", "urgent_by", "urgent_evidence")),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("lost", sa.SmallInteger),
        sa.Column("rank", sa.Integer),
        instant("entered_at"),
        sa.PrimaryKeyConstraint("code", name="pk_intention"),
        sa.ForeignKeyConstraint(["draw"], ["draw.code"], name="fk_intention_draw"),
        sa.UniqueConstraint("draw", "ticket", name="uq_intention_ticket"),
        sa.CheckConstraint("left(code, 3) = mission", name="ck_intention_mission"),
        sa.CheckConstraint("state IN ('entered', 'withdrawn', 'granted', 'lost')", name="ck_intention_state"),
        sa.CheckConstraint("first_day <= last_day AND people >= 1", name="ck_intention_days"),
        sa.CheckConstraint("NOT urgent OR (urgent_by IS NOT NULL)", name="ck_intention_urgent"),
    )
    op.create_index("ix_intention_draw", "intention", ["draw", "state"])


def members() -> None:
    op.create_table(
        "intention_member",
        *(text(name) for name in ("intention", "application", "mission", "draw")),
        *(text(name) for name in ("person", "document")),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("intention", "application", name="pk_intention_member"),
        sa.ForeignKeyConstraint(["intention"], ["intention.code"], name="fk_intention_member_intention"),
        sa.ForeignKeyConstraint(["application"], ["application.reference"], name="fk_intention_member_application"),
    )
    # One person is in a draw once, whatever accounts and files there are, and so is one document.
    live = sa.text("live")
    op.create_index(
        "uq_intention_member_person", "intention_member", ["draw", "person"], unique=True, postgresql_where=live
    )
    op.create_index(
        "uq_intention_member_document", "intention_member", ["draw", "document"], unique=True, postgresql_where=live
    )
    op.create_index("ix_intention_member_person", "intention_member", ["mission", "person"])
    op.create_index("ix_intention_member_application", "intention_member", ["application"])


def waiting() -> None:
    op.create_table(
        "waiting_entry",
        *(text(name) for name in ("code", "mission", "service", "application", "person", "document", "state")),
        number("lost"),
        number("offers"),
        *(day(name) for name in ("joined_on", "first_day", "last_day")),
        instant("changed_at"),
        sa.PrimaryKeyConstraint("code", name="pk_waiting_entry"),
        sa.ForeignKeyConstraint(["application"], ["application.reference"], name="fk_waiting_entry_application"),
        sa.CheckConstraint("left(code, 3) = mission", name="ck_waiting_entry_mission"),
        sa.CheckConstraint("state IN ('waiting', 'offered', 'done', 'left')", name="ck_waiting_entry_state"),
    )
    live = sa.text("state IN ('waiting', 'offered')")
    person, document = ["mission", "service", "person"], ["mission", "service", "document"]
    op.create_index("uq_waiting_entry_person", "waiting_entry", person, unique=True, postgresql_where=live)
    op.create_index("uq_waiting_entry_document", "waiting_entry", document, unique=True, postgresql_where=live)
    op.create_index("ix_waiting_entry_application", "waiting_entry", ["application"])


def confirmations() -> None:
    op.create_table(
        "turn_confirmation",
        sa.Column("turn", sa.Uuid, nullable=False),
        *(text(name) for name in ("mission", "application")),
        instant("asked_at"),
        instant("asked_again_at", nullable=True),
        instant("confirmed_at", nullable=True),
        sa.PrimaryKeyConstraint("turn", name="pk_turn_confirmation"),
        sa.ForeignKeyConstraint(["turn"], ["turn.id"], name="fk_turn_confirmation_turn"),
    )
