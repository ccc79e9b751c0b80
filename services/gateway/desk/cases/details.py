"""Details of the case page: held payments, what the visitor may do, whose register entry is meant."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from services.gateway.web.access.entrance import role_class
from services.gateway.web.access.pages import PAGES
from services.gateway.web.current import visitor
from services.gateway.web.presentation import has_text, t

# A part of the fee that is kept until the rest has come.
PART = "part"


def held(details: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Held payments that were not refunded; a part of a fee waits for the rest, and nobody decides about it."""
    refunded = {payment.get("payment") for payment in details.get("refunds") or []}
    waiting = [payment for payment in details["payments"] if payment.get("held") not in (None, PART)]
    return [payment for payment in waiting if payment["reference"] not in refunded]


def may(verb: str) -> bool:
    """Whether the visitor's role may open this page of the desk."""
    return role_class(visitor()) in PAGES[f"desk.{verb}"]


def holder(details: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Whose entry the register was asked about, where it is not the applicant's own; no rows otherwise."""
    person = ((details.get("facts") or {}).get("civil_registry") or {}).get("holder") or {}
    if not person or person.get("kinship") in (None, "self"):
        return []
    arabic = (person.get("name") or {}).get("ar") or {}
    name = " ".join(str(arabic[part]) for part in ("given", "father", "family") if arabic.get(part))
    kinship = f"desk.kinship.{person['kinship']}"
    rows: list[tuple[str, Markup | str]] = [
        ("desk.holder.name", name),
        ("desk.holder.number", str(person.get("national_number") or "")),
        ("desk.holder.kinship", t(kinship) if has_text(kinship) else str(person["kinship"])),
    ]
    return [{"label": t(key), "value": value} for key, value in rows if value]
