"""What `make demo` plays: everything once, a named transaction in both languages or in one."""

import pytest

from deploy.demo.__main__ import runs_of
from shared.catalogue import TRANSACTIONS


def named(*arguments: str) -> list[tuple[str, str]]:
    return [(run.entry.slug, run.language) for run in runs_of(arguments)]


def test_without_arguments_everything_is_played_once() -> None:
    assert named() == [(entry.slug, "") for entry in TRANSACTIONS]


def test_a_named_transaction_is_played_in_both_languages() -> None:
    assert named("individual-extract") == [("individual-extract", "ar"), ("individual-extract", "en")]


def test_a_language_is_the_only_one() -> None:
    assert named("individual-extract", "--language", "en") == [("individual-extract", "en")]
    assert {language for _, language in named("--language", "ar")} == {"ar"}


@pytest.mark.parametrize("arguments", [("no-such",), ("individual-extract", "no-such"), ("--language", "fr")])
def test_an_unknown_name_ends_it(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        runs_of(arguments)
    assert ended.value.code == 2
    assert arguments[-1] in capsys.readouterr().err
