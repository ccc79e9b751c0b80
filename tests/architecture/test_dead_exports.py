"""A public name of a module is used by the product: not by nobody, and not by tests alone."""

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from deploy.dev.checks import sources

# What only tests or nobody in the code uses, each with its reason.
EXCEPTIONS = {
    "shared.messaging.inbox.TABLES": "the tables that tests empty",
    "shared.messaging.outbox.TABLES": "the tables that tests empty",
    "services.consular.applications.rules.may_transition": "the question that tests ask of the table",
    "services.consular.missions.deadlines.SOURCE": "the legal source, for readers",
    "services.consular.missions.deadlines.day_number": "the rule in words of days, for tests of its dates",
    "services.consular.missions.deadlines.reminder_days": "the rule in words of days, for tests of its dates",
    "services.consular.passports.mrz.LINE": "the length that ICAO 9303 sets, for tests",
    "services.consular.workflow.outcomes.own_appointment.apply_absence": "chosen by a row of fulfilment.py",
    "services.consular.workflow.outcomes.own_appointment.apply_attendance": "chosen by a row of fulfilment.py",
    "services.consular.workflow.outcomes.own_appointment.apply_calling_off": "chosen by a row of fulfilment.py",
    "services.consular.workflow.outcomes.own_appointment.apply_cancellation": "chosen by a row of fulfilment.py",
    "services.consular.workflow.outcomes.own_appointment.apply_reschedule": "chosen by a row of fulfilment.py",
    "services.consular.workflow.outcomes.visit.apply_absence": "chosen by a row of fulfilment.py",
    "services.consular.workflow.outcomes.visit.apply_attendance": "chosen by a row of fulfilment.py",
    "services.consular.workflow.outcomes.visit.apply_calling_off": "chosen by a row of fulfilment.py",
    "services.consular.workflow.outcomes.visit.apply_cancellation": "chosen by a row of fulfilment.py",
    "services.consular.workflow.outcomes.visit.apply_reschedule": "chosen by a row of fulfilment.py",
    "shared.messaging.bus.embedded.queue_length": "chosen by the address of the bus",
    "shared.messaging.bus.rabbitmq.queue_length": "chosen by the address of the bus",
    "shared.messaging.bus.embedded.make_consumer": "called through the module that the bus's address chooses",
    "shared.messaging.bus.embedded.make_publisher": "called through the module that the bus's address chooses",
    "shared.messaging.bus.rabbitmq.make_consumer": "called through the module that the bus's address chooses",
    "shared.messaging.bus.rabbitmq.make_publisher": "called through the module that the bus's address chooses",
}
LIBRARIES = ("services", "shared")
OTHER_TEXTS = (
    "pyproject.toml",
    "Makefile",
    "docker-compose.yml",
    "deploy/platform/containers/Dockerfile",
    "deploy/dev/setup.sh",
)


def module_name(path: Path) -> str:
    name = ".".join(path.relative_to(sources.ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


def exports(tree: ast.Module) -> set[str]:
    """Public functions, classes and constants of a module. A decorator takes what it decorates into use."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            decorators = {ast.unparse(one).split("(")[0].split(".")[-1] for one in node.decorator_list}
            names |= {node.name} if decorators <= {"dataclass", "cache", "lru_cache", "contextmanager"} else set()
        elif isinstance(node, ast.Assign):
            names |= {one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return {name for name in names if not name.startswith("_")}


def local_uses(tree: ast.Module) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def imported_names(tree: ast.Module) -> set[str]:
    """`module.name` of everything a module takes from others: imported, reached by attribute, or named in a string."""
    used: set[str] = set()
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                used.add(f"{node.module}.{alias.name}")
                modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            used |= {f"{alias.name}.*" for alias in node.names if alias.name.startswith(LIBRARIES)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            used.add(f"{modules[node.value.id]}.{node.attr}")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            used |= {name.replace(":", ".") for name in re.findall(r"(?:services|shared)[\w.:]+\w", node.value)}
    return used


@cache
def trees() -> dict[Path, ast.Module]:
    return {path: sources.tree(path) for path in sources.product()}


@cache
def other_texts() -> str:
    paths = [*sources.templates(), *(sources.ROOT / name for name in OTHER_TEXTS)]
    return "\n".join(path.read_text() for path in paths if path.exists())


def dead(parsed: dict[str, ast.Module], texts: str, libraries: Iterable[str] = LIBRARIES) -> set[str]:
    used = set().union(*(imported_names(tree) for tree in parsed.values()))
    words = set(re.findall(r"\w+", texts))
    return {
        f"{module}.{name}"
        for module, tree in parsed.items()
        if module.split(".")[0] in libraries
        for name in exports(tree) - local_uses(tree) - words
        if f"{module}.{name}" not in used
    }


def test_every_public_name_is_used_by_the_product() -> None:
    parsed = {module_name(path): tree for path, tree in trees().items()}
    migrations = [path for package in LIBRARIES for path in (sources.ROOT / package).rglob("migrations/**/*.py")]
    parsed |= {module_name(path): ast.parse(path.read_text()) for path in migrations}
    found = {name for name in dead(parsed, other_texts()) if ".migrations." not in name}
    assert found - set(EXCEPTIONS) == set()


def test_no_exception_is_in_use() -> None:
    parsed = {module_name(path): tree for path, tree in trees().items()}
    assert set(EXCEPTIONS) - dead(parsed, other_texts()) == set()


def test_what_is_dead_is_found() -> None:
    parsed = {
        "shared.one": ast.parse("USED = 1\nDEAD = 2\ndef own(): pass\ndef dead(): pass\nown()\ndef shown(): pass\n"),
        "services.two": ast.parse("from shared import one\nprint(one.USED)\nfrom shared.one import own\n"),
    }
    assert dead(parsed, "{{ shown() }}") == {"shared.one.DEAD", "shared.one.dead"}
