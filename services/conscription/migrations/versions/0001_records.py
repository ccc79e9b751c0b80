"""Service records, stays abroad, amounts by law, assessments and discharges."""

from alembic import op
from sqlalchemy import Boolean, Column, Date, DateTime, ForeignKey, Integer, Text, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.migration import grant, ground, scope_by_mission
from shared.documents.model import create_table

revision = "0001"
down_revision = None

# Legislative Decree 31/2020 of 8 November 2020, in US cents; the sixth tier is reported, its text was not seen.
TARIFF = [
    ("four_years", 700_000, "high"),
    ("three_years", 800_000, "high"),
    ("two_years", 900_000, "high"),
    ("one_year", 1_000_000, "high"),
    ("born_abroad", 300_000, "high"),
    ("born_abroad_ten_years", 650_000, "medium"),
]


def upgrade() -> None:
    ground()
    create_table()
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
    tariff = op.create_table(
        "allowance_tariff",
        Column("tier", Text, primary_key=True),
        Column("valid_from", Date, primary_key=True),
        Column("valid_until", Date),
        Column("amount", Integer, nullable=False),
        Column("currency", Text, nullable=False),
        Column("law", Text, nullable=False),
        Column("certainty", Text, nullable=False),
    )
    op.bulk_insert(
        tariff,
        [
            {"tier": tier, "valid_from": "2020-11-08", "amount": amount, "currency": "USD", "law": "LD 31/2020"}
            | {"certainty": certainty, "valid_until": None}
            for tier, amount, certainty in TARIFF
        ],
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
