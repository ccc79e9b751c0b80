"""Calendars changed at the desk: undone proposals, a mission's own weekend, a quota for the urgent."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    proposals()
    weekends()
    turn_rules()


def proposals() -> None:
    op.add_column("proposal", sa.Column("undone_at", INSTANT))
    op.add_column("proposal", sa.Column("undone_by", sa.Text))
    op.drop_constraint("ck_proposal_state", "proposal", type_="check")
    op.create_check_constraint(
        "ck_proposal_state", "proposal", "state IN ('waiting', 'approved', 'declined', 'done', 'undone')"
    )
    op.create_check_constraint(
        "ck_proposal_undone", "proposal", "(state = 'undone') = (undone_at IS NOT NULL AND undone_by IS NOT NULL)"
    )


def weekends() -> None:
    """A mission may rest on other days than its country; it writes its own rows only."""
    op.add_column("weekend", sa.Column("scope", sa.Text, sa.ForeignKey("mission.code", name="fk_weekend_scope")))
    write_own("weekend", "UPDATE")


def turn_rules() -> None:
    op.add_column("turn_rule", sa.Column("urgent_quota", sa.Integer, nullable=False, server_default="0"))
    op.create_check_constraint("ck_turn_rule_urgent", "turn_rule", "urgent_quota >= 0")
    write_own("turn_rule")


def write_own(table: str, *more: str) -> None:
    """Everybody reads all rows; a mission adds and changes its own, the owner lays down those of all missions."""
    own = "scope = current_setting('mahjar.mission', true)"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY known_to_all ON {table} FOR SELECT USING (true)")
    op.execute(f"CREATE POLICY own_added ON {table} FOR INSERT WITH CHECK ({own})")
    for command in more:
        op.execute(f"CREATE POLICY own_changed ON {table} FOR {command} USING ({own})")
    op.execute(f"CREATE POLICY founding ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
