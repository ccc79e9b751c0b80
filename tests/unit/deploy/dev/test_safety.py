"""The checks of safety see what they are there to see."""

from pathlib import Path

import pytest

from deploy.dev.checks import sources
from deploy.dev.checks.security import safety


@pytest.mark.parametrize(
    ("package", "version", "bad"),
    [
        ("werkzeug", "2.2.2", True),
        ("Werkzeug", "3.1.8", False),
        ("pip", "23.2.1", True),
        ("setuptools", "65.5.0", True),
        ("weasyprint", "70.0", False),
        ("weasyprint", "69.1", True),
        ("never-heard-of", "1.0", False),
    ],
)
def test_known_bad_versions_are_refused(package: str, version: str, bad: bool) -> None:
    assert bool(list(safety.advisories({package.lower(): version}, "here"))) is bad


def test_a_planted_hole_and_a_planted_key_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "ROOT", tmp_path)
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "hole.py").write_text("import hashlib, tempfile\nname = tempfile.mktemp()\neval(name)\n")
    key = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIB\n"
    (tmp_path / "key.md").write_text(key)
    monkeypatch.setattr(safety, "PLACES", ("services",))
    monkeypatch.setattr(safety, "tracked_files", lambda: ["key.md"])
    assert any("hole.py" in one for one in safety.holes())
    assert [one.partition(":")[0] for one in safety.secrets()] == ["key.md"]
