"""Files of docker compose as compose reads them: variables put in, later files merged over earlier ones."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)(?:(:-|:\?)([^}]*))?\}")
# A later file replaces these whole; mappings are merged, and lists are added to.
REPLACED = ("command", "entrypoint", "test")


class MissingVariable(Exception):
    """A variable without a default is not set; the message is the file's own sentence."""


def load(files: Sequence[Path], environment: Mapping[str, str]) -> dict[str, Any]:
    """The whole project. Raises MissingVariable."""
    project: dict[str, Any] = {}
    for file in files:
        project = _merge(project, _interpolate(yaml.safe_load(file.read_text()), environment))
    return project


def active_services(project: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The services that `up` starts: those without a profile."""
    return {name: service for name, service in project["services"].items() if not service.get("profiles")}


def _interpolate(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return VARIABLE.sub(lambda found: _value(found, environment), value)
    if isinstance(value, list):
        return [_interpolate(item, environment) for item in value]
    if isinstance(value, dict):
        return {key: _interpolate(item, environment) for key, item in value.items()}
    return value


def _value(found: re.Match[str], environment: Mapping[str, str]) -> str:
    name, operator, words = found.groups()
    if value := environment.get(name):
        return value
    if operator == ":?":
        raise MissingVariable(words)
    return words or ""


def _merge(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    return {
        **earlier,
        **{name: _merged(name, earlier[name], value) if name in earlier else value for name, value in later.items()},
    }


def _merged(name: str, earlier: Any, later: Any) -> Any:
    if isinstance(earlier, dict) and isinstance(later, dict):
        return _merge(earlier, later)
    if isinstance(earlier, list) and isinstance(later, list) and name not in REPLACED:
        return [*earlier, *later]
    return later
