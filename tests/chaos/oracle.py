"""People who apply while things happen, and the database against what they were told."""

import random
import time
from collections.abc import Sequence

from sqlalchemy import Connection, create_engine, make_url, text

from tests.chaos.driver import Crowd, crowd, specimen
from tests.chaos.faults import Event
from tests.chaos.platform import Platform, applications_wanted

REQUESTS_PER_APPLICATION = 7
# Without any progress for so long something is stuck; a slow machine may take its time as long as it moves.
STALL_SECONDS, CALM_SECONDS = 180.0, 180.0
ADULTS = "born < '2005-01-01' AND died_on IS NULL"
INNER = ("consular", "civil_registry", "conscription")


def look(platform: Platform, statement: str) -> list[tuple[object, ...]]:
    """As an auditor above all missions."""
    url = make_url(platform.postgres.admin_url).set(database="mahjar")
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = rows_of(connection, statement)
    engine.dispose()
    return rows


def rows_of(connection: Connection, statement: str) -> list[tuple[object, ...]]:
    """Rows as plain tuples."""
    return [tuple(row) for row in connection.execute(text(statement))]


def gather(platform: Platform, dice: random.Random) -> Crowd:
    """Applicants out of the registers."""
    wanted = applications_wanted()
    url = make_url(platform.postgres.admin_url).set(database="mahjar")
    engine = create_engine(url)
    with engine.connect() as connection:
        people = connection.execute(text(f"SELECT * FROM civil_registry.person WHERE {ADULTS} ORDER BY id LIMIT 400"))  # noqa: S608
        adults = [specimen(row) for row in people]
        liable = connection.execute(
            text(
                "SELECT person.* FROM civil_registry.person "
                "JOIN conscription.service_record record ON record.person = id "
                "JOIN conscription.residence_abroad stay ON stay.person = id AND stay.until_on IS NULL "
                "WHERE record.status = 'liable' AND person.born > '1986-01-01' AND person.died_on IS NULL "
                "AND stay.from_on < '2022-01-01' ORDER BY id"
            )
        )
        men = [specimen(row) for row in liable]
    engine.dispose()
    return crowd(platform, adults, men, wanted, dice)


def storm(platform: Platform, people: Crowd, events: Sequence[Event], stall: float = STALL_SECONDS) -> float:
    """Lets things happen at the points of the schedule while people go on.

    Gives the longest time in which nothing moved.
    """
    people.start()
    left, longest = list(events), 0.0
    while not people.finished():
        platform.keep()
        if left and people.record.acknowledged >= left[0].after:
            event = left.pop(0)
            print(event.describe, flush=True)
            event.happen(platform)
        people.stop.wait(0.05)
        longest = max(longest, time.monotonic() - people.record.moved)
        assert longest < stall, f"nothing moves any more; {people.left} applications are left"
    assert not left, f"{len(left)} faults never came: too few requests"
    return longest


def calm(platform: Platform) -> None:
    """Until no message is on its way."""
    give_up = time.monotonic() + CALM_SECONDS
    on_their_way = " UNION ALL ".join(
        f"SELECT count(*) FROM {service}.outbox WHERE sent IS NULL UNION ALL "  # noqa: S608
        f"SELECT count(*) FROM {service}.inbox WHERE applied IS NULL AND state <> 'ignored'"
        for service in INNER
    )
    while any(count for (count,) in look(platform, on_their_way)):
        assert time.monotonic() < give_up, "messages never come to rest"
        platform.keep()
        time.sleep(0.2)


def run_trial(
    platform: Platform, dice: random.Random, people: Crowd, events: Sequence[Event], stall: float = STALL_SECONDS
) -> float:
    """The whole of it, from the first request to the comparison; gives the longest standstill in seconds."""
    print("schedule", [(event.after, event.describe) for event in events])
    try:
        began = time.monotonic()
        longest = storm(platform, people, events, stall)
        took = time.monotonic() - began
        calm(platform)
        report(platform, people, len(events), took)
        print(
            f"{longest:.1f} s at a standstill, at rest {time.monotonic() - began - took:.1f} s after the last of them"
        )
        check(platform, people)
    except AssertionError:
        print(platform.log_tail())
        raise
    finally:
        people.end()
    return longest


def report(platform: Platform, people: Crowd, events: int, took: float) -> None:
    """The figures of a run."""
    record = people.record
    print(f"{len(people.cases)} applications, {events} faults, {platform.restarts} restarts, {took:.0f} s")
    print(f"{record.acknowledged} acknowledged, {record.repeated} repeated, slowest request {record.slowest:.1f} s")


def check(platform: Platform, people: Crowd) -> None:
    """The database against what people were told."""
    assert people.record.surprises == []
    assert [case.reference for case in people.cases if not case.done] == []
    references = sorted(case.reference for case in people.cases)
    assert sorted(str(row[0]) for row in look(platform, "SELECT reference FROM consular.application")) == references
    statuses = {row[0]: row[1] for row in look(platform, "SELECT reference, status FROM consular.application")}
    assert all(statuses[case.reference] in {case.status, "collected"} for case in people.cases)
    for nothing in NEVER:
        assert look(platform, nothing) == [], nothing
    paid = look(platform, "SELECT count(*) FROM consular.fee_order WHERE state = 'paid'")
    receipts = look(platform, "SELECT count(*) FROM consular.receipt")
    assert paid == receipts
    sums = look(platform, "SELECT currency, sum(amount) FROM consular.line GROUP BY currency")
    assert sums
    assert all(total == 0 for _, total in sums)


NEVER = [
    # No step of an application happened twice.
    "SELECT application, code FROM consular.step GROUP BY application, code HAVING count(*) > 1",
    # Every application was submitted, and every one that is through was paid, accepted and answered.
    "SELECT reference FROM consular.application WHERE NOT EXISTS "
    "(SELECT 1 FROM consular.step WHERE application = reference AND code = 'submitted')",
    "SELECT reference FROM consular.application WHERE status IN ('ready', 'collected') AND "
    "(SELECT count(*) FROM consular.step WHERE application = reference "
    "AND code IN ('paid', 'accepted', 'granted')) <> 3",
    "SELECT reference FROM consular.application WHERE status NOT IN ('ready', 'collected', 'refused')",
    # No order was paid twice, no payment booked or receipted twice, no receipt without a payment.
    "SELECT application FROM consular.fee_order WHERE state = 'paid' GROUP BY application HAVING count(*) > 1",
    'SELECT "order" FROM consular.attempt WHERE state = \'succeeded\' GROUP BY "order" HAVING count(*) > 1',
    "SELECT source, kind FROM consular.entry GROUP BY source, kind HAVING count(*) > 1",
    'SELECT "order" FROM consular.receipt GROUP BY "order" HAVING count(*) > 1',
    "SELECT entry, currency FROM consular.line GROUP BY entry, currency HAVING sum(amount) <> 0",
    "SELECT attempt FROM consular.receipt WHERE attempt NOT IN "
    "(SELECT reference FROM consular.attempt WHERE state = 'succeeded')",
    # No paper was issued twice, none is missing, and no number of a paper was skipped.
    "SELECT about, kind FROM civil_registry.document GROUP BY about, kind HAVING count(*) > 1",
    "SELECT about, kind FROM conscription.document GROUP BY about, kind HAVING count(*) > 1",
    "SELECT reference FROM consular.application WHERE transaction = 'individual-extract' AND reference NOT IN "
    "(SELECT about FROM civil_registry.document)",
    "SELECT kind FROM consular.document WHERE kind = 'receipt' GROUP BY kind, mission HAVING count(*) <> "
    "(SELECT sum(last) FROM consular.document_number WHERE document_number.kind = document.kind)",
    # Each collected passport is one booklet.
    "SELECT application FROM consular.booklet WHERE application IS NOT NULL GROUP BY application HAVING count(*) > 1",
    # What was said was heard by everybody, once.
    "SELECT id FROM consular.outbox WHERE id NOT IN (SELECT message FROM conscription.inbox WHERE state = 'applied')",
    "SELECT id FROM consular.outbox WHERE id NOT IN (SELECT message FROM civil_registry.inbox WHERE state = 'applied')",
    "SELECT id FROM civil_registry.outbox WHERE id NOT IN (SELECT message FROM consular.inbox WHERE state = 'applied')",
    "SELECT id FROM conscription.outbox WHERE id NOT IN (SELECT message FROM consular.inbox WHERE state = 'applied')",
    *(f"SELECT reason, detail FROM {service}.parked" for service in INNER),  # noqa: S608
]
