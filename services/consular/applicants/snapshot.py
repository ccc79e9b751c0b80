"""Takes down who applies, from what the civil registry attested; a new submission takes it down afresh."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.applicants.model import Applicant
from shared.errors import Refusal


def take(session: Session, application: str, mission: str, facts: Mapping[str, Any]) -> None:
    """Writes the snapshot. Raises Refusal when the statement lacks what a file cannot do without."""
    try:
        values = {
            "mission": mission,
            "person": str(facts["person"]),
            "national_number": str(facts["national_number"]),
            "name": dict(facts["name"]["ar"]),
            "latin": dict(facts["name"].get("latin") or {}),
            "sex": str(facts["sex"]),
            "born": date.fromisoformat(str(facts["born"])),
            "taken_at": func.now(),
        }
    except (KeyError, TypeError, ValueError) as incomplete:
        raise Refusal("statement_incomplete", authority="civil_registry") from incomplete
    written = insert(Applicant).values(application=application, **values)
    session.execute(written.on_conflict_do_update(index_elements=["application"], set_=values))


def of(session: Session, application: str) -> Applicant | None:
    """Who an application is for; None before it was first submitted."""
    return session.scalar(
        select(Applicant).where(Applicant.application == application).execution_options(populate_existing=True)
    )


def printed_name(applicant: Applicant) -> dict[str, str]:
    """The name in both scripts: given name, father's name, family name. Without a Latin spelling the Arabic stands."""
    parts = ("given", "father", "family")
    arabic = " ".join(str(applicant.name[part]) for part in parts if applicant.name.get(part))
    latin = " ".join(str(applicant.latin[part]) for part in parts if applicant.latin.get(part))
    return {"ar": arabic, "en": latin or arabic}
