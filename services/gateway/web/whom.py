"""Whom a page is about where somebody acts for another: every text addresses the right one, in the right gender."""

from dataclasses import dataclass
from typing import Any

from flask import g, has_request_context

from services.gateway.web.language import chosen
from shared.catalogue.model import DECEASED

GENDERS = {"F": "f", "M": "m"}


@dataclass(frozen=True)
class Whom:
    """The person of an application that another one handles: the name, what they are to the reader, whether dead."""

    name: str
    gender: str
    kinship: str
    deceased: bool = False

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
    g.whom = Whom(
        name, GENDERS.get(behalf["sex"] or "", "m"), behalf["kinship"] or "", DECEASED in application["answers"]
    )


def whom() -> Whom | None:
    """Whom the page is about; None where it is its reader."""
    return g.get("whom") if has_request_context() else None


def about(key: str) -> tuple[str, dict[str, str]]:
    """The key of the text that speaks of this person, with its parameters; the key itself where there is none.

    A text in which the person does something has a variant for the dead, `<key>.for_deceased`, before the others.
    """
    person = whom()
    if person is None:
        return key, {}
    variants = [f"{key}.for_deceased"] if person.deceased else []
    for variant in (*variants, f"{key}.for_{person.gender}"):
        if chosen().has(variant):
            return variant, {"who": person.called}
    return key, {}
