"""Cells that no spreadsheet calculates, whatever its separator is."""

import pytest

from shared.values.spreadsheet import is_formula, neutral


def test_every_beginning_of_a_formula_is_disabled() -> None:
    assert [neutral(sign + "1")[0] for sign in "=+-@＝＋－＠﹦"] == ["'"] * 9 and neutral("رشا") == "رشا"
    assert all(map(is_formula, (" =1", "\t1", "\r=1", "\u00a0+1", "\u200e-1", "\u3164=1"))) and not is_formula("A=1")


@pytest.mark.parametrize(
    ("cell", "escaped"),
    [
        ("رشا;=1+1", "رشا;'=1+1"),
        ("رشا,\u00a0＝1", "رشا,'\u00a0＝1"),
        ("a\t+1|-2", "a\t'+1|'-2"),
        ("a\r\n@x", "a\r\n'@x"),
        ("\t=1", "'\t'=1"),
        ("A-1, B=2; C", "A-1, B=2; C"),
    ],
)
def test_a_cell_that_another_separator_takes_apart_runs_no_formula(cell: str, escaped: str) -> None:
    assert neutral(cell) == escaped
