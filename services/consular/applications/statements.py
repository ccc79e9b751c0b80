"""Verifies the registers' statements about a person: signed by the register, for this person, purpose and service."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from services.consular.people import snapshot
from services.consular.people.rules import AgentKinship, AttestedPerson
from shared.catalogue import kin
from shared.catalogue.model import HOLDER, Facts, Transaction
from shared.errors import NotAllowed, Refusal
from shared.identity.crypto import Keys
from shared.identity.representation import PURPOSE, Representation

AttestedFacts = dict[str, dict[str, Any]]


def verify_statements(
    keys: Keys, entry: Transaction, representation: Representation, tokens: Iterable[str]
) -> AttestedFacts:
    """Facts by register about the person of the application, requested by the acting person.

    Raises Refusal when a register's statement is missing, forged, stale, or about or for another person.
    """
    token_list = list(tokens)
    return {authority: _facts(keys, representation, token_list, authority) for authority in entry.authorities}


def subject_of(keys: Keys, tokens: Iterable[str]) -> str:
    """The person whom the civil register's statement is about. Raises Refusal when the statement is missing."""
    for token in tokens:
        try:
            return str(keys.verify(token, kind="statement", issuer="civil_registry")["person"])
        except (NotAllowed, KeyError):
            continue
    raise Refusal("statement_missing", authority="civil_registry")


def _representation_in(claims: Mapping[str, Any]) -> Representation:
    """The representation a statement was made for; people who ask for themselves are holders."""
    person = str(claims.get("person"))
    return Representation(
        person,
        str(claims.get("asked_by", person)),
        str(claims.get("capacity", HOLDER)),
        str(claims.get("purpose")),
        claims.get("mandate"),
    )


def _facts(keys: Keys, representation: Representation, tokens: list[str], authority: str) -> dict[str, Any]:
    for token in tokens:
        try:
            claims = keys.verify(token, kind="statement", issuer=authority)
        except NotAllowed:
            continue
        if _representation_in(claims) != representation:
            raise Refusal("statement_of_another", authority=authority)
        facts = claims.get("facts")
        return dict(facts) if isinstance(facts, dict) else {}
    raise Refusal("statement_missing", authority=authority)


def as_facts(attested_facts: AttestedFacts, representation: Representation, today: date) -> Facts:
    """The facts that the catalogue's conditions are checked against. Raises Refusal when a register left one out."""
    try:
        return Facts.from_statements(attested_facts, today, representation.capacity)
    except (KeyError, ValueError) as error:
        raise Refusal("statement_incomplete", authority="civil_registry") from error


def holder_of(attested_facts: AttestedFacts) -> dict[str, Any]:
    """The holder of the entry the statement is about, and the applicant's kinship; empty for the applicant's own."""
    return dict(attested_facts.get("civil_registry", {}).get("holder") or {})


def check_holder(entry: Transaction, answers: Mapping[str, object], attested_facts: AttestedFacts, person: str) -> None:
    """Raises Refusal unless the statement is about the person whom the answers name."""
    named_person, holder = kin.holder_answers(entry, answers), holder_of(attested_facts)
    if named_person is None:
        return
    key, identifier = ("national_number", named_person["national_number"]) if named_person else ("person", person)
    if not holder.get("person") or holder.get(key) != identifier:
        raise Refusal("statement_of_another", authority="civil_registry")


def check_eligible(entry: Transaction, facts: Facts) -> None:
    """Raises Refusal with every condition that does not hold, each with its law."""
    unmet = entry.unmet(facts)
    if unmet:
        reasons = [{"code": condition.code, "law": condition.law} for condition in unmet]
        raise Refusal("not_eligible", condition=unmet[0].code, law=unmet[0].law, reasons=reasons)


def attested_person(keys: Keys, token: str, *, to: str | None = None, person: str | None = None) -> AttestedPerson:
    """The person of a statement made for mandates: requested by the person, or found for an officer.

    `person` is whom the statement must be about, or `to` the officer it was made for. Raises Refusal for any other
    statement.
    """
    try:
        claims = keys.verify(token, kind="statement", issuer="civil_registry")
    except NotAllowed as error:
        raise Refusal("statement_missing", authority="civil_registry") from error
    is_own = claims.get("asked_by") == claims.get("person") == person
    fits = is_own if to is None else claims.get("told_to") == to
    if claims.get("purpose") != PURPOSE or not fits:
        raise Refusal("statement_of_another", authority="civil_registry")
    facts = claims.get("facts") or {}
    try:
        return AttestedPerson(
            str(facts["person"]),
            str(facts["national_number"]),
            str(facts["name"]["ar"]["given"]),
            snapshot.name_of(facts),
            date.fromisoformat(str(facts["born"])),
            facts["alive"] is True,
            AgentKinship(**facts["agent"]) if "agent" in facts else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Refusal("statement_incomplete", authority="civil_registry") from error
