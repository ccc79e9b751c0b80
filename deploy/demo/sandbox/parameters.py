"""Parameters as the Stripe API takes them: names with brackets in a form, as nested values."""

import re
from typing import Any

_NAME = re.compile(r"[^\[\]]+")


def nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """The values under their names: `a[b]=1` stands in {"a": {"b": "1"}}, `a[0]=1` and `a[]=1` in {"a": ["1"]}."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        path = _NAME.findall(name)
        here = found
        for part in path[:-1]:
            here = here.setdefault(part, {})
        last = path[-1] if not name.endswith("[]") else str(len(here.setdefault(path[-1], {})))
        (here[path[-1]] if name.endswith("[]") else here)[last] = value
    return {name: _to_list(value) for name, value in found.items()}


def _to_list(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _to_list(each) for name, each in value.items()}
    return list(inner.values()) if inner and all(name.isdigit() for name in inner) else inner
