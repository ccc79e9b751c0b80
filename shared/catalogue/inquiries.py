"""The listed types of inquiries: each once, whatever names it goes by, and whether the mission or its host decides.

Names and synonyms are texts: `inquiry.type.<slug>` and `inquiry.type.<slug>.synonyms`.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class InquiryType:
    """One type; `papers`: it cannot be judged without a file, `referred`: authorities of the host country decide."""

    slug: str
    papers: bool = False
    referred: bool = False


# The list of the Saudi service "Tawasul" has eighteen lines; five repeat others, and ten are the host's.
_LISTED = (
    InquiryType("application"),
    InquiryType("appointment"),
    InquiryType("payment"),
    InquiryType("first-passport"),
    InquiryType("passport-renewal"),
    InquiryType("passport-extension", papers=True),
    InquiryType("civil-records"),
    InquiryType("document-error", papers=True),
    InquiryType("identity"),
    InquiryType("residence-renewal", referred=True),
    InquiryType("resident-card", referred=True),
    InquiryType("resident-services", referred=True),
    InquiryType("sponsored-services", referred=True),
    InquiryType("sponsor-transfer", referred=True),
    InquiryType("profession", referred=True),
    InquiryType("final-exit", referred=True),
    InquiryType("absence-report", referred=True),
    InquiryType("absent-data", referred=True),
    InquiryType("visit-visa", referred=True),
)
TYPES: Mapping[str, InquiryType] = {one.slug: one for one in _LISTED}

WRITTEN_IN = ("phone", "mail", "fax")
OUTCOMES = ("accepted", "refused", "referred")
REFUSE_REASONS = ("unproven", "not_entitled", "decided_already", "no_basis", "unclear")
NEXT_STEPS = ("nothing", "wait", "correct_application", "book", "pay", "bring_papers", "ask_host")
# Answers that are written once, in both languages: `inquiry.canned.<code>.text`.
CANNED = ("status_on_page", "appointment_how", "fee_where", "extension_how", "papers_list", "host_country")


@dataclass(frozen=True)
class Referral:
    """Where a host country answers such questions. Text `referral.<country>`; numbers as they were published."""

    country: str
    phones: tuple[tuple[str, str], ...] = ()
    email: str = ""
    fax: str = ""
    website: str = ""
    source: str = ""


# As published for 1445 AH; nobody has called these numbers, and the page says so.
REFERRALS: Mapping[str, Referral] = {
    "SA": Referral(
        "SA",
        phones=(("riyadh", "011 257 3597"), ("jeddah", "012 631 5858"), ("jeddah", "012 608 0456")),
        email="992@gdp.gov.sa",
        fax="011 477 8835",
        website="https://www.absher.sa",
        source="1445",
    )
}
