"""The shapes that a new transaction can be written in: who draws its document, and what differs for that."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """`service` issues the document under `mark`; `group` and `beneficiary` are those of its usual transactions.

    `documents` is the folder of its template, `template` that one's text, `sample` the file whose snapshot it begins
    with.
    """

    name: str
    service: str
    mark: str
    group: str
    beneficiary: str
    documents: str
    template: str
    sample: str


SHAPES: Mapping[str, Shape] = {
    shape.name: shape
    for shape in (
        Shape(
            "mission-document",
            "consular",
            "C",
            "foreign_affairs",
            "foreign_affairs",
            "services/consular/documents/mission",
            '{% extends "mission-document.html" %}\n',
            "deploy/dev/scaffold/templates/sample.mission-document.json",
        ),
        Shape(
            "register-extract",
            "civil_registry",
            "R",
            "civil_status",
            "civil_affairs",
            "services/civil_registry/documents",
            # The class of the extract keeps its spacing, so that one page is enough.
            '{% extends "individual-extract.html" %}\n{% block air %} individual-extract{% endblock %}\n',
            "services/civil_registry/documents/individual-extract.sample.json",
        ),
    )
}
