"""Contents of marriage and divorce statements: the two parties, and the contract or the decision."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from services.civil_registry.contents import findings, snapshots
from services.civil_registry.contents.snapshots import Data
from services.civil_registry.kinship.kinship import events_of, involves_both
from services.civil_registry.model import Person, RegisterEvent

DIVORCE_TYPES = frozenset({"revocable", "irrevocable", "khul", "judicial"})
ALL = "all"


def marriages(session: Session, holder: Person, options: Data) -> tuple[Data, list[str]]:
    """Contents with the latest marriage or all, and the codes of contradictions."""
    events, codes = _unions(session, holder, "marriage", options.get("marriages"))
    if not events:
        return {}, ["marriage_event_missing"]
    if codes:
        return {}, findings.unique_codes(codes)
    return _statement(holder, "marriages", [_marriage_data(session, event) for event in events])


def divorces(session: Session, holder: Person, options: Data) -> tuple[Data, list[str]]:
    """Contents with the latest divorce or all, and the codes of contradictions."""
    events, codes = _unions(session, holder, "divorce", options.get("divorces"))
    if not events:
        return {}, ["divorce_event_missing"]
    codes += ["divorce_without_marriage" for event in events if _ended_marriage(session, event) is None]
    if codes:
        return {}, findings.unique_codes(codes)
    return _statement(holder, "divorces", [_divorce_data(session, event) for event in events])


def _unions(session: Session, holder: Person, kind: str, selection: object) -> tuple[list[RegisterEvent], list[str]]:
    """The latest event of this kind or all, and the codes of their contradictions."""
    events = events_of(session, holder.id, kind)
    chosen = events if selection == ALL else events[-1:]
    return chosen, [code for event in chosen for code in findings.union(event, *_parties(session, event))]


def _statement(holder: Person, name: str, unions: list[Data]) -> tuple[Data, list[str]]:
    return {"person": snapshots.person_data(holder), name: unions}, []


def _parties(session: Session, event: RegisterEvent) -> tuple[Person, Person]:
    return session.get_one(Person, event.person), session.get_one(Person, event.spouse)


def _union_data(session: Session, event: RegisterEvent) -> Data:
    husband, wife = _parties(session, event)
    parties = {"husband": snapshots.party_data(session, husband), "wife": snapshots.party_data(session, wife)}
    return snapshots.event_data(session, event) | parties


def _marriage_data(session: Session, event: RegisterEvent) -> Data:
    """The Hijri date is the court's own, if registered. It is never calculated."""
    divorce = _couple_event(session, event, "divorce", RegisterEvent.happened_on >= event.happened_on, latest=False)
    return _union_data(session, event) | {
        "contract": _detail(event, "contract"),
        "hijri": _detail(event, "hijri"),
        "divorced_on": divorce.happened_on.isoformat() if divorce else None,
    }


def _divorce_data(session: Session, event: RegisterEvent) -> Data:
    marriage, kind = _ended_marriage(session, event), event.detail.get("type")
    return _union_data(session, event) | {
        "type": kind if kind in DIVORCE_TYPES else None,
        "decision": _detail(event, "decision"),
        "married_on": marriage.happened_on.isoformat() if marriage else None,
    }


def _ended_marriage(session: Session, divorce: RegisterEvent) -> RegisterEvent | None:
    """The marriage that a divorce ended."""
    return _couple_event(session, divorce, "marriage", RegisterEvent.happened_on <= divorce.happened_on, latest=True)


def _couple_event(
    session: Session, event: RegisterEvent, kind: str, period: ColumnElement[bool], *, latest: bool
) -> RegisterEvent | None:
    assert event.spouse is not None  # the schema holds no marriage and no divorce of one
    day = RegisterEvent.happened_on
    query = select(RegisterEvent).where(RegisterEvent.kind == kind, involves_both(event.person, event.spouse), period)
    return session.scalar(query.order_by(day.desc() if latest else day).limit(1))


def _detail(event: RegisterEvent, name: str) -> str | None:
    return str(event.detail[name]) if event.detail.get(name) else None
