"""Two tabs on one page of answers: the second save shows what the first one changed, and replaces nothing unseen."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request

from services.gateway.web.forms import answer_in_words
from services.gateway.web.presentation import t
from shared.catalogue.model import Question
from shared.forms import DIGEST_LENGTH, answers_digest


def sent_digest() -> str | None:
    """The digest of the answers that the writer of this form had before their eyes; None where it does not say."""
    return request.form.get("seen", "")[:DIGEST_LENGTH] or None


def digest(asked: Iterable[Question], saved: Mapping[str, Any]) -> str:
    """The digest of the answers to these questions as they are saved now."""
    return answers_digest([one.name for one in asked], saved)


def changes(asked: Iterable[Question], saved: Mapping[str, Any], mine: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The answers that differ: as they were saved meanwhile, and as they were typed here."""
    rows = [(one, answer_in_words(one, saved), answer_in_words(one, mine)) for one in asked]
    return [
        {"label": t(f"question.{one.name}.label"), "saved": theirs, "typed": own}
        for one, theirs, own in rows
        if theirs != own
    ]
