"""The shapes that a new transaction can be written in: who draws its document, and what differs for that."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """`service` issues the document under `mark`; `group` and `beneficiary` are those of its usual transactions.

    `template` is the document that the new one extends, `sample` the file whose snapshot it begins with.
    """

    name: str
    service: str
    mark: str
    group: str
    beneficiary: str
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
            "mission-document.html",
            "deploy/dev/scaffold/templates/sample.mission-document.json",
        ),
        Shape(
            "register-extract",
            "civil_registry",
            "R",
            "civil_status",
            "civil_affairs",
            "individual-extract.html",
            "services/civil_registry/documents/individual-extract.sample.json",
        ),
    )
}
