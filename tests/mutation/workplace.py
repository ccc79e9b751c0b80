"""Where the changed code runs: a copy of the tree, and a server whose filled database is copied for every mutant."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg import Connection

from deploy.dev.servers import postgres
from deploy.platform.database.roles import DATABASE, SERVICES, connect_as_admin, prepare, run

HOME = Path(__file__).resolve().parents[2]
FOLDER = HOME / ".mutation"
TREE, CLUSTER, FILLED = FOLDER / "tree", FOLDER / "postgres", "mahjar_filled"
COPIED = ("services", "shared", "deploy", "tests", "docs", "pyproject.toml", "Makefile", "README.md", "CHANGELOG.md")
# What a mutant leaves behind is thrown away, so nothing of it must survive a power cut.
postgres.SETTINGS.update({"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"})


def copy_tree() -> None:
    """Brings the copy up to date; files that did not change keep their compiled form."""
    TREE.mkdir(parents=True, exist_ok=True)
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *COPIED],
        cwd=HOME,
        capture_output=True,
        check=True,
        text=True,
    )
    names = {name for name in listed.stdout.split("\0") if name and (HOME / name).is_file()}
    for name in names:
        target = TREE / name
        if not target.exists() or target.read_bytes() != (HOME / name).read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(HOME / name, target)
    for path in [path for part in COPIED for path in (TREE / part).rglob("*.py")]:
        if path.relative_to(TREE).as_posix() not in names:
            path.unlink()
    venv = TREE / ".venv"
    if not venv.exists():
        venv.symlink_to(Path(sys.prefix))


@contextmanager
def server() -> Iterator[postgres.Postgres]:
    """The server, with a database that has every schema and both registers."""
    with postgres.Postgres(CLUSTER) as running:
        prepare(running.admin_url, running.data)
        with connect_as_admin(running.admin_url) as admin:
            # The registers are filled anew: a revision may have changed what they hold.
            fill(admin, running)
        yield running


def fill(admin: Connection, running: postgres.Postgres) -> None:
    for name in (FILLED, DATABASE):
        run(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    prepare(running.admin_url, running.data)
    subprocess.run(
        [sys.executable, "-m", "tests.mutation.fill"],
        cwd=TREE,
        env=os.environ | {"MUTATION_ADMIN_URL": running.admin_url},
        check=True,
    )
    run(admin, "ALTER DATABASE {} RENAME TO {}", DATABASE, FILLED)


def fresh_database(running: postgres.Postgres) -> None:
    """Throws away what the last mutant wrote."""
    with connect_as_admin(running.admin_url) as admin:
        run(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", DATABASE)
        run(admin, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", DATABASE, FILLED)
        run(admin, "REVOKE ALL ON DATABASE {} FROM PUBLIC", DATABASE)
        for service in SERVICES:
            run(admin, "GRANT CONNECT ON DATABASE {} TO {}", DATABASE, service)
