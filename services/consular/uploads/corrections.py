"""Papers and answers that an officer marked to be put right: which are open, what may change, what has changed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, insert, select, update
from sqlalchemy.orm import Session

from services.consular.applications.model import Application, Correction
from services.consular.uploads.model import Upload
from shared.catalogue.model import Question
from shared.catalogue.reasons import ADDING_REASONS, ANSWER, MARK_REASONS, PAPER
from shared.database import db
from shared.errors import Invalid
from shared.forms import TYPED_HIJRI

Files = Mapping[str, Sequence[Upload]]
_COMPARED = ("id", "filename", "type", "pages", "thumbnails", "state", "sha256")


def open_corrections(session: Session, application: Application) -> list[Correction]:
    """What is marked now and not sent again yet; nothing where the whole application may be changed."""
    waiting = Correction.application == application.reference, Correction.answered_at.is_(None)
    return list(session.scalars(select(Correction).where(*waiting).order_by(Correction.kind, Correction.name)))


def mark(session: Session, application: Application, items: Iterable[Mapping[str, Any]], files: Files) -> None:
    """Notes the marks of a return with what stands there now."""
    about = {"application": application.reference, "mission": application.mission, "marked_at": db.now(session)}
    latest = select(func.coalesce(func.max(Correction.number), 0)).where(
        Correction.application == application.reference
    )
    number = (session.scalar(latest) or 0) + 1
    rows = [{**about, "number": number, **item, "before": _present_content(application, item, files)} for item in items]
    session.execute(insert(Correction), rows)


def check_items(items: Sequence[Mapping[str, Any]], papers: Iterable[str], questions: Iterable[str]) -> None:
    """Raises Invalid with a code per mark that names no paper or question of this application, or a strange reason."""
    known = {PAPER: set(papers), ANSWER: set(questions)}
    errors = {f"{item['kind']}-{item['name']}"[:80]: "unknown_choice" for item in items if not _fits(item, known)}
    names = [(item["kind"], item["name"]) for item in items]
    if errors or len(set(names)) < len(names):
        raise Invalid("invalid", errors=errors or {"items": "unknown_choice"})


def _fits(item: Mapping[str, Any], known: Mapping[str, set[str]]) -> bool:
    return item["name"] in known[item["kind"]] and item["reason"] in MARK_REASONS[item["kind"]]


def answer(session: Session, application: Application) -> None:
    """The application is sent again: its marks wait no longer."""
    waiting = Correction.application == application.reference, Correction.answered_at.is_(None)
    session.execute(update(Correction).where(*waiting).values(answered_at=db.now(session)))


def open_questions(marks: Iterable[Correction], questions: Sequence[Question]) -> set[str]:
    """The marked questions, and those that are asked with an answer to one of them."""
    names = {one.name for one in marks if one.kind == ANSWER}
    while more := {one.name for one in questions if one.asked_if and one.asked_if[0] in names} - names:
        names |= more
    return names


def check_marked(marks: Sequence[Correction], kind: str, names: Iterable[str], allowed: set[str]) -> None:
    """Raises Invalid (not_marked) for what is to be changed and was not marked, where anything is."""
    others = sorted(set(names) - allowed)
    if marks and others:
        raise Invalid("not_marked", errors=dict.fromkeys(others, "not_marked"), kind=kind)


def check_changed(application: Application, marks: Sequence[Correction], files: Files) -> None:
    """Raises Invalid with a code per mark where all of them stand as they were."""
    if marks and not any(has_changed(one, application.answers, files) for one in marks):
        raise Invalid("nothing_changed", errors={one.name: f"{one.kind}_unchanged" for one in marks})


def has_changed(one: Correction, answers: Mapping[str, Any], files: Files) -> bool:
    """Whether something else stands there now: another answer, or a file with other bytes."""
    if one.kind == ANSWER:
        return bool(_answer(answers, one.name) != one.before)
    return {file["sha256"] for file in one.before} != {file.sha256 for file in files.get(one.name, ())}


def replaced(marks: Iterable[Correction], name: str) -> set[str]:
    """The files in whose place a new file of this paper stands."""
    found = [one for one in marks if one.kind == PAPER and one.name == name and one.reason not in ADDING_REASONS]
    return {file["id"] for one in found for file in one.before}


def keeps(upload: type[Upload]) -> ColumnElement[bool]:
    """Whether an officer compares this upload with what came after it."""
    named = func.jsonb_build_array(func.jsonb_build_object("id", upload.id))
    return exists().where(Correction.application == upload.application, Correction.before.contains(named))


def serialise(one: Correction, answers: Mapping[str, Any], files: Files) -> dict[str, Any]:
    """A mark with what stood there before, and whether it has changed since."""
    return {
        "kind": one.kind,
        "name": one.name,
        "reason": one.reason,
        "note": one.note,
        "before": one.before,
        "changed": has_changed(one, answers, files),
        "open": one.answered_at is None,
    }


def _present_content(application: Application, item: Mapping[str, Any], files: Files) -> Any:
    if item["kind"] == ANSWER:
        return _answer(application.answers, item["name"])
    return [{name: getattr(file, name) for name in _COMPARED} for file in files.get(item["name"], ())]


def _answer(answers: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An answer with what was typed for it in another calendar."""
    return {key: answers[key] for key in (name, name + TYPED_HIJRI) if answers.get(key) not in (None, "")}
