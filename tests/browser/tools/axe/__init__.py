"""Looks at a page by the rules of axe-core, which npm installs once; its lock holds the hash of the package."""

import subprocess
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from playwright.sync_api import Page

FOLDER = Path(__file__).parent
SCRIPT = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
# WCAG 2.2 up to AA, and what screen readers stumble over besides.
RUN = (
    """() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"""
)


@cache
def script() -> str:
    """The rules; the test is skipped where npm cannot install them."""
    if not SCRIPT.exists():
        if which("npm") is None:
            pytest.skip("axe-core needs npm: run `make setup`")
        done = subprocess.run(INSTALL, cwd=FOLDER, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"npm could not install axe-core: {done.stderr[-200:]}")
    return SCRIPT.read_text()


def violations(page: Page) -> list[str]:
    """Each broken rule with the elements that break it."""
    page.evaluate(script())
    found: list[dict[str, Any]] = page.evaluate(RUN)["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']][:5]}" for one in found]
