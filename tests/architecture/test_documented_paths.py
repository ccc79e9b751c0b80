"""The paths that the documents name exist, so that a moved file takes its mention along."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|html|css|js|csv|json|po|md|sh|toml|yml))`")
# Files that a reader of a how-to writes.
TO_WRITE = re.compile(r"proofs\.p|registration[-_]proof|residence-clearance")
# Written by a run of the platform or of a check.
WRITTEN = frozenset({"build/sbom.json"})


def test_every_path_in_a_document_exists() -> None:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = listing.stdout.splitlines()
    endings = {"/".join(file.split("/")[place:]) for file in files for place in range(file.count("/") + 1)}
    documents = [ROOT / file for file in files if file.endswith(".md") and file.startswith(("docs/", "README"))]
    named = {(path, document.name) for document in documents for path in NAMED.findall(document.read_text())}
    assert len(named) > 100
    gone = {(path, name) for path, name in named if path not in endings | WRITTEN and not TO_WRITE.search(path)}
    assert gone == set()
