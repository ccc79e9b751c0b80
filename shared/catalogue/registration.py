"""Consular registration: a prerequisite of what missions sell, charged once, to who says they are not registered."""

from collections.abc import Mapping

from shared.catalogue.model import DECEASED, FeeLine, Question

NAME = "consular_registration"
REGISTERED, NOT_REGISTERED, SHORT_STAY = "registered", "not_registered", "short_stay"
# MOFAE, consular registration: asked of everybody who stays longer than six months, once.


def is_asked_for(answers: Mapping[str, object]) -> bool:
    """Whether the person is to be registered with this application. Nobody who is dead is."""
    return answers.get(NAME) == NOT_REGISTERED and not answers.get(DECEASED)


QUESTION = Question(NAME, kind="choice", choices=(REGISTERED, NOT_REGISTERED, SHORT_STAY), of_the_living=True)
FEE = FeeLine(NAME, "foreign_affairs", is_asked_for)
