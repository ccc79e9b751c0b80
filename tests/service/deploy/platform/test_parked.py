"""What people see of parked messages, and what the log says when they don't look."""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from deploy.dev.servers.postgres import Postgres
from deploy.platform import parked as command
from shared.database.audit import event
from shared.database.db import Database
from shared.errors import Refusal
from shared.identity.crypto import Keys
from shared.messaging import inbox, worker
from shared.messaging.messages import decode, encode
from tests.factories.messages.messaging import Hearing, Speaker, effects, forget_everything, rows, say


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
    with pytest.raises(SystemExit, match=f"Message {number} was decided already: replay by n.haddad on "):
        run(monkeypatch, "discard", str(number), *said)
    run(monkeypatch, "list")
    assert registry.about not in capsys.readouterr().out


def test_the_log_tells_what_waits_for_too_long(consular: Hearing, registry: Speaker) -> None:
    say(consular.database, registry.about)
    with capture_logs() as lines:
        worker.log_overdue(consular.database)
    assert "late" not in [line["event"] for line in lines]
    with consular.database.engine.begin() as connection:
        long_ago = func.now() - timedelta(seconds=worker.PARKED_SECONDS + 1)
        connection.execute(update(inbox.parked).values(at=long_ago))
    with capture_logs() as lines:
        worker.log_overdue(consular.database)
    assert [line["parked"] for line in lines if line["event"] == "late"] == [1]


def test_a_message_that_does_not_exist_is_a_sentence(consular: Hearing, monkeypatch: pytest.MonkeyPatch) -> None:
    for words in (("show", "987654"), ("replay", "987654", "--by", "n.haddad", "--because", "none")):
        with pytest.raises(SystemExit, match="There is no parked message 987654"):
            run(monkeypatch, *words)


def test_the_list_is_paged_and_says_where_its_database_is(
    consular: Hearing, key_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    speaker = Speaker(Keys(key_folder, "civil_registry"))
    for _ in range(5):
        consular.listener().take(replace(speaker.says(1), content_type="text/html"))
    numbers = sorted(number for (number,) in rows(consular.database, inbox.parked, "id"))
    run(monkeypatch, "list", "--limit", "2")
    shown = capsys.readouterr()
    assert f"3 more: list --after {numbers[1]}" in shown.out and "content_type text/html" in shown.out
    assert re.fullmatch(r"database consular@127\.0\.0\.1:\d+/mahjar\n", shown.err)
    run(monkeypatch, "list", "--after", str(numbers[1]))
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [str(one) for one in numbers[2:]]


def test_one_message_is_shown_with_what_is_known_of_it(
    consular: Hearing, registry: Speaker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ((number,),) = rows(consular.database, inbox.parked, "id")
    run(monkeypatch, "show", str(number))
    shown = capsys.readouterr().out
    assert "not_yours" in shown and registry.about in shown and '"outcome": "granted"' in shown.replace('":"', '": "')


def test_gaps_name_the_owner_the_number_and_the_age(
    consular: Hearing, key_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "gaps")
    assert capsys.readouterr().out == "no message waits for another one\n"
    speaker = Speaker(Keys(key_folder, "civil_registry"))
    consular.listener().take(speaker.says(2))
    consular.listener().take(speaker.says(3))
    run(monkeypatch, "gaps")
    told = capsys.readouterr().out
    assert f"civil_registry owes number 1 about {speaker.about}: it has not arrived; 2 waiting since" in told
    consular.listener().take(replace(speaker.says(1), content_type="application/json"))
    run(monkeypatch, "gaps")
    assert speaker.about not in capsys.readouterr().out


def test_a_message_that_is_parked_is_what_others_wait_for(
    consular: Hearing, registry: Speaker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    consular.listener().take(registry.says(2))
    ((number,),) = rows(consular.database, inbox.parked, "id")
    run(monkeypatch, "gaps")
    assert f"about {registry.about}: it is parked here as {number}; 1 waiting" in capsys.readouterr().out


def test_without_a_database_the_command_says_what_to_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MAHJAR_DATABASE_URL", raising=False)
    monkeypatch.setattr(command, "SERVICE_FILES", tmp_path)
    with pytest.raises(SystemExit, match="Set MAHJAR_DATABASE_URL"):
        run(monkeypatch, "list")
    monkeypatch.setenv("MAHJAR_DATABASE_URL", "postgresql+psycopg://consular:x@127.0.0.1:1/mahjar")
    with pytest.raises(SystemExit, match="The database does not answer"):
        run(monkeypatch, "list")


@pytest.mark.parametrize("words", [("list", "--limit", "-1"), ("list", "--after", "x"), ("show", "9" * 20)])
def test_a_number_that_no_message_can_have_is_a_sentence(
    consular: Hearing, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, *words)
    assert "invalid number value" in capsys.readouterr().err


def test_a_verdict_needs_a_name_and_a_reason(
    consular: Hearing, registry: Speaker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ((number,),) = rows(consular.database, inbox.parked, "id")
    with pytest.raises(SystemExit):
        run(monkeypatch, "discard", str(number), "--by", "n.haddad", "--because", "  ")
    assert "--because: may not be blank" in capsys.readouterr().err
    assert rows(consular.database, inbox.parked, "verdict") == [(None,)]


@pytest.mark.parametrize(
    ("address", "said"),
    [("nonsense", "is not the address of a database"), ("{consular}", "its tables are missing")],
    ids=["nonsense", "another database"],
)
def test_an_address_of_something_else_is_a_sentence(
    urls: dict[str, str], cluster: Postgres, monkeypatch: pytest.MonkeyPatch, address: str, said: str
) -> None:
    admin = cluster.admin_url.replace("postgresql://", "postgresql+psycopg://")
    monkeypatch.setenv("MAHJAR_DATABASE_URL", address.format(consular=admin))
    with pytest.raises(SystemExit, match=said):
        run(monkeypatch, "list")


@pytest.mark.parametrize(("days", "taken"), [(0, True), (2, False), (400, False)])
def test_an_envelope_dated_far_ahead_is_parked(consular: Hearing, key_folder: Path, days: int, taken: bool) -> None:
    keys = Keys(key_folder, "civil_registry")
    speaker = Speaker(keys)
    said = speaker.says(1)
    envelope = replace(decode(said, Keys(key_folder, "consular")), occurred_at=datetime.now(UTC) + timedelta(days=days))
    consular.listener().take(replace(said, raw=encode(envelope, keys)))
    assert rows(consular.database, inbox.parked, "reason") == ([] if taken else [("dated_ahead",)])
