"""Who acts for whom: the three roles on a file, mandates and guardians, persons who may be the same."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.migration import grant, scope_by_mission

revision = "0009"
down_revision = "0008"

INSTANT = sa.DateTime(timezone=True)
ME = "current_setting('mahjar.person', true)"
CAPACITIES = "capacity IN ('holder', 'relative', 'agent', 'guardian')"
KINDS = "kind IN ('granted', 'power_of_attorney', 'guardianship')"
STATES = "state IN ('offered', 'to_check', 'accepted', 'declined', 'refused', 'revoked')"


def upgrade() -> None:
    roles()
    acting_people()
    payers()
    mandates()
    duplicates()


def roles() -> None:
    """Until now everybody applied for themselves."""
    op.add_column("application", sa.Column("acting", sa.Text))
    op.add_column("application", sa.Column("capacity", sa.Text, nullable=False, server_default="holder"))
    op.add_column("application", sa.Column("mandate", sa.Text))
    # The wall between missions binds the owner too, who must reach every mission's rows this once.
    op.execute("ALTER TABLE application NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE application SET acting = person")
    op.execute("ALTER TABLE application FORCE ROW LEVEL SECURITY")
    op.alter_column("application", "acting", nullable=False)
    op.create_check_constraint("ck_application_capacity", "application", CAPACITIES)
    op.create_check_constraint("ck_application_acting", "application", "(capacity = 'holder') = (acting = person)")
    paper = "(capacity <> 'agent' OR mandate IS NOT NULL) AND (capacity IN ('agent', 'guardian') OR mandate IS NULL)"
    op.create_check_constraint("ck_application_mandate", "application", paper)
    op.create_index("ix_application_acting", "application", ["acting"])
    op.execute("DROP POLICY own_person ON application")
    op.execute(f"CREATE POLICY own_person ON application FOR SELECT USING (person = {ME} OR acting = {ME})")
    op.add_column("step", sa.Column("person", sa.Text))
    op.add_column("step", sa.Column("capacity", sa.Text))


def acting_people() -> None:
    op.create_table(
        "acting_person",
        sa.Column("application", sa.Text, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("capacity", sa.Text, nullable=False),
        sa.Column("national_number", sa.Text, nullable=False),
        sa.Column("name", JSONB, nullable=False),
        sa.Column("beneficiary", sa.Text, nullable=False),
        sa.Column("beneficiary_name", JSONB, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("application", name="pk_acting_person"),
        sa.ForeignKeyConstraint(["application"], ["application.reference"], name="fk_acting_person_application"),
    )
    scope_by_mission("acting_person")
    grant("acting_person")
    op.execute(f"CREATE POLICY own_person ON acting_person FOR SELECT USING (person = {ME} OR beneficiary = {ME})")


def payers() -> None:
    op.add_column("attempt", sa.Column("payer", sa.Text))
    op.add_column("fee_order", sa.Column("acting", JSONB))


def mandates() -> None:
    op.create_table(
        "mandate",
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("principal", sa.Text),
        sa.Column("principal_name", JSONB),
        sa.Column("principal_number", sa.Text),
        sa.Column("principal_given", sa.Text),
        sa.Column("agent", sa.Text),
        sa.Column("agent_name", JSONB),
        sa.Column("agent_key", sa.Text),
        sa.Column("agent_given", sa.Text),
        sa.Column("scope", JSONB, nullable=False),
        sa.Column("issued_on", sa.Date),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("scan", sa.LargeBinary),
        sa.Column("scan_type", sa.Text),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("note", sa.Text),
        sa.PrimaryKeyConstraint("reference", name="pk_mandate"),
        sa.CheckConstraint(KINDS, name="ck_mandate_kind"),
        sa.CheckConstraint(STATES, name="ck_mandate_state"),
        sa.CheckConstraint("left(reference, 3) = mission", name="ck_mandate_mission"),
        sa.CheckConstraint("principal IS DISTINCT FROM agent OR principal IS NULL", name="ck_mandate_two_people"),
        sa.CheckConstraint(
            "state <> 'accepted' OR (principal IS NOT NULL AND agent IS NOT NULL)", name="ck_mandate_accepted"
        ),
        sa.CheckConstraint("(kind = 'granted') = (scan IS NULL)", name="ck_mandate_scan"),
    )
    # One standing mandate between two people, and one paper of a kind before the officers, however close the race.
    live = sa.text("kind = 'granted' AND state IN ('offered', 'accepted')")
    op.create_index(
        "uq_mandate_live", "mandate", ["mission", "principal", "agent_key"], unique=True, postgresql_where=live
    )
    waiting = sa.text("state = 'to_check'")
    columns = ["mission", "agent", "principal_number", "kind"]
    op.create_index("uq_mandate_to_check", "mandate", columns, unique=True, postgresql_where=waiting)
    op.create_index("ix_mandate_agent", "mandate", ["agent"])
    op.create_index("ix_mandate_principal", "mandate", ["principal"])
    op.create_index("ix_mandate_agent_key", "mandate", ["agent_key"])
    scope_by_mission("mandate")
    grant("mandate")
    offered = "state = 'offered' AND agent_key = current_setting('mahjar.agent_key', true)"
    mine = f"principal = {ME} OR agent = {ME} OR ({offered})"
    op.execute(f"CREATE POLICY own_person ON mandate FOR SELECT USING ({mine})")


def duplicates() -> None:
    op.add_column("applicant", sa.Column("match_key", sa.Text))
    op.create_index("ix_applicant_match_key", "applicant", ["mission", "match_key"])
    op.create_table(
        "duplicate",
        sa.Column("application", sa.Text, nullable=False),
        sa.Column("other", sa.Text, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("other_person", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("note", sa.Text),
        sa.PrimaryKeyConstraint("application", "other", name="pk_duplicate"),
        sa.ForeignKeyConstraint(["application"], ["application.reference"], name="fk_duplicate_application"),
        sa.ForeignKeyConstraint(["other"], ["application.reference"], name="fk_duplicate_other"),
        sa.CheckConstraint("kind IN ('number', 'account')", name="ck_duplicate_kind"),
        sa.CheckConstraint("state IN ('open', 'cleared', 'confirmed')", name="ck_duplicate_state"),
        sa.CheckConstraint("(state = 'open') = (decided_by IS NULL)", name="ck_duplicate_decided"),
    )
    scope_by_mission("duplicate")
    grant("duplicate")
