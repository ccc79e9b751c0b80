"""The same journal, whatever files a statement comes in: twice, shuffled, in parts, overlapping, in either format."""

import os
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.ledger import entries
from services.consular.payments.ledger.model import Line
from services.consular.payments.transfers.import_statement import import_file
from services.consular.payments.transfers.model import BankLine, StatementFile
from shared.database.db import Database
from shared.errors import Invalid, NotAllowed
from tests.conftest import ELSEWHERE, HOME, officer
from tests.factories.concurrency import at_once
from tests.factories.payments.bank import IBANS, Movement, Statement, camt, mt940, open_account
from tests.factories.refusals import refuses

CASHIER = officer("cashier")
# 200 in the full form: `MONTHS=200 pytest tests/service/consular/payments/transfers`.
MONTHS = int(os.environ.get("MONTHS", "20"))
Sessions = Callable[..., Session]


@pytest.fixture
def session(session_for: Sessions) -> Session:
    opened = session_for("consular")
    open_account(opened)
    return opened


def take_in(session: Session, *files: bytes) -> list[int]:
    """How many movements of each file were new."""
    return [import_file(session, CASHIER, "statement", content).fresh for content in files]


def journal(session: Session) -> Counter[tuple[str, int, str]]:
    rows = session.execute(select(Line.account, Line.amount, Line.currency))
    return Counter((account, amount, currency) for account, amount, currency in rows)


def month(chance: random.Random, today: date) -> Statement:
    """A month with payments, charges, reversals; some without the bank's reference, some of them equal."""
    first = today - timedelta(days=30)
    movements = []
    for number in range(chance.randint(4, 16)):
        day = first + timedelta(days=chance.randint(1, 28))
        amount = chance.choice((75_000, 75_000, 18_750, -700, chance.randint(1, 10**6)))
        reference = chance.choice(("", "", f"B{number}"))
        text = chance.choice(("fee", "fee", f"fee {number}"))
        twins = chance.choice((1, 1, 1, 2, 3))
        movements += [Movement(amount, day, text, reference, chance.choice(("Rasha", "عمر")))] * twins
    ordered = sorted(movements, key=lambda one: one.day)
    return Statement(ordered, first, today, chance.randint(0, 10**7))


def parts(whole: Statement, chance: random.Random) -> list[Statement]:
    """The month in some statements that go on where the one before ends, cut anywhere, also within a day."""
    cuts = sorted({0, len(whole.movements), *(chance.randint(0, len(whole.movements)) for _ in range(3))})
    opening, made = whole.opening, []
    for number, (start, end) in enumerate(pairwise(cuts)):
        inside = whole.movements[start:end]
        first, last = (inside[0].day, inside[-1].day)
        made.append(Statement(inside, first, last, opening, f"{number + 10}"))
        opening = made[-1].closing
    return made


def pages(whole: Statement, chance: random.Random) -> list[Statement]:
    """The month as the pages of one statement."""
    return [
        Statement(one.movements, whole.first, whole.last, one.opening, whole.number, str(page))
        for page, one in enumerate(parts(whole, chance), start=1)
    ]


def shuffled(whole: Statement, chance: random.Random) -> Statement:
    return Statement(chance.sample(list(whole.movements), len(whole.movements)), whole.first, whole.last, whole.opening)


@pytest.mark.parametrize("seed", range(MONTHS))
def test_a_month_gives_one_journal_however_it_comes(session_for: Sessions, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    write = chance.choice((camt, mt940))
    expected: Counter[tuple[str, int, str]] | None = None
    whole: Statement | None = None
    for way in range(4):
        session = session_for("consular")
        open_account(session)
        whole = whole or month(chance, missions.today(session, HOME))
        files = month_files(whole, chance, write)[way]
        assert sum(take_in(session, *files)) == len(whole.movements), (seed, way)
        found = journal(session)
        expected = expected or found
        assert found == expected, (seed, way)
        assert all(total == 0 for total in sums(session).values())
        session.rollback()


def month_files(whole: Statement, chance: random.Random, write: Callable[..., bytes]) -> list[list[bytes]]:
    """The files of a month: once; twice and shuffled; in parts that overlap with the whole; as pages."""
    several = pages(whole, chance)
    return [
        [write(whole)],
        [write(whole), write(whole), write(shuffled(whole, chance))],
        mixed([*map(write, parts(whole, chance)), write(whole), write(whole)], chance),
        mixed([*map(write, several), write(*several)], chance),
    ]


def worn(whole: Statement, chance: random.Random) -> Statement:
    """As another channel of the bank writes it: texts are cut, and references are left out."""
    movements = [
        replace(one, text=one.text[: chance.randint(1, 3)], reference=chance.choice(("", "NONREF", one.reference)))
        for one in whole.movements
    ]
    return replace(whole, movements=movements)


@pytest.mark.parametrize("seed", range(MONTHS))
def test_a_month_in_both_formats_gives_one_journal_whatever_they_leave_out(session_for: Sessions, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    session = session_for("consular")
    open_account(session)
    whole = month(chance, missions.today(session, HOME))
    files = [camt(whole), mt940(worn(whole, chance)), mt940(replace(worn(whole, chance), number="77")), camt(whole)]
    days = [[camt(one), mt940(worn(one, chance))] for one in parts(whole, chance)]
    sent = chance.choice((files, [file for both in days for file in both], [*days[0], *files]))
    assert sum(take_in(session, *mixed(sent, chance))) == len(whole.movements)
    assert sum(take_in(session, *mixed(sent, chance))) == 0
    expected = Counter(movement.amount for movement in whole.movements)
    assert Counter(session.scalars(select(BankLine.amount))) == expected


def mixed(files: list[bytes], chance: random.Random) -> list[bytes]:
    return chance.sample(files, len(files))


def sums(session: Session) -> dict[str, int]:
    totals: dict[str, int] = {}
    for (_, currency), amount in entries.balances(session).items():
        totals[currency] = totals.get(currency, 0) + amount
    return totals


def day_of(session: Session, back: int) -> date:
    return missions.today(session, HOME) - timedelta(days=back)


def test_the_same_file_twice_books_nothing_twice(session: Session) -> None:
    today = day_of(session, 0)
    file = camt(Statement([Movement(75_000, today, "fee"), Movement(75_000, today, "fee")], today, today))
    assert take_in(session, file, file) == [2, 0]
    assert [(row.lines, row.fresh) for row in session.scalars(select(StatementFile).order_by(StatementFile.fresh))] == [
        (2, 0),
        (2, 2),
    ]


def test_statements_that_overlap_by_days_share_their_movements(session: Session) -> None:
    old, shared, new = (Movement(amount, day_of(session, back), "fee") for amount, back in ((1, 9), (2, 5), (3, 1)))
    first = Statement([old, shared], old.day, day_of(session, 4), 1000)
    second = Statement([shared, new], day_of(session, 6), new.day, 1001, "2")
    assert take_in(session, mt940(first), mt940(second)) == [2, 1]


def test_equal_payments_on_both_sides_of_a_cut_are_two(session: Session) -> None:
    twin = Movement(75_000, day_of(session, 1), "fee")
    first = Statement([twin], twin.day, twin.day, 0)
    second = Statement([twin], twin.day, twin.day, 75_000, "2")
    assert take_in(session, camt(first), camt(second), camt(second), camt(first)) == [1, 1, 0, 0]


def test_a_day_in_three_statements_whose_middle_one_differs(session: Session) -> None:
    day, twin = day_of(session, 1), Movement(75_000, day_of(session, 1), "fee")
    pieces = [[twin], [Movement(5, day, "between")], [twin]]
    openings = [0, 75_000, 75_005]
    files = [camt(Statement(one, day, day, at, f"{at}")) for one, at in zip(pieces, openings, strict=True)]
    assert take_in(session, *files, *files[::-1]) == [1, 1, 1, 0, 0, 0]


def test_both_formats_of_one_statement_are_one_where_the_bank_gives_references(session: Session) -> None:
    day = day_of(session, 1)
    whole = Statement([Movement(75_000, day, "fee", "R1"), Movement(75_000, day, "fee", "R2")], day, day)
    assert take_in(session, camt(whole), mt940(whole)) == [2, 0]


@pytest.mark.parametrize("reference", ["", "NONREF", "OTHER"])
@pytest.mark.parametrize("first", [camt, mt940])
def test_a_statement_in_another_format_without_its_references_is_the_same(
    session: Session, reference: str, first: Callable[..., bytes]
) -> None:
    day, second = day_of(session, 1), mt940 if first is camt else camt
    known = [
        Movement(75_000, day, "fee", "R1"),
        Movement(75_000, day, "fee", "R2"),
        Movement(-700, day, "charge", "R3"),
    ]
    other = [replace(one, text=f"EREF {one.text}", reference=reference) for one in known]
    whole, again = Statement(known, day, day), Statement(other, day - timedelta(days=1), day, number="0001", page="1")
    assert take_in(session, first(whole), second(again), second(again), first(whole)) == [3, 0, 0, 0]


def test_a_longer_statement_without_references_has_the_movements_of_its_days(session: Session) -> None:
    first, second = (Movement(75_000, day_of(session, back), "fee", f"R{back}") for back in (5, 3))
    late = Movement(75_000, day_of(session, 3), "another fee", "R2")
    daily = [Statement([one], one.day, one.day, at, f"{at}") for one, at in ((first, 0), (second, 75_000))]
    long = Statement([replace(one, text="x", reference="") for one in (first, second, late)], day_of(session, 9),
                     day_of(session, 0), 0, "9")  # fmt: skip
    assert take_in(session, *map(camt, daily), mt940(long), mt940(long)) == [1, 1, 1, 0]


@pytest.mark.parametrize("write", [camt, mt940])
@pytest.mark.parametrize(("text", "party"), [("fee", "Rasha Alhussein"), ("other", "Rasha Alhussein"), ("fee", "Omar")])
def test_equal_amounts_of_a_day_are_two_where_no_statement_is_known_to_have_both(
    session: Session, write: Callable[..., bytes], text: str, party: str
) -> None:
    """In one statement they are counted; in two that go on from each other they cannot be one."""
    day = day_of(session, 1)
    one, two = Movement(75_000, day, "fee", "R1"), Movement(75_000, day, text, "", party)
    both = Statement([one, two], day, day, 0, "1")
    assert take_in(session, camt(both), write(both)) == [2, 0]
    after = Statement([replace(one, reference=""), two], day, day, both.closing, "2")
    assert take_in(session, write(after), camt(after)) == [2, 0]


def test_a_movement_of_a_day_that_statements_share_is_not_taken_for_another(session: Session) -> None:
    """The middle statement is not known yet: neither has the whole day, so that only its reference would say it."""
    day = day_of(session, 1)
    early = Statement([Movement(75_000, day, "fee", "R1")], day, day, 0, "1")
    late = Statement([Movement(75_000, day, "fee of Omar", "")], day, day, 90_000, "3")
    assert take_in(session, camt(early), mt940(late)) == [1, 1]


def test_a_day_without_a_change_of_balance_is_one_statement_in_both_formats(session: Session) -> None:
    day = day_of(session, 1)
    whole = Statement([Movement(75_000, day, "fee", "R1"), Movement(-75_000, day, "back", "R2")], day, day, 5)
    assert take_in(session, camt(whole), mt940(replace(whole, page="1"))) == [2, 0]
    assert take_in(session, camt(replace(whole, number="2"))) == [2]


SINGLES, CHARGE = (30_000, 45_000, 25_000), -700


def batch_and_singles(session: Session, first: int, last: int) -> tuple[Statement, Statement, Statement]:
    """A statement with a batch as one movement, as transactions of one entry, and as movements of their own."""
    day = day_of(session, 3)
    charge, other = Movement(CHARGE, day, "charge"), Movement(500, day_of(session, first), "other")
    singles = [Movement(amount, day, f"fee {amount}", f"S{amount}") for amount in SINGLES]
    batch = Movement(sum(SINGLES), day, "BATCH 3 TRANSFERS", "B1")
    days = (day_of(session, first), day_of(session, last), 9_000)
    lone = Statement([batch], *days)
    return (
        replace(lone, movements=[other, batch, charge]),
        replace(lone, movements=singles, grouped=True, opening=9_500 + CHARGE),
        replace(lone, movements=[other, *singles, charge]),
    )


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize(("first", "last"), [(3, 3), (9, 0)])
def test_a_batch_in_one_format_and_its_transfers_in_the_other_are_booked_once(
    session: Session, first: int, last: int, *, batch_first: bool
) -> None:
    batch, _, singles = batch_and_singles(session, first, last)
    files = [mt940(batch), camt(singles)] if batch_first else [camt(singles), mt940(batch)]
    expected = [len(batch.movements), 0] if batch_first else [len(singles.movements), 0]
    assert take_in(session, *files) == expected
    assert take_in(session, *files, *files[::-1]) == [0, 0, 0, 0]
    assert entries.balance(session, "bank", "SAR").amount == sum(SINGLES) + CHARGE + 500


@pytest.mark.parametrize("batch_first", [True, False])
def test_a_grouped_entry_and_a_sum_of_one_statement_are_booked_once(session: Session, *, batch_first: bool) -> None:
    _, grouped, _ = batch_and_singles(session, 3, 3)
    whole = replace(grouped, grouped=False, movements=[Movement(sum(SINGLES), grouped.first, "BATCH")])
    files = [mt940(whole), camt(grouped)] if batch_first else [camt(grouped), mt940(whole)]
    assert take_in(session, *files, *files) == [1 if batch_first else 3, 0, 0, 0]


def test_a_batch_in_a_longer_statement_is_booked_once(session: Session) -> None:
    """Each has the whole day of the batch, and otherwise not the same days."""
    batch, _, singles = batch_and_singles(session, 9, 0)
    later = replace(singles, last=day_of(session, 1), first=day_of(session, 10), number="7")
    assert take_in(session, mt940(batch), camt(later), mt940(batch)) == [3, 0, 0]


def test_a_sum_of_another_statement_or_another_side_is_no_batch(session: Session) -> None:
    day, next_day = day_of(session, 3), day_of(session, 2)
    batch = Statement([Movement(sum(SINGLES), day, "BATCH")], day, day)
    singles = [Movement(amount, next_day, f"fee {amount}") for amount in SINGLES]
    after = Statement(singles, next_day, next_day, batch.closing, "2")
    assert take_in(session, mt940(batch), camt(after)) == [1, 3]
    both = [Movement(5_000, day, "in"), Movement(-5_000, day, "out")]
    balanced = Statement(both, day_of(session, 9), day_of(session, 1), 7, "3")
    other = [replace(one, amount=one.amount // 5 * 6) for one in both]
    assert take_in(session, camt(balanced), mt940(replace(balanced, movements=other))) == [2, 2]


def test_one_file_with_several_statements(session: Session) -> None:
    day = day_of(session, 1)
    first, second = Statement([Movement(5, day, "a")], day, day), Statement([Movement(6, day, "b")], day, day, 5, "2")
    assert take_in(session, camt(first, second, first)) == [2]


@pytest.mark.parametrize("account", ["DE89370400440532013000", "SA4420000001234567891234"])
def test_a_statement_of_another_account_is_refused(session: Session, account: str) -> None:
    today = day_of(session, 0)
    with refuses("statement_account", Invalid):
        take_in(session, camt(Statement([], today, today, iban=account)))


def test_an_account_named_by_its_national_number_or_with_its_currency(session: Session) -> None:
    today, iban = day_of(session, 0), IBANS["RUH"]
    for named in (iban[4:], f"{iban}SAR", f"{iban[:4]} {iban[4:]}".lower()):
        assert take_in(session, mt940(Statement([], today, today, iban=named))) == [0]


@pytest.mark.parametrize("role", ["clerk", "officer", "auditor", "administrator"])
def test_only_who_takes_money_imports(session: Session, role: str) -> None:
    with refuses("not_allowed", NotAllowed):
        import_file(session, officer(role), "x", b"")


def test_another_missions_movements_are_not_seen(session_for: Sessions) -> None:
    home = session_for("consular")
    open_account(home)
    today = day_of(home, 0)
    take_in(home, camt(Statement([Movement(1, today, "fee")], today, today)))
    elsewhere = session_for("consular", ELSEWHERE)
    assert elsewhere.scalars(select(BankLine)).all() == []


def test_two_officers_who_import_one_file_at_once_book_it_once(database: Callable[[str], Database]) -> None:
    consular = database("consular")
    with consular.scope(HOME) as opened:
        open_account(opened)
        today = day_of(opened, 0)
    movements: Sequence[Movement] = [Movement(75_000, today, f"at once {number}") for number in range(5)]
    file = camt(Statement(movements, today, today, 7))

    def send() -> int:
        with consular.scope(HOME) as own:
            return import_file(own, CASHIER, "statement.xml", file).fresh

    assert sorted(one for one in at_once([send] * 4) if isinstance(one, int)) == [0, 0, 0, 5]
