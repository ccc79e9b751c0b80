"""Offices, family entries, persons, civil events and annotations; what missions asked; papers issued."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
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
    _offices_and_entries()
    _people()
    _events()
    _requests()


def _texts(*names: str) -> list[Column[str]]:
    return [Column(name, Text, nullable=False) for name in names]


def _offices_and_entries() -> None:
    op.create_table(
        "registry_office",
        Column("code", Text, primary_key=True),
        *_texts("governorate", "name_ar", "name_en", "governorate_ar", "governorate_en", "registrar_ar"),
        *_texts("registrar_en"),
    )
    op.create_table(
        "family_entry",
        Column("office", Text, ForeignKey("registry_office.code"), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        *_texts("place_ar", "place_en"),
        Column("head", Uuid),
        Column("opened_on", Date, nullable=False),
    )


def _people() -> None:
    op.create_table(
        "person",
        Column("id", Uuid, primary_key=True),
        Column("national_number", Text, nullable=False),
        *_texts("sex", "given_name", "father_name", "family_name", "mother_name", "mother_family", "latin_given"),
        *_texts("latin_father", "latin_family", "latin_mother", "latin_mother_family", "birthplace"),
        *_texts("latin_birthplace", "office", "marital"),
        Column("born", Date, nullable=False),
        Column("father", Uuid, ForeignKey("person.id")),
        Column("mother", Uuid, ForeignKey("person.id")),
        Column("entry", Integer, nullable=False),
        Column("died_on", Date),
        ForeignKeyConstraint(["office", "entry"], ["family_entry.office", "family_entry.number"]),
        UniqueConstraint("national_number", name="uq_person_national_number"),
        CheckConstraint("national_number ~ '^[0-9]{11}$'", name="ck_person_national_number"),
        CheckConstraint("sex IN ('M', 'F')", name="ck_person_sex"),
        CheckConstraint("died_on >= born", name="ck_person_life"),
        Index("ix_person_office_entry", "office", "entry"),
        Index("ix_person_father", "father"),
        Index("ix_person_mother", "mother"),
    )
    # Entries and their heads come into being together.
    op.create_foreign_key(
        "fk_family_entry_head", "family_entry", "person", ["head"], ["id"], deferrable=True, initially="DEFERRED"
    )
    for table in ("registry_office", "family_entry", "person"):
        grant(table, "SELECT")


def _events() -> None:
    op.create_table(
        "register_event",
        Column("id", BigInteger, Identity(), primary_key=True),
        Column("office", Text, ForeignKey("registry_office.code"), nullable=False),
        *_texts("kind", "number"),
        Column("happened_on", Date, nullable=False),
        Column("registered_on", Date, nullable=False),
        Column("person", Uuid, ForeignKey("person.id"), nullable=False),
        Column("spouse", Uuid, ForeignKey("person.id")),
        *_texts("place_ar", "place_en"),
        Column("detail", JSONB, nullable=False, server_default="{}"),
        UniqueConstraint("office", "kind", "number", name="uq_register_event_office_kind_number"),
        CheckConstraint("kind IN ('birth', 'marriage', 'divorce', 'death')", name="ck_register_event_kind"),
        CheckConstraint("registered_on >= happened_on", name="ck_register_event_dates"),
        CheckConstraint("(spouse IS NULL) = (kind IN ('birth', 'death'))", name="ck_register_event_spouse"),
        Index("ix_register_event_person", "person"),
        Index("ix_register_event_spouse", "spouse", postgresql_where="spouse IS NOT NULL"),
    )
    op.create_table(
        "annotation",
        Column("id", BigInteger, Identity(), primary_key=True),
        Column("person", Uuid, ForeignKey("person.id"), nullable=False),
        Column("kind", Text, nullable=False),
        Column("happened_on", Date, nullable=False),
        Column("number", Text),
        *_texts("text_ar", "text_en"),
        Column("noted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        CheckConstraint(
            "kind IN ('marriage', 'divorce', 'birth_of_child', 'death', 'correction', 'transfer', 'other')",
            name="ck_annotation_kind",
        ),
        Index("ix_annotation_person", "person"),
    )
    grant("register_event", "SELECT")
    grant("annotation", "SELECT, INSERT")


def _requests() -> None:
    op.create_table(
        "request",
        Column("id", BigInteger, Identity(), primary_key=True),
        *_texts("mission", "application", "transaction", "ask"),
        Column("person", Uuid, nullable=False),
        *_texts("outcome"),
        Column("reason", Text),
        Column("document", Text),
        Column("answered_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Index("ix_request_application", "application"),
    )
    grant("request", "SELECT, INSERT")
    scope_by_mission("request")


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
