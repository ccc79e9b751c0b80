"""The life of an application: one table of its transitions with source, target, party and code."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.catalogue.model import APPOINTMENT, BOOKLET, DOCUMENT


class Status(StrEnum):
    """The status of an application; the words of the pages are translations of these keys."""

    DRAFT = "draft"
    AWAITING_PAYMENT = "awaiting_payment"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    WITH_AUTHORITY = "with_authority"
    READY = "ready"
    COLLECTED = "collected"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"


class Party(StrEnum):
    """Who may cause a change; roles within a party are a matter of the access table."""

    APPLICANT = "applicant"
    MISSION = "mission"
    AUTHORITY = "authority"
    PAYMENT = "payment"
    CLOCK = "clock"
    DECREE = "decree"


@dataclass(frozen=True)
class Transition:
    """One permitted change. `code` names what happened and is the timeline's key."""

    source: Status
    target: Status
    party: Party
    code: str


_S, _P = Status, Party
TRANSITIONS: tuple[Transition, ...] = (
    Transition(_S.DRAFT, _S.AWAITING_PAYMENT, _P.APPLICANT, "submitted"),
    Transition(_S.DRAFT, _S.IN_REVIEW, _P.APPLICANT, "submitted"),
    Transition(_S.DRAFT, _S.WITHDRAWN, _P.APPLICANT, "withdrawn"),
    Transition(_S.DRAFT, _S.LAPSED, _P.CLOCK, "lapsed"),
    Transition(_S.AWAITING_PAYMENT, _S.IN_REVIEW, _P.PAYMENT, "paid"),
    Transition(_S.AWAITING_PAYMENT, _S.WITH_AUTHORITY, _P.PAYMENT, "paid"),
    Transition(_S.AWAITING_PAYMENT, _S.WITHDRAWN, _P.APPLICANT, "withdrawn"),
    Transition(_S.AWAITING_PAYMENT, _S.LAPSED, _P.CLOCK, "lapsed"),
    Transition(_S.IN_REVIEW, _S.WITH_AUTHORITY, _P.MISSION, "accepted"),
    # A document that the mission issues itself needs no authority.
    Transition(_S.IN_REVIEW, _S.READY, _P.MISSION, "issued"),
    Transition(_S.IN_REVIEW, _S.RETURNED, _P.MISSION, "returned"),
    Transition(_S.IN_REVIEW, _S.REFUSED, _P.MISSION, "refused"),
    # Its payment was undone: the payer's bank took the money back, or the counter had taken it by mistake.
    Transition(_S.IN_REVIEW, _S.AWAITING_PAYMENT, _P.PAYMENT, "payment_undone"),
    Transition(_S.IN_REVIEW, _S.WITHDRAWN, _P.APPLICANT, "withdrawn"),
    Transition(_S.RETURNED, _S.IN_REVIEW, _P.APPLICANT, "resubmitted"),
    Transition(_S.RETURNED, _S.WITH_AUTHORITY, _P.AUTHORITY, "resumed"),
    Transition(_S.RETURNED, _S.WITHDRAWN, _P.APPLICANT, "withdrawn"),
    Transition(_S.RETURNED, _S.LAPSED, _P.CLOCK, "lapsed"),
    Transition(_S.WITH_AUTHORITY, _S.AWAITING_PAYMENT, _P.AUTHORITY, "assessed"),
    Transition(_S.WITH_AUTHORITY, _S.READY, _P.AUTHORITY, "granted"),
    Transition(_S.WITH_AUTHORITY, _S.REFUSED, _P.AUTHORITY, "refused"),
    Transition(_S.WITH_AUTHORITY, _S.RETURNED, _P.AUTHORITY, "returned"),
    Transition(_S.READY, _S.COLLECTED, _P.MISSION, "collected"),
    Transition(_S.DRAFT, _S.CANCELLED, _P.DECREE, "cancelled"),
    Transition(_S.AWAITING_PAYMENT, _S.CANCELLED, _P.DECREE, "cancelled"),
    Transition(_S.IN_REVIEW, _S.CANCELLED, _P.DECREE, "cancelled"),
    Transition(_S.RETURNED, _S.CANCELLED, _P.DECREE, "cancelled"),
    Transition(_S.WITH_AUTHORITY, _S.CANCELLED, _P.DECREE, "cancelled"),
    # An application for an appointment alone is ready as soon as it is submitted, and ends at its hour or before.
    Transition(_S.DRAFT, _S.READY, _P.APPLICANT, "turn_booked"),
    Transition(_S.READY, _S.WITHDRAWN, _P.APPLICANT, "turn_cancelled"),
    Transition(_S.READY, _S.LAPSED, _P.MISSION, "turn_missed"),
    # The mission closes on the day.
    Transition(_S.READY, _S.CANCELLED, _P.MISSION, "turn_called_off"),
)

# Ready is an end for a document, which is downloaded; a booklet still waits to be collected.
FINAL = frozenset({_S.COLLECTED, _S.REFUSED, _S.WITHDRAWN, _S.LAPSED, _S.CANCELLED})
OPEN = frozenset({_S.DRAFT, _S.AWAITING_PAYMENT, _S.IN_REVIEW, _S.RETURNED, _S.WITH_AUTHORITY})
EDITABLE = frozenset({_S.DRAFT, _S.RETURNED})
# The statuses in which an application waits for its applicant, and lapses after ten days.
WAITING = frozenset({_S.DRAFT, _S.AWAITING_PAYMENT, _S.RETURNED})
# The statuses of which the applicant is notified; the kind of the notice is the status's name.
NOTIFIED = frozenset({_S.RETURNED, _S.READY, _S.COLLECTED, _S.REFUSED, _S.LAPSED, _S.CANCELLED})
# Steps of an appointment have notices of their own kind.
OWN_NOTICES = frozenset({"turn_booked", "turn_missed", "turn_called_off", "attended"})

# The statuses in which an applicant who must come in person may come.
VISITING = frozenset({_S.AWAITING_PAYMENT, _S.IN_REVIEW, _S.RETURNED})

# The verbs of the interface: the party and the statuses of each. The table also holds the verbs that do not change the
# status (saving answers, opening a payment).
VERBS: Mapping[str, tuple[Party, frozenset[Status]]] = {
    "edit": (_P.APPLICANT, EDITABLE),
    "submit": (_P.APPLICANT, EDITABLE),
    "pay": (_P.APPLICANT, frozenset({_S.AWAITING_PAYMENT})),
    "withdraw": (_P.APPLICANT, frozenset({_S.DRAFT, _S.AWAITING_PAYMENT, _S.IN_REVIEW, _S.RETURNED})),
    "accept": (_P.MISSION, frozenset({_S.IN_REVIEW})),
    "return": (_P.MISSION, frozenset({_S.IN_REVIEW})),
    "refuse": (_P.MISSION, frozenset({_S.IN_REVIEW})),
    "upgrade": (_P.APPLICANT, frozenset({_S.IN_REVIEW, _S.WITH_AUTHORITY})),
    "cash": (_P.MISSION, frozenset({_S.AWAITING_PAYMENT})),
    "collect": (_P.MISSION, frozenset({_S.READY})),
    "reprint": (_P.MISSION, frozenset({_S.READY})),
    "hold_turn": (_P.APPLICANT, frozenset({_S.DRAFT, *VISITING})),
    "change_turn": (_P.APPLICANT, frozenset({_S.READY, *VISITING})),
    "attend": (_P.MISSION, frozenset({_S.READY, *VISITING})),
    "miss": (_P.MISSION, frozenset({_S.READY, *VISITING})),
}
ABOUT_APPOINTMENTS = frozenset({"hold_turn", "change_turn", "attend", "miss"})
OUTCOMES = frozenset({BOOKLET, DOCUMENT, APPOINTMENT})
# Verbs that only some outcomes have; every outcome has all other verbs.
OUTCOMES_OF = dict.fromkeys(("upgrade", "collect", "reprint"), frozenset({BOOKLET}))
# The last stages of the regular path.
LAST_STAGES = {BOOKLET: ("ready", "collected"), DOCUMENT: ("ready",), APPOINTMENT: ("ready", "collected")}


def find_transition(source: Status, target: Status) -> Transition | None:
    """The table's entry for a change, or None when there is no such change."""
    return next((entry for entry in TRANSITIONS if (entry.source, entry.target) == (source, target)), None)


def may_transition(source: Status, target: Status) -> bool:
    """Whether the table knows this change."""
    return find_transition(source, target) is not None


def verbs_in(status: Status, party: Party, outcome: str, *, visit: bool = False) -> list[str]:
    """The verbs of a party for an application in this status. `outcome` is that of its transaction, `visit` whether
    its applicant must come in person."""
    return [
        verb
        for verb, (verb_party, statuses) in VERBS.items()
        if verb_party == party
        and status in statuses
        and outcome in OUTCOMES_OF.get(verb, OUTCOMES)
        and (verb not in ABOUT_APPOINTMENTS or appointment_verb_fits(verb, status, outcome, visit=visit))
    ]


def appointment_verb_fits(verb: str, status: Status, outcome: str, *, visit: bool) -> bool:
    """Whether a verb about appointments is possible.

    An application for an appointment alone has it chosen in the draft and changed when ready. A visit is booked and
    changed while the application is at the mission.
    """
    may_come = visit if status in VISITING else outcome == APPOINTMENT
    return status in VERBS[verb][1] and may_come


def path(outcome: str, *, assessed: bool, free: bool, asks: bool = True) -> tuple[str, ...]:
    """The regular path of a transaction, as the stages that a tracking page shows. `asks` says whether an authority
    decides."""
    if outcome == APPOINTMENT:
        return LAST_STAGES[outcome]
    payment = () if free or assessed else ("awaiting_payment",)
    assessment = ("assessment", "awaiting_payment") if assessed else ()
    authority = ("with_authority",) if asks else ()
    return (*payment, "in_review", *assessment, *authority, *LAST_STAGES[outcome])


def stages(path: tuple[str, ...], status: Status, came_from: Status, *, paid: bool) -> list[dict[str, str]]:
    """Each stage of the path as done, current, halted or ahead.

    Off the regular path (returned, or closed before its end) the stage it came from is the halted one.
    """
    on_path = status in path
    last_on_path = status if on_path else came_from
    stage = (
        "assessment"
        if last_on_path is Status.WITH_AUTHORITY and "assessment" in path and not paid
        else last_on_path.value
    )
    position = path.index(stage) if stage in path else -1
    finished = on_path and position == len(path) - 1
    current_state = "done" if finished else "current" if on_path else "halted"
    return [
        {
            "code": code,
            "state": "done" if index < position else current_state if index == position else "ahead",
        }
        for index, code in enumerate(path)
    ]


def diagram() -> str:
    """The table as a Mermaid state diagram, for the reference pages."""
    lines = ["stateDiagram-v2", "    [*] --> draft"]
    lines += [f"    {entry.source} --> {entry.target}: {entry.code} ({entry.party})" for entry in TRANSITIONS]
    lines += [f"    {status} --> [*]" for status in Status if status in FINAL or status is _S.READY]
    return "\n".join(lines) + "\n"
