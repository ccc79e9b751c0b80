"""Known ways to write a hole, secrets that somebody forgot in a file, known-bad versions, and the bill of materials."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import distributions

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from deploy.dev.checks import sources
from deploy.dev.checks.security.locks import LOCKED

# What bandit says of these was read, and the answer stands in the code beside it as `noqa: S...` of ruff.
SKIPPED = ",".join(
    (
        *("B101", "B104", "B105", "B106", "B107", "B108", "B110", "B112", "B113", "B301", "B310", "B311", "B314"),
        *(
            "B320",
            "B324",
            "B403",
            "B404",
            "B405",
            "B406",
            "B410",
            "B411",
            "B603",
            "B606",
            "B607",
            "B608",
            "B704",
            "B703",
        ),
    )
)
PLUGINS = ("AWSKeyDetector", "PrivateKeyDetector", "GitHubTokenDetector", "StripeDetector", "SlackDetector")
PLACES = ("services", "shared", "deploy")
TEXTS = frozenset({".py", ".html", ".js", ".css", ".md", ".yml", ".toml", ".sh", ".csv", ".json", ".example", ".po"})
KNOWN_BAD = sources.ROOT / "deploy" / "dev" / "known_bad_versions.csv"
BILL = sources.ROOT / "build" / "sbom.json"
# The virtual environment's own; every other package comes from the lock.
SEEDS = ("pip", "setuptools", "wheel")


def complaints() -> list[str]:
    return [*holes(), *secrets(), *bad_versions(), *bill_of_materials()]


def holes() -> Iterator[str]:
    """What bandit finds beyond what ruff's own rules of its family (S) refuse."""
    command = [sys.executable, "-m", "bandit", "-q", "-f", "json", "-s", SKIPPED, "-r", *PLACES]
    found = json.loads(subprocess.run(command, cwd=sources.ROOT, capture_output=True, text=True, check=False).stdout)
    for one in found["results"]:
        yield f"{one['filename']}:{one['line_number']} {one['test_id']} {one['issue_text']}"
    for fault in found["errors"]:
        yield f"bandit: {fault['filename']} {fault['reason']}"


def secrets() -> Iterator[str]:
    """Keys of known kinds in the files that are kept."""
    with transient_settings({"plugins_used": [{"name": name} for name in PLUGINS]}):
        collection = SecretsCollection(root=str(sources.ROOT))
        for name in tracked_files():
            if (sources.ROOT / name).suffix in TEXTS:
                collection.scan_file(name)
    for name, secret in collection:
        yield f"{name}:{secret.line_number} holds a secret ({secret.type})"


def tracked_files() -> list[str]:
    """The files that are kept."""
    command = ["git", "ls-files"]
    return subprocess.run(command, cwd=sources.ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def bad_versions() -> Iterator[str]:
    """Versions of the locks, and of what the environment brought itself, that have a known hole."""
    for name in ("requirements.lock", "requirements-dev.lock"):
        yield from advisories(dict(LOCKED.findall((sources.ROOT / name).read_text())), name)
    installed = {str(canonicalize_name(one.metadata["Name"])): one.version for one in distributions()}
    yield from advisories({name: installed[name] for name in SEEDS if name in installed}, ".venv")


def advisories(versions: Mapping[str, str], where: str) -> Iterator[str]:
    """One line for each version that a row of the list refuses."""
    with KNOWN_BAD.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        version = versions.get(canonicalize_name(row["package"]))
        if version is not None and SpecifierSet(row["bad"]).contains(version, prereleases=True):
            yield f"{where}: {row['package']} {version} has {row['advisory']}; take {row['good']} or later"


def bill_of_materials() -> Iterator[str]:
    """Writes build/sbom.json (CycloneDX) from the lock, and compares it with it."""
    BILL.parent.mkdir(exist_ok=True)
    command = [
        *(sys.executable, "-m", "cyclonedx_py", "requirements", "requirements.lock", "--output-reproducible"),
        *("--of", "JSON", "-o", str(BILL)),
    ]
    made = subprocess.run(command, cwd=sources.ROOT, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        yield f"no bill of materials: {made.stderr[-300:]}"
        return
    named = {canonicalize_name(one["name"]) for one in json.loads(BILL.read_text()).get("components", [])}
    print(f"    build/sbom.json: {len(named)} components")
    locked = {canonicalize_name(name) for name, _ in LOCKED.findall((sources.ROOT / "requirements.lock").read_text())}
    yield from (f"the bill of materials lacks {name}" for name in sorted(locked - named))
