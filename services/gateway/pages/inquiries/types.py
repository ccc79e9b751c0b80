"""The listed types as a page shows them: found by any of their names in either language, whatever the page speaks."""

from markupsafe import Markup

from services.gateway.web.presentation import country_of, t
from shared.catalogue.inquiries import REFERRALS, TYPES, InquiryType, Referral
from shared.fragments import LANGUAGES
from shared.i18n import language
from shared.values.names import matches_search

SEARCH_LENGTH = 100


def name_of(slug: str) -> Markup:
    """The name of a type."""
    return t(f"inquiry.type.{slug}")


def find(typed: str) -> list[InquiryType]:
    """The types with every typed word in one of their names or synonyms; all of them for nothing typed."""
    text = typed[:SEARCH_LENGTH].strip()
    return [kind for kind in TYPES.values() if not text or matches_search(text, _texts(kind.slug))]


def _texts(slug: str) -> list[str]:
    keys = (f"inquiry.type.{slug}", f"inquiry.type.{slug}.synonyms")
    return [language(code).text(key) for code in LANGUAGES for key in keys]


def referral_of(mission: str | None) -> Referral | None:
    """Where the mission's host country answers, if that is known."""
    return REFERRALS.get(country_of(mission))
