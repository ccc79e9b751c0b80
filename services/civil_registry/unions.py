"""Draws marriage and divorce statements: the two parties, and the contract or the decision."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from services.civil_registry import findings, snapshots
from services.civil_registry.kinship import between, events_of
from services.civil_registry.model import Person, RegisterEvent
from services.civil_registry.snapshots import Data

DIVORCE_TYPES = frozenset({"revocable", "irrevocable", "khul", "judicial"})
ALL = "all"


def marriages(session: Session, holder: Person, options: Data) -> tuple[Data, list[str]]:
    """What a marriage statement says, the latest or all; and where the register contradicts itself in it."""
    chosen = _chosen(session, holder, "marriage", options.get("marriages"))
    if not chosen:
        return {}, ["marriage_event_missing"]
    wrong = [code for event in chosen for code in findings.union(event, *_parties(session, event))]
    if wrong:
        return {}, findings.unique(wrong)
    return {"person": snapshots.person(holder), "marriages": [_marriage(session, event) for event in chosen]}, []


def divorces(session: Session, holder: Person, options: Data) -> tuple[Data, list[str]]:
    """What a divorce statement says, the latest or all; and where the register contradicts itself in it."""
    chosen = _chosen(session, holder, "divorce", options.get("divorces"))
    if not chosen:
        return {}, ["divorce_event_missing"]
    wrong = [code for event in chosen for code in findings.union(event, *_parties(session, event))]
    wrong += ["divorce_without_marriage" for event in chosen if _ended_by(session, event) is None]
    if wrong:
        return {}, findings.unique(wrong)
    return {"person": snapshots.person(holder), "divorces": [_divorce(session, event) for event in chosen]}, []


def _chosen(session: Session, holder: Person, kind: str, which: object) -> list[RegisterEvent]:
    events = events_of(session, holder.id, kind)
    return events if which == ALL else events[-1:]


def _parties(session: Session, event: RegisterEvent) -> tuple[Person, Person]:
    return session.get_one(Person, event.person), session.get_one(Person, event.spouse)


def _union(session: Session, event: RegisterEvent) -> Data:
    husband, wife = _parties(session, event)
    parties = {"husband": snapshots.party(session, husband), "wife": snapshots.party(session, wife)}
    return snapshots.event(session, event) | parties


def _marriage(session: Session, event: RegisterEvent) -> Data:
    """The Hijri date only where the court's own was registered: it is never reckoned."""
    ended = _of_the_two(session, event, "divorce", RegisterEvent.happened_on >= event.happened_on, latest=False)
    return _union(session, event) | {
        "contract": _text(event, "contract"),
        "hijri": _text(event, "hijri"),
        "divorced_on": ended.happened_on.isoformat() if ended else None,
    }


def _divorce(session: Session, event: RegisterEvent) -> Data:
    married, kind = _ended_by(session, event), event.detail.get("type")
    return _union(session, event) | {
        "type": kind if kind in DIVORCE_TYPES else None,
        "decision": _text(event, "decision"),
        "married_on": married.happened_on.isoformat() if married else None,
    }


def _ended_by(session: Session, divorce: RegisterEvent) -> RegisterEvent | None:
    """The marriage that a divorce ended."""
    return _of_the_two(session, divorce, "marriage", RegisterEvent.happened_on <= divorce.happened_on, latest=True)


def _of_the_two(
    session: Session, event: RegisterEvent, kind: str, when: ColumnElement[bool], *, latest: bool
) -> RegisterEvent | None:
    assert event.spouse is not None  # the schema holds no marriage and no divorce of one
    day = RegisterEvent.happened_on
    found = select(RegisterEvent).where(RegisterEvent.kind == kind, between(event.person, event.spouse), when)
    return session.scalar(found.order_by(day.desc() if latest else day).limit(1))


def _text(event: RegisterEvent, name: str) -> str | None:
    return str(event.detail[name]) if event.detail.get(name) else None
