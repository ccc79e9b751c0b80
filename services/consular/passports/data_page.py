"""Prints a passport: stores its names and machine-readable lines, and issues its specimen page."""

from typing import Any

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications.model import Application
from services.consular.missions import today
from services.consular.passports import booklets, mrz, names, terms
from services.consular.passports.booklets import PrintedData
from services.consular.passports.model import Booklet, Passport
from services.consular.people import origin, snapshot
from services.consular.people.model import Applicant
from shared import documents
from shared.errors import Refusal
from shared.identity.actor import Actor
from shared.values.dates import partial_iso

KIND = "passport-page"


def print_for(session: Session, actor: Actor, application: Application, booklet: Booklet) -> dict[str, object]:
    """Creates the passport and its page; returns the columns of the application that name the page.

    Raises Refusal (statement_incomplete) for an application without an attested person.
    """
    applicant = snapshot.applicant_of(session, application.reference)
    if applicant is None:
        raise Refusal("statement_incomplete", authority="civil_registry")
    day = today(session, application.mission)
    passport = booklets.print_passport(
        session, booklet, application.reference, application.person, day, _printed_data(application, applicant)
    )
    page = documents.issue(
        session,
        actor,
        KIND,
        application.reference,
        application.mission,
        application.person,
        _data(session, application, applicant, passport),
        expires_on=passport.expires_on,
    )
    passport.page = page.code
    session.flush()
    return {"document": page.code, "document_owner": "consular"}


def preview(session: Session, application: Application, applicant: Applicant | None) -> list[str]:
    """The machine-readable lines of a print today; the number is empty until a booklet is assigned."""
    if applicant is None:
        return []
    printed_data = _printed_data(application, applicant)
    return list(
        mrz.lines(
            number="",
            family_name=printed_data.names["family"],
            given_name=printed_data.names["given"],
            born=printed_data.born,
            born_precision=printed_data.born_precision,
            sex=printed_data.sex,
            expires_on=terms.expires_on(session, today(session, application.mission)),
            optional=printed_data.national_number,
        )
    )


def _printed_data(application: Application, applicant: Applicant) -> PrintedData:
    requested = names.latin_names(application.answers)
    unanswered = {part for question, part in names.PARTS.items() if not application.answers.get(question)}
    latin = {
        part: str(applicant.latin.get(part) or "") if part in unanswered else spelling
        for part, spelling in requested.items()
    }
    return PrintedData(latin, applicant.born, applicant.born_precision, applicant.sex, applicant.national_number)


def _data(session: Session, application: Application, applicant: Applicant, passport: Passport) -> dict[str, Any]:
    """The snapshot of the page; see the documents package."""
    latin, arabic = passport.printed or {}, applicant.name
    names_in_both = {
        part: {"ar": str(arabic.get(part) or ""), "en": str(latin.get(part) or "")} for part in names.PARTS.values()
    }
    names_in_both["mother"]["en"] = names.full_mother(
        names_in_both["mother"]["en"], str(applicant.latin.get("mother") or "")
    )
    holder = snapshot.printed_name(applicant)
    return {
        "holder": {
            "ar": holder["ar"],
            "en": " ".join(str(latin[part]) for part in ("given", "father", "family") if latin[part]),
        },
        "names": names_in_both,
        "number": passport.number,
        "national_number": applicant.national_number,
        "sex": applicant.sex,
        "born": partial_iso(applicant.born, applicant.born_precision),
        "birth_place": origin.birth_place(application.facts.get("civil_registry") or {}, application.answers),
        "valid_from": passport.issued_on.isoformat() if passport.issued_on else None,
        "valid_until": passport.expires_on.isoformat() if passport.expires_on else None,
        "mrz": (passport.mrz or "").splitlines(),
        "zone": missions.find(session, application.mission).zone,
    }
