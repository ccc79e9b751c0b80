"""Reads what the registers attested about a person: signed by the register, for this person, purpose and service."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from services.consular.people import snapshot
from services.consular.people.rules import AttestedPerson
from shared.catalogue import kin
from shared.catalogue.model import HOLDER, Facts, Transaction
from shared.errors import NotAllowed, Refusal
from shared.identity.crypto import Keys
from shared.identity.representation import PURPOSE, Representation

Attested = dict[str, dict[str, Any]]


def attested(keys: Keys, entry: Transaction, standing: Representation, tokens: Iterable[str]) -> Attested:
    """Facts by register about the person of the application, at the request of who acts.

    Raises Refusal when a register's statement is missing, forged, stale, or about or for another.
    """
    given = list(tokens)
    return {authority: _facts(keys, standing, given, authority) for authority in entry.authorities}


def spoken_of(keys: Keys, tokens: Iterable[str]) -> str:
    """Whom the civil register's statement is about. Raises Refusal when it is missing."""
    for token in tokens:
        try:
            return str(keys.verify(token, kind="statement", issuer="civil_registry")["person"])
        except (NotAllowed, KeyError):
            continue
    raise Refusal("statement_missing", authority="civil_registry")


def _verified(claims: Mapping[str, Any]) -> Representation:
    """For whom and at whose request a register spoke; it says no more where people ask for themselves."""
    person = str(claims.get("person"))
    return Representation(
        person,
        str(claims.get("asked_by", person)),
        str(claims.get("capacity", HOLDER)),
        str(claims.get("purpose")),
        claims.get("mandate"),
    )


def _facts(keys: Keys, standing: Representation, tokens: list[str], authority: str) -> dict[str, Any]:
    for token in tokens:
        try:
            claims = keys.verify(token, kind="statement", issuer=authority)
        except NotAllowed:
            continue
        if _verified(claims) != standing:
            raise Refusal("statement_of_another", authority=authority)
        facts = claims.get("facts")
        return dict(facts) if isinstance(facts, dict) else {}
    raise Refusal("statement_missing", authority=authority)


def as_facts(attested_facts: Attested, standing: Representation, today: date) -> Facts:
    """What the conditions of the catalogue are asked about. Raises Refusal when a register left something out."""
    try:
        return Facts.from_statements(attested_facts, today, standing.capacity)
    except (KeyError, ValueError) as incomplete:
        raise Refusal("statement_incomplete", authority="civil_registry") from incomplete


def holder_of(attested_facts: Attested) -> dict[str, Any]:
    """Whose entry the register was asked about, and what the applicant is to them; empty where it is their own."""
    return dict(attested_facts.get("civil_registry", {}).get("holder") or {})


def check_holder(entry: Transaction, answers: Mapping[str, object], attested_facts: Attested, person: str) -> None:
    """Raises Refusal unless the statement speaks of the very person whom the answers name."""
    wanted, holder = kin.holder_answers(entry, answers), holder_of(attested_facts)
    if wanted is None:
        return
    key, meant = ("national_number", wanted["national_number"]) if wanted else ("person", person)
    if not holder.get("person") or holder.get(key) != meant:
        raise Refusal("statement_of_another", authority="civil_registry")


def check_eligible(entry: Transaction, facts: Facts) -> None:
    """Raises Refusal with every condition that does not hold, each with its law."""
    unmet = entry.unmet(facts)
    if unmet:
        reasons = [{"code": condition.code, "law": condition.law} for condition in unmet]
        raise Refusal("not_eligible", condition=unmet[0].code, law=unmet[0].law, reasons=reasons)


def introduced(keys: Keys, token: str, *, to: str | None = None, person: str | None = None) -> AttestedPerson:
    """Somebody as the civil register tells it where mandates are made: people themselves, or found for an officer.

    `person` is who must be told of, or `to` the officer it was told to. Raises Refusal for any other statement.
    """
    try:
        claims = keys.verify(token, kind="statement", issuer="civil_registry")
    except NotAllowed as forged:
        raise Refusal("statement_missing", authority="civil_registry") from forged
    mine = claims.get("told_to") == to if to is not None else claims.get("asked_by") == claims.get("person") == person
    if claims.get("purpose") != PURPOSE or not mine:
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
        )
    except (KeyError, TypeError, ValueError) as incomplete:
        raise Refusal("statement_incomplete", authority="civil_registry") from incomplete
