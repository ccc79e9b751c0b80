"""The real platform on free ports, started once, and visitors in a real Chromium who watch every page they open."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import delete

from deploy.demo import demo_data
from deploy.dev.run import prepare_schemas
from deploy.dev.servers.postgres import Postgres
from deploy.dev.stack import Stack, build, listeners_on
from deploy.dev.supervisor import start_all, stop_all, wait_for
from deploy.platform.data_folder import DataFolder
from services.gateway.accounts.model import Attempt
from shared.database.db import Database
from shared.documents import fonts
from tests.browser.tools.visitor import LIMIT_MS, Visitor

PEOPLE = "2000"
# Five seconds otherwise, which a busy machine needs for one page.
expect.set_options(timeout=LIMIT_MS)


@dataclass(frozen=True)
class Platform:
    """Where the pages are."""

    stack: Stack
    accounts_url: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.stack.gateway.port}"


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Platform]:
    """Database, registers of a small population, four services, three workers, the provider's sandbox."""
    folder = DataFolder(tmp_path_factory.mktemp("platform"))
    # Cutting the fonts takes longest and gives the same every time.
    folder.fonts.symlink_to(pytestconfig.cache.mkdir("fonts"))
    fonts.prepare(folder.fonts)
    with ExitStack() as ending, pytest.MonkeyPatch.context() as environment:
        environment.setenv("MAHJAR_PEOPLE", PEOPLE)
        ending.enter_context(folder.lock())
        listeners = listeners_on(0)
        for listener in listeners.values():
            ending.callback(listener.close)
        admin_url = ending.enter_context(Postgres(folder.postgres)).admin_url
        urls = prepare_schemas(folder, admin_url)
        stack = build(folder, urls, listeners)
        ending.callback(stop_all, stack.supervised)
        start_all(stack.supervised)
        demo_data.load(admin_url, urls, folder.secrets()["session"])
        wait_for(stack.supervised)
        yield Platform(stack, urls["gateway"])


@pytest.fixture(autouse=True)
def no_tries(platform: Platform) -> None:
    """All tests sign in from one address: what one has tried must not slow the next one down."""
    database = Database(platform.accounts_url)
    with database.scope(None) as session:
        session.execute(delete(Attempt))
    database.engine.dispose()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures of all pages go."""
    folder = Path(os.environ.get("MAHJAR_SCREENSHOTS") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def visit(platform: Platform, chromium: Browser, pictures: Path) -> Iterator[Callable[..., Visitor]]:
    """`visit("ar", "officer")`: somebody at their own browser; what went wrong on any page fails the test."""
    came: list[Visitor] = []

    def give(language: str, name: str = "visitor", **how: Any) -> Visitor:
        came.append(Visitor(chromium, platform.url, language, name, pictures, **how))
        return came[-1]

    yield give
    for visitor in came:
        visitor.sign_out()
    for visitor in came:
        assert not visitor.faults, visitor.faults
