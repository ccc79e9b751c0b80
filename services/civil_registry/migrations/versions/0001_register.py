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
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.migration import grant, ground, scope_by_mission
from shared.documents.model import create_table

revision = "0001"
down_revision = None


def upgrade() -> None:
    ground()
    create_table()
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
