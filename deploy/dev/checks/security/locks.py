"""Do the locks hold what pyproject.toml asks for, with hashes, and name no host?"""

import re
import tomllib
from collections.abc import Iterator

from deploy.dev.checks import sources

PACKAGE = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?(?:==([0-9]+(?:\.[0-9]+)*))?")
# Without a marker: a package locked for another system alone is not installed here.
LOCKED = re.compile(r"^([a-z0-9.-]+)(?:\[[^\]]*\])?==(\S+) *\\?$", re.MULTILINE)


def complaints() -> list[str]:
    project = tomllib.loads((sources.ROOT / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"]
    return [
        *faults("requirements.lock", wanted),
        *faults("requirements-dev.lock", [*wanted, *project["dependency-groups"]["dev"]]),
    ]


def faults(name: str, wanted: list[str]) -> Iterator[str]:
    lock = (sources.ROOT / name).read_text()
    locked = dict(LOCKED.findall(lock))
    print(f"    {name}: {len(locked)} packages")
    yield from (f"{name} names a host" for _ in re.findall("://", lock)[:1])
    yield from (f"{name} has no {one}" for one in wanted if not holds(locked, one))
    if lock.count("--hash=") < len(locked):
        yield f"{name} lacks hashes"


def holds(locked: dict[str, str], wanted: str) -> bool:
    match = PACKAGE.match(wanted)
    assert match is not None
    version = locked.get(re.sub(r"[-_.]+", "-", match[1]).lower())
    return version is not None and (match[2] is None or f"{version}.".startswith(f"{match[2]}."))
