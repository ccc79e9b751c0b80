"""What people see of parked messages, and what the log says when they don't look."""

import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from deploy.platform import parked as command
from shared.database.audit import event
from shared.database.db import Database
from shared.errors import NotFound, Refusal
from shared.identity.crypto import Keys
from shared.messaging import inbox, worker
from tests.factories.messages.messaging import Hearing, Speaker, effects, forget_everything, rows, say
from tests.factories.refusals import refuses


@pytest.fixture
def consular(
    database: Callable[[str], Database], key_folder: Path, urls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Hearing]:
    """The listening service, nothing parked, and the command line pointed at it."""
    hearing = Hearing(database("consular"), key_folder)
    forget_everything(hearing.database)
    monkeypatch.setenv("MAHJAR_DATABASE_URL", urls["consular"])
    yield hearing
    forget_everything(hearing.database)


@pytest.fixture
def registry(consular: Hearing, key_folder: Path) -> Speaker:
    """A service one of whose messages is parked."""
    speaker = Speaker(Keys(key_folder, "civil_registry"))

    def refuse(*_: object) -> None:
        raise Refusal("not_yours")

    consular.listener({"decision.made": refuse}).take(speaker.says(1))
    return speaker


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    """The command, in this process."""
    monkeypatch.setattr(sys, "argv", ["parked", *words])
    command.main()


def test_a_parked_message_is_listed_without_its_content_and_replayed_with_a_reason(
    consular: Hearing,
    registry: Speaker,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(monkeypatch, "list")
    shown = capsys.readouterr().out
    assert registry.about in shown
    assert "refused not_yours" in shown
    assert "granted" not in shown
    ((number,),) = rows(consular.database, inbox.parked, "id")
    said = ("--by", "n.haddad", "--because", "the application exists now")
    run(monkeypatch, "replay", str(number), *said)
    consular.listener().apply_due()
    assert effects(consular.database, registry.about) == [1]
    with consular.database.scope("RUH") as session:
        audited = select(event.c.actor, event.c.reason).where(event.c.action == "message.replay")
        noted = session.execute(audited.where(event.c.about == registry.about)).one()
    assert tuple(noted) == ("n.haddad", "the application exists now")
    with refuses("not_found", NotFound):
        run(monkeypatch, "discard", str(number), *said)
    run(monkeypatch, "list")
    assert registry.about not in capsys.readouterr().out


def test_the_log_tells_what_waits_for_too_long(
    consular: Hearing, registry: Speaker, capsys: pytest.CaptureFixture[str]
) -> None:
    say(consular.database, registry.about)
    capsys.readouterr()
    worker.log_overdue(consular.database)
    assert "late" not in capsys.readouterr().out
    with consular.database.engine.begin() as connection:
        long_ago = func.now() - timedelta(seconds=worker.PARKED_SECONDS + 1)
        connection.execute(update(inbox.parked).values(at=long_ago))
    worker.log_overdue(consular.database)
    told = capsys.readouterr().out
    assert "late" in told
    assert "parked" in told
