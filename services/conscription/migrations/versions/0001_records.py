"""Service records, stays abroad, amounts by law, assessments and discharges."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.migration import append_only, grant, scope_by_mission

revision = "0001"
down_revision = None


def upgrade() -> None:
    _audit()
    _outbox()
    _inbox()
    _documents()
    _national()
    _of_missions()


def _national() -> None:
    op.create_table(
        "recruitment_branch",
        Column("code", Text, primary_key=True),
        Column("name_ar", Text, nullable=False),
        Column("name_en", Text, nullable=False),
    )
    texts = ("given_name", "father_name", "family_name", "mother_name", "latin_given", "latin_father", "latin_family")
    op.create_table(
        "service_record",
        Column("person", Uuid, primary_key=True),
        Column("national_number", Text, nullable=False, unique=True),
        *(Column(name, Text, nullable=False) for name in texts),
        Column("born", Date, nullable=False),
        Column("branch", Text, ForeignKey("recruitment_branch.code"), nullable=False),
        Column("record_number", Text, nullable=False),
        Column("class_year", Integer, nullable=False),
        Column("status", Text, nullable=False),
        Column("born_abroad", Boolean, nullable=False),
        Column("recorded_on", Date, nullable=False),
    )
    op.create_table(
        "residence_abroad",
        Column("person", Uuid, ForeignKey("service_record.person"), primary_key=True),
        Column("from_on", Date, primary_key=True),
        Column("until_on", Date),
        Column("country", Text, nullable=False),
    )
    op.create_table(
        "allowance_tariff",
        Column("tier", Text, primary_key=True),
        Column("valid_from", Date, primary_key=True),
        Column("valid_until", Date),
        Column("amount", Integer, nullable=False),
        Column("currency", Text, nullable=False),
        Column("law", Text, nullable=False),
        Column("certainty", Text, nullable=False),
    )
    for table in ("recruitment_branch", "residence_abroad", "allowance_tariff"):
        grant(table, "SELECT")
    # A discharge changes a man's status, nothing else of his record.
    grant("service_record", "SELECT, UPDATE (status)")


def _of_missions() -> None:
    op.create_table(
        "assessment",
        Column("application", Text, primary_key=True),
        Column("mission", Text, nullable=False),
        Column("person", Uuid, nullable=False),
        Column("transaction", Text, nullable=False),
        Column("tier", Text, nullable=False),
        Column("amount", Integer, nullable=False),
        Column("currency", Text, nullable=False),
        Column("law", Text, nullable=False),
        Column("working", JSONB, nullable=False),
        Column("assessed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )
    op.create_table(
        "discharge",
        Column("application", Text, primary_key=True),
        Column("mission", Text, nullable=False),
        Column("person", Uuid, nullable=False, unique=True),
        Column("payment", Text, nullable=False),
        Column("document", Text, nullable=False),
        Column("discharged_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )
    for table in ("assessment", "discharge"):
        grant(table, "SELECT, INSERT")
        scope_by_mission(table)


def _audit() -> None:
    """Who did or read what, and why."""
    op.create_table(
        "event",
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        *(Column(name, Text, nullable=False) for name in ("mission", "actor_kind", "actor", "role")),
        *(Column(name, Text, nullable=False) for name in ("action", "about")),
        Column("reason", Text),
        Column("detail", JSONB, nullable=False, server_default="{}"),
    )
    op.create_index("ix_event_about", "event", ["about", "id"])
    scope_by_mission("event")
    append_only("event")
    grant("event", "SELECT, INSERT")


def _outbox() -> None:
    """Messages that leave with the change they tell of, and the last number of each application."""
    op.create_table(
        "outbox",
        Column("id", Uuid, primary_key=True),
        Column("about", Text, nullable=False),
        Column("sequence", Integer, nullable=False),
        Column("type", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("content", JSONB, nullable=False),
        Column("created", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("sent", DateTime(timezone=True)),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("next_attempt", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("trouble", Text),
    )
    op.create_index("uq_outbox_about_sequence", "outbox", ["about", "sequence"], unique=True)
    op.create_index("ix_outbox_due", "outbox", ["next_attempt"], postgresql_where="sent IS NULL")
    op.create_index("ix_outbox_unsent", "outbox", ["about", "sequence"], postgresql_where="sent IS NULL")
    op.create_index("ix_outbox_sent", "outbox", ["sent"], postgresql_where="sent IS NOT NULL")
    op.create_table(
        "outbox_place",
        Column("about", Text, primary_key=True),
        Column("last", Integer, nullable=False),
    )
    for table in ("outbox", "outbox_place"):
        grant(table, "SELECT, INSERT, UPDATE, DELETE")


def _inbox() -> None:
    """Messages received, what is applied of each application, and what is set aside for people."""
    op.create_table(
        "inbox",
        Column("consumer", Text, primary_key=True),
        Column("message", Uuid, primary_key=True),
        Column("sender", Text, nullable=False),
        Column("about", Text, nullable=False),
        Column("sequence", Integer, nullable=False),
        Column("type", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("received", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("applied", DateTime(timezone=True)),
        Column("attempts", Integer, nullable=False),
        Column("next_attempt", DateTime(timezone=True), nullable=False),
        Column("trouble", Text),
        Column("raw", LargeBinary),
    )
    undone = "state IN ('open', 'parked', 'discarded') AND applied IS NULL"
    op.create_index("ix_inbox_undone", "inbox", ["sender", "about", "sequence"], postgresql_where=undone)
    op.create_index("ix_inbox_applied", "inbox", ["received"], postgresql_where="state IN ('applied', 'ignored')")
    op.create_table(
        "inbox_place",
        *(Column(name, Text, primary_key=True) for name in ("consumer", "sender", "about")),
        Column("applied", Integer, nullable=False),
    )
    op.create_table(
        "parked",
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("consumer", Text, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("reason", Text, nullable=False),
        Column("detail", Text, nullable=False, server_default=""),
        Column("exchange", Text, nullable=False),
        Column("routing_key", Text, nullable=False),
        Column("content_type", Text),
        Column("raw", LargeBinary, nullable=False),
        Column("message", Uuid),
        *(Column(name, Text) for name in ("about", "verdict", "verdict_by", "verdict_reason")),
        Column("verdict_at", DateTime(timezone=True)),
        Column("replayed", DateTime(timezone=True)),
    )
    op.create_index("ix_parked_open", "parked", ["at"], postgresql_where="verdict IS NULL")
    replay = "verdict = 'replay' AND replayed IS NULL"
    op.create_index("ix_parked_replay", "parked", ["id"], postgresql_where=replay)
    for table in ("inbox", "inbox_place", "parked"):
        grant(table, "SELECT, INSERT, UPDATE, DELETE")


def _documents() -> None:
    """Issued papers and the last number of each kind; what is issued cannot be reworded."""
    op.create_table(
        "document",
        Column("code", Text, primary_key=True),
        *(Column(name, Text, nullable=False) for name in ("number", "kind", "mission", "about")),
        Column("person", Uuid),
        Column("data", JSONB, nullable=False),
        Column("issued_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("expires_on", Date),
        Column("status", Text, nullable=False, server_default="valid"),
        Column("pdf", LargeBinary),
        Column("sha256", Text),
        UniqueConstraint("mission", "number", name="uq_document_mission_number"),
        CheckConstraint("status IN ('valid', 'revoked')", name=op.f("ck_document_status")),
        CheckConstraint("(pdf IS NULL) = (sha256 IS NULL)", name=op.f("ck_document_drawn")),
    )
    op.create_index("ix_document_about", "document", ["about"])
    op.create_index("ix_document_person", "document", ["person"])
    op.create_table(
        "document_number",
        Column("mission", Text, primary_key=True),
        Column("kind", Text, primary_key=True),
        Column("year", Integer, primary_key=True, autoincrement=False),
        Column("last", Integer, nullable=False),
    )
    scope_by_mission("document")
    scope_by_mission("document_number")
    grant("document", "SELECT, INSERT, UPDATE (status, pdf, sha256)")
    grant("document_number", "SELECT, INSERT, UPDATE")
