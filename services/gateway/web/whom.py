"""Whom a page is about where somebody acts for another: every text addresses the right one, in the right gender."""

from dataclasses import dataclass
from typing import Any

from flask import g, has_request_context

from services.gateway.web.language import chosen

GENDERS = {"F": "f", "M": "m"}


@dataclass(frozen=True)
class Whom:
    """The person of an application that another one handles: the name, and what they are to the reader."""

    name: str
    gender: str
    kinship: str

    @property
    def called(self) -> str:
        """Your daughter, your father; the name of whom the register has no tie."""
        key = f"whom.kin.{self.kinship}.{self.gender}"
        return chosen().text(key) if self.kinship and chosen().has(key) else self.name


def note_whom(application: Any) -> None:
    """Has the texts of this page speak of the person of an application, where that is not its reader."""
    behalf = application["behalf"]
    if behalf is None or behalf["yours"]:
        return
    name = behalf["beneficiary"].get(chosen().code) or behalf["beneficiary"]["ar"]
    g.whom = Whom(name, GENDERS.get(behalf["sex"] or "", "m"), behalf["kinship"] or "")


def whom() -> Whom | None:
    """Whom the page is about; None where it is its reader."""
    return g.get("whom") if has_request_context() else None


def about(key: str) -> tuple[str, dict[str, str]]:
    """The key of the text that speaks of this person, with its parameters; the key itself where there is none."""
    person = whom()
    variant = f"{key}.for_{person.gender}" if person else ""
    if person is None or not chosen().has(variant):
        return key, {}
    return variant, {"who": person.called}
