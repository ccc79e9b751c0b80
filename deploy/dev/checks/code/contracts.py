"""Kinds of import contract that import-linter lacks: allow-lists, and rooms told by file name."""

import sys
from collections.abc import Iterator

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules

# From the outside in. A verb is whatever bears none of these names.
ROOMS = {"worker": 0, "api": 1, "handlers": 1, "model": 3, "rules": 4}
VERB = 2


class ListingContract(Contract):
    """Breaks on every import that `broken` names; the report lists them."""

    def broken(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        raise NotImplementedError

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002 (import-linter passes it)
        broken = sorted(self.broken(graph))
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} -> {imported}")
        output.new_line()


class PureContract(ListingContract):
    """`modules` import the standard library and each other, and nothing else."""

    type_name = "pure"
    modules = fields.ListField(subfield=fields.ModuleExpressionField())
    allowed: frozenset[str] = frozenset(sys.stdlib_module_names)

    def broken(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        pure = {module.name for module in module_expressions_to_modules(graph, self.modules)}  # type: ignore[arg-type]
        for importer in pure:
            for imported in graph.find_modules_directly_imported_by(importer):
                if imported not in pure and imported.split(".")[0] not in self.allowed:
                    yield importer, imported


class RevisionsContract(PureContract):
    """`modules` import each other, the two libraries of migrations, and what folds a text that a key is derived from.

    No other part of the standard library, its file readers least of all.
    """

    type_name = "revisions"
    allowed = frozenset({"alembic", "sqlalchemy", "collections", "datetime", "re", "typing", "unicodedata"})


class RoomsContract(ListingContract):
    """Within each of `services`, nobody imports from a room further out than its own."""

    type_name = "rooms"
    services = fields.ListField(subfield=fields.StringField())

    def broken(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        for service in self.services:  # type: ignore[attr-defined]
            inside = graph.find_descendants(service)
            for importer in inside:
                for imported in graph.find_modules_directly_imported_by(importer) & (inside | {service}):
                    if imported == service or room(imported) < room(importer):
                        yield importer, imported


def room(module: str) -> int:
    return next((ROOMS[part] for part in reversed(module.split(".")) if part in ROOMS), VERB)
