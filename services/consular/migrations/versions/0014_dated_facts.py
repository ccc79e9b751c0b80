"""Holidays as rules, host calendars, photos and promised days as dated rows; guardians by kin."""

import sqlalchemy as sa
from alembic import op

from shared.database.migration import grant, scope_by_mission

revision = "0014"
down_revision = "0013"

KINDS = "kind IN ('granted', 'power_of_attorney', 'guardianship', 'kin_guardianship')"
KIN = "(kind = 'kin_guardianship') = (absence IS NOT NULL)"
CALENDARS = "calendar IN ('gregorian', 'hijri', 'western_easter', 'eastern_easter')"
DATED = "calendar IN ('gregorian', 'hijri')"


def upgrade() -> None:
    closures()
    holiday_rules()
    host_calendars()
    photo_rules()
    promise_rules()
    kin_guardians()


def text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def small(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger, nullable=nullable)


def dated(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        *(text(name) for name in ("source", "certainty", "approver")),
        sa.CheckConstraint("valid_to > valid_from", name=f"ck_{table}_dates"),
        sa.CheckConstraint("certainty IN ('H', 'M', 'L')", name=f"ck_{table}_certainty"),
    ]


def closures() -> None:
    """Holidays of fixed years were rows; from now on they are computed."""
    op.add_column("closure", sa.Column("estimated", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute("DELETE FROM closure WHERE scope IS NULL AND kind IN ('syrian_holiday', 'host_holiday')")


def holiday_rules() -> None:
    op.create_table(
        "holiday_rule",
        *(text(name) for name in ("id", "calendar")),
        *(small(name, nullable=True) for name in ("month", "day")),
        small("days"),
        *(text(name) for name in ("title_ar", "title_en")),
        *dated("holiday_rule"),
        sa.PrimaryKeyConstraint("id", name="pk_holiday_rule"),
        sa.CheckConstraint(CALENDARS, name="ck_holiday_rule_calendar"),
        sa.CheckConstraint(f"({DATED}) = (month IS NOT NULL AND day IS NOT NULL)", name="ck_holiday_rule_day"),
        sa.CheckConstraint("days BETWEEN 1 AND 15", name="ck_holiday_rule_days"),
    )
    grant("holiday_rule")


def host_calendars() -> None:
    op.create_table(
        "host_calendar",
        *(text(name) for name in ("id", "mission", "country", "region")),
        *dated("host_calendar"),
        sa.PrimaryKeyConstraint("id", name="pk_host_calendar"),
        sa.ForeignKeyConstraint(["mission"], ["mission.code"], name="fk_host_calendar_mission"),
    )
    op.create_index("ix_host_calendar_mission", "host_calendar", ["mission"])
    scope_by_mission("host_calendar")
    grant("host_calendar")


def photo_rules() -> None:
    op.create_table(
        "photo_rule",
        text("id"),
        *(text(name, nullable=True) for name in ("scope", "transaction")),
        *(small(name) for name in ("count",)),
        *(small(name, nullable=True) for name in ("width_mm", "height_mm")),
        *dated("photo_rule"),
        sa.PrimaryKeyConstraint("id", name="pk_photo_rule"),
        sa.ForeignKeyConstraint(["scope"], ["mission.code"], name="fk_photo_rule_scope"),
        sa.CheckConstraint("count BETWEEN 1 AND 20", name="ck_photo_rule_count"),
        sa.CheckConstraint("(width_mm IS NULL) = (height_mm IS NULL)", name="ck_photo_rule_size"),
    )
    grant("photo_rule")


def promise_rules() -> None:
    op.create_table(
        "promise_rule",
        *(text(name) for name in ("id", "transaction")),
        text("scope", nullable=True),
        small("working_days"),
        sa.Column("needs_lawyer", sa.Boolean, nullable=False),
        *dated("promise_rule"),
        sa.PrimaryKeyConstraint("id", name="pk_promise_rule"),
        sa.ForeignKeyConstraint(["scope"], ["mission.code"], name="fk_promise_rule_scope"),
        sa.CheckConstraint("working_days BETWEEN 1 AND 400", name="ck_promise_rule_days"),
    )
    grant("promise_rule")


def kin_guardians() -> None:
    """An uncle or a brother acts for a minor whose father is dead or away, once an officer has checked it."""
    op.add_column("mandate", text("absence", nullable=True))
    op.add_column("mandate", text("kinship", nullable=True))
    op.drop_constraint("ck_mandate_kind", "mandate", type_="check")
    op.create_check_constraint("ck_mandate_kind", "mandate", KINDS)
    op.create_check_constraint("ck_mandate_absence", "mandate", KIN)
    op.create_check_constraint("ck_mandate_absence_known", "mandate", "absence IN ('dead', 'away')")
