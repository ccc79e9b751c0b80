"""The mission's questions to ministries with every possible answer: one table for letters and replies."""

from dataclasses import dataclass

GRANTED, REFUSED, RETURNED = "granted", "refused", "returned"
CONVICTIONS, CROSSINGS = "convictions", "crossings"
VALID, EXPIRED = "valid", "expired"
CRIMINAL_RECORD, MOVEMENTS = "criminal-record", "movement-statement"
LICENCE, VISIT = "driving-licence-check", "visit-approval"


@dataclass(frozen=True)
class Finding:
    """One answer: the application's outcome, the document it leads to, and the required content of the reply."""

    code: str
    outcome: str = GRANTED
    reason: str | None = None
    document: str | None = None
    details: tuple[str, ...] = ()
    entries: str | None = None
    fewest: int = 0
    """The least number of entries."""


@dataclass(frozen=True)
class Matter:
    """One question to one authority. `reply_days` are working days of the mission; `identity` and `answers` name the
    only personal data the authority receives."""

    authority: str
    ask: str
    reply_days: int
    identity: tuple[str, ...]
    answers: tuple[str, ...]
    findings: tuple[Finding, ...]

    def finding(self, code: str) -> Finding | None:
        """The finding of this code, or None where this authority cannot give it."""
        return next((finding for finding in self.findings if finding.code == code), None)


NAMES = ("name", "father", "mother", "born", "birth_place", "entry", "national_number")
LICENCE_DETAILS = ("licence_number", "licence_category", "first_issued_on", "expires_on")

MATTERS: tuple[Matter, ...] = (
    # Madrid mission, documents from Syria (2024-11): scanned copies come within two to three working days.
    Matter(
        "criminal_security",
        "record",
        3,
        NAMES,
        ("purpose", "destination_country"),
        (
            Finding("clear", document=CRIMINAL_RECORD),
            Finding("convicted", document=CRIMINAL_RECORD, entries=CONVICTIONS, fewest=1),
            Finding("name_clash", RETURNED, "name_clash"),
        ),
    ),
    # The directorate's desk in the Consular Administration answers the same day to a few days later.
    Matter(
        "immigration",
        "movements",
        3,
        NAMES,
        ("passport_number", "other_passport_numbers", "period_from", "period_until"),
        (
            Finding("complete", document=MOVEMENTS, entries=CROSSINGS, fewest=1),
            Finding("partial", document=MOVEMENTS, entries=CROSSINGS),
        ),
    ),
    # No published time was found: five working days are assumed.
    Matter(
        "traffic",
        "licence",
        5,
        ("name", "father", "born", "birth_place", "entry", "national_number"),
        ("licence_number", "licence_category", "licence_office", "licence_issued_on"),
        (
            Finding(VALID, document=LICENCE, details=LICENCE_DETAILS),
            Finding(EXPIRED, document=LICENCE, details=LICENCE_DETAILS),
            Finding("withdrawn", document=LICENCE, details=LICENCE_DETAILS),
            Finding("no_record", document=LICENCE),
        ),
    ),
    # Bucharest mission: ten working days are the target.
    Matter(
        "foreign_affairs",
        "visit",
        10,
        NAMES,
        ("passport_number", "last_left_on", "left_how", "recruitment_branch", "visit_from"),
        (
            Finding("approved", document=VISIT, details=("approval_reference", "approved_on")),
            Finding("settlement_needed", RETURNED, "settlement_needed"),
            Finding("visit_refused", REFUSED, "visit_refused"),
        ),
    ),
    # Before a lost passport is replaced; its number is blocked. No published time was found.
    Matter(
        "immigration",
        "clearance",
        5,
        NAMES,
        ("passport_number", "passport_issued_on", "lost_on", "lost_at", "police_office", "police_report_number"),
        (
            Finding("cleared"),
            Finding("not_cleared", REFUSED, "clearance_refused"),
        ),
    ),
)
_BY_NAME = {(matter.authority, matter.ask): matter for matter in MATTERS}


def matter(authority: str, ask: str) -> Matter:
    """The entry of a question. Raises KeyError for an unknown question."""
    return _BY_NAME[authority, ask]
