"""A module stands in shared only if at least two services use it."""

import grimp
import pytest

from deploy.dev.checks.sources import PRODUCT

SERVICES = frozenset({"gateway", "consular", "civil_registry", "conscription"})
# Modules with fewer users, each with its reason.
EXCEPTIONS: dict[str, str] = {}


def users(graph: grimp.ImportGraph, module: str) -> set[str]:
    """The services that import a module, directly or through other modules of shared."""
    importers = (name.split(".") for name in graph.find_downstream_modules(module) if name.startswith("services."))
    return {parts[1] for parts in importers} & SERVICES


def little_used(graph: grimp.ImportGraph) -> set[str]:
    modules = [name for name in graph.modules if name.startswith("shared.")]
    packages = {name for name in modules if graph.find_children(name)}
    return {name for name in modules if name not in packages and len(users(graph, name)) < 2}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PRODUCT, exclude_type_checking_imports=True, cache_dir=None)


def test_every_shared_module_serves_two_services(graph: grimp.ImportGraph) -> None:
    assert little_used(graph) - set(EXCEPTIONS) == set()


def test_no_exception_outlives_its_reason(graph: grimp.ImportGraph) -> None:
    assert set(EXCEPTIONS) - little_used(graph) == set()


def test_deploy_is_no_user_and_shared_modules_pass_use_on() -> None:
    graph = grimp.ImportGraph()
    arrows = [
        ("services.gateway.pages", "shared.once"),
        ("deploy.dev.run", "shared.once"),
        ("services.gateway.pages", "shared.outer"),
        ("services.consular.api", "shared.outer"),
        ("shared.outer", "shared.inner"),
    ]
    for importer, imported in arrows:
        for module in (importer, imported):
            graph.add_module(module)
        graph.add_import(importer=importer, imported=imported)
    assert little_used(graph) == {"shared.once"}
