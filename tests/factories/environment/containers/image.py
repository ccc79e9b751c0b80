"""The image of a Dockerfile, as far as it can be made without an engine: its files, folders, user and environment.

Base image and packages are this machine's. The virtual environment holds what the lock names and nothing else.
"""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any

from dockerfile_parse import DockerfileParser

from shared.documents.fonts import prepare
from tests.factories.environment.servers.runner import ROOT

# Where the tests of papers have them too: cutting them takes ten seconds.
FONTS = ROOT / ".data" / "fonts"
LOCKED = re.compile(r"^([A-Za-z0-9_.-]+)==", re.MULTILINE)
MADE = re.compile(r"install --directory --owner (\w+) --group \w+((?: +/\S+)+)")
CREATED_USER = re.compile(r"useradd --create-home --uid (\d+) (\w+)")


@dataclass
class Image:
    """One stage. `files` is its copy of the project, `folders` the owners of the folders that it makes."""

    files: Path
    workdir: str = "/"
    user: str = "root"
    entrypoint: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(
        default_factory=lambda: {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}
    )
    folders: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=lambda: {"root": 0})

    @property
    def uid(self) -> int:
        return self.users[self.user]


def build(context: Path, dockerfile: Path, target: str, folder: Path) -> Image:
    """Makes the stage and those it is based on. `folder` becomes the image's working folder."""
    image = Image(folder)
    for step in _steps_of(dockerfile, target):
        _apply(step["instruction"], step["value"], image, context)
    return image


def _steps_of(dockerfile: Path, target: str) -> list[Any]:
    stages: dict[str, list[Any]] = {}
    current = ""
    for step in DockerfileParser(path=str(dockerfile)).structure:
        if step["instruction"] == "FROM":
            base, _, current = step["value"].partition(" AS ")
            stages[current] = [*stages.get(base, [])]
        elif current and step["instruction"] != "COMMENT":
            stages[current].append(step)
    return stages[target]


def _apply(instruction: str, value: str, image: Image, context: Path) -> None:
    match instruction:
        case "WORKDIR":
            image.workdir = value
        case "USER":
            image.user = value
        case "ENTRYPOINT":
            image.entrypoint = json.loads(value)
        case "ENV":
            for part in value.split():
                name, _, text = part.partition("=")
                image.environment[name] = text.replace("$PATH", image.environment["PATH"])
        case "COPY":
            source, target = value.split()
            _copy(context, source, image.files / target)
        case "RUN":
            image.users |= {name: int(uid) for uid, name in CREATED_USER.findall(value)}
            for owner, folders in MADE.findall(value):
                image.folders |= dict.fromkeys(folders.split(), image.users[owner])
            if "requirements.lock" in value:
                _install(image.files)
            if "shared.documents.fonts" in value:
                prepare(FONTS)
                shutil.copytree(FONTS, image.files / value.split()[-1])
            if "compileall" in value:
                _compile(value.rpartition("-q ")[2].split(), image.files, context)
        case "EXPOSE":
            pass
        case _:
            raise ValueError(f"the tests do not know what {instruction} does")


def _copy(context: Path, source: str, target: Path) -> None:
    ignored = _ignored(context)
    if (context / source).is_file():
        copied = target / source.rpartition("/")[2] if target.is_dir() or not target.suffix else target
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(context / source, copied)
        return
    for path in sorted((context / source).rglob("*")):
        relative = path.relative_to(context)
        if path.is_file() and not any(
            pattern.fullmatch(str(parent)) for parent in _chain(relative) for pattern in ignored
        ):
            copied = target / path.relative_to(context / source)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copied)


def _compile(folders: list[str], files: Path, context: Path) -> None:
    """Takes what the tests' own run has compiled already, and compiles the rest."""
    for path in (path for folder in folders for path in (context / folder).rglob("__pycache__/*.pyc")):
        copied = files / path.relative_to(context)
        if copied.parent.parent.exists():
            copied.parent.mkdir(exist_ok=True)
            shutil.copy2(path, copied)
    subprocess.run([sys.executable, "-m", "compileall", "-q", *folders], cwd=files, check=True)


def _chain(path: Path) -> list[PurePosixPath]:
    return [PurePosixPath(path), *PurePosixPath(path).parents]


def _ignored(context: Path) -> list[re.Pattern[str]]:
    """Patterns of .dockerignore; `**/` stands for any folders."""
    lines = (context / ".dockerignore").read_text().split()
    written = [re.escape(line).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*") for line in lines]
    return [re.compile(pattern) for pattern in written]


def _install(files: Path) -> None:
    """A virtual environment of what the lock names, out of the packages of the tests' own."""
    environment = files / ".venv"
    site = environment / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    site.mkdir(parents=True)
    (environment / "bin").mkdir()
    for name in ("python", "python3"):
        (environment / "bin" / name).symlink_to(Path(sys.base_prefix) / "bin" / "python3")
    (environment / "pyvenv.cfg").write_text(f"home = {sys.base_prefix}/bin\ninclude-system-site-packages = false\n")
    for name in LOCKED.findall((files / "requirements.lock").read_text()):
        _link(name, site)


def _link(name: str, site: Path) -> None:
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        # The lock also names what other machines and versions of Python need.
        return
    for top in {file.parts[0] for file in distribution.files or () if file.parts[0] not in ("..", "__pycache__")}:
        link = site / top
        if not link.exists():
            link.symlink_to(Path(str(distribution.locate_file(top))).resolve())
