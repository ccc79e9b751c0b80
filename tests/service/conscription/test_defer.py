"""Deferrals on the real schema: granted once, refused with a reason, and kept apart by the database itself."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deploy.demo.population import specimens
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.conscription.attest import facts
from services.conscription.model import Assessment, Deferral, LawParameter, ServiceRecord
from shared import documents
from shared.database.db import Database
from shared.documents import verified_facts
from shared.documents.render import render_document
from shared.documents.typesetting import html
from shared.values import references
from shared.values.dates import add_years, local_date
from tests.conftest import ELSEWHERE, HOME
from tests.factories.registers.conscription import decisions, enlist, forward

pytestmark = pytest.mark.clock

FIRST, RENEWAL = "residence-deferral", "residence-deferral-renewal"
TODAY = local_date(datetime.now(UTC), "Asia/Damascus")
DAY = timedelta(1)
LEAST_STAY = "UPDATE conscription.law_parameter SET value = %s WHERE name = 'deferral_minimum_stay_days'"
STUDENT = specimens.STUDENT.person


@pytest.fixture
def session(registers: int, session_for: Callable[..., Session]) -> Iterator[Session]:
    yield session_for("conscription")


def ask(session: Session, person: str, transaction: str = FIRST, **body: Any) -> dict[str, Any]:
    """What conscription answers."""
    envelope = forward(session, person, transaction, ask="defer", **body)
    return decisions(session, envelope.about)[-1]


def test_a_first_deferral_runs_a_year_and_says_so_on_paper(session: Session) -> None:
    answer = ask(session, STUDENT)
    assert (answer["outcome"], answer["ask"]) == ("granted", "defer")
    paper = documents.find(session, answer["document"])
    assert answer["document_number"] == paper.number
    assert paper.expires_on == add_years(TODAY, 1) - DAY
    assert paper.data["deferral"]["search_lifted"] is False
    assert session.get_one(ServiceRecord, UUID(STUDENT)).status == "deferred"
    assert facts(session, UUID(STUDENT))["deferred_until"] == paper.expires_on.isoformat()
    assert session.get_one(Assessment, answer["application"]).working[-1]["code"] == "deferral_granted"
    assert render_document(session, paper.code)[:5] == b"%PDF-"


def test_an_evaders_deferral_lifts_the_search_for_him(session: Session) -> None:
    session.get_one(ServiceRecord, UUID(STUDENT)).status = "evader"
    session.flush()
    paper = documents.find(session, ask(session, STUDENT)["document"])
    assert paper.data["deferral"]["search_lifted"] is True


@pytest.mark.parametrize(
    ("person", "transaction", "reason"),
    [
        (specimens.WOMAN.person, FIRST, "no_service_record"),
        (specimens.SERVED.person, FIRST, "service_already_settled"),
        (specimens.FATHER.person, FIRST, "reserve_not_deferred"),
        (specimens.PAST_AGE.person, FIRST, "outside_service_age"),
        (STUDENT, RENEWAL, "no_deferral_to_renew"),
    ],
)
def test_who_is_refused_and_why(session: Session, person: str, transaction: str, reason: str) -> None:
    answer = ask(session, person, transaction)
    assert (answer["outcome"], answer["reason"]) == ("refused", reason)


def test_a_second_first_one_overlaps_and_is_refused(session: Session) -> None:
    ask(session, STUDENT)
    assert ask(session, STUDENT)["reason"] == "deferral_in_force"


def test_renewals_follow_one_another_one_year_at_a_time(session: Session) -> None:
    ask(session, STUDENT)
    assert ask(session, STUDENT, RENEWAL)["outcome"] == "granted"
    assert ask(session, STUDENT, RENEWAL)["reason"] == "already_renewed"
    periods = session.query(Deferral).order_by(Deferral.from_on).all()
    assert [(one.from_on, one.until_on) for one in periods if str(one.person) == STUDENT] == [
        (TODAY, add_years(TODAY, 1) - DAY),
        (add_years(TODAY, 1), add_years(TODAY, 2) - DAY),
    ]


def past(session: Session, person: str, until: date) -> None:
    """A deferral that ended, or ends, on a day."""
    first = add_years(until, -1) + DAY
    row = Deferral(application=references.new(HOME, 10), person=UUID(person), from_on=first, until_on=until, law="test")
    session.add(row)
    session.flush()


def test_a_renewal_filed_in_time_is_granted_though_decided_late(session: Session) -> None:
    until = TODAY - timedelta(5)
    past(session, STUDENT, until)
    assert ask(session, STUDENT, RENEWAL, filed_on=(until + DAY).isoformat())["reason"] == "deferral_expired"
    assert ask(session, STUDENT, RENEWAL)["reason"] == "deferral_expired"
    answer = ask(session, STUDENT, RENEWAL, filed_on=until.isoformat())
    assert documents.find(session, answer["document"]).data["deferral"]["from"] == (until + DAY).isoformat()


def test_after_a_lapse_a_first_one_is_asked_for_again(session: Session) -> None:
    past(session, STUDENT, TODAY - timedelta(100))
    assert ask(session, STUDENT)["outcome"] == "granted"


def test_too_many_days_in_syria_refuse_a_renewal(session: Session, cluster: Postgres) -> None:
    person = enlist(cluster, abroad_for=timedelta(days=1))
    year = (add_years(TODAY, -1) + DAY).year
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        for stay in ((date(year - 2, 1, 1), date(year - 1, 12, 31)), (date(year, 7, 1), None)):
            connection.execute("INSERT INTO conscription.residence_abroad VALUES (%s, %s, %s, 'SA')", [person, *stay])
    past(session, person, TODAY)
    answer = ask(session, person, RENEWAL)
    assert (answer["outcome"], answer["reason"]) == ("refused", "too_long_in_syria")


def test_a_least_stay_is_a_row(session: Session, cluster: Postgres) -> None:
    person = enlist(cluster, abroad_for=timedelta(days=10))
    assert session.get_one(LawParameter, ("deferral_minimum_stay_days", date(2007, 12, 31))).value is None
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute(LEAST_STAY, [30])
    try:
        session.expire_all()
        assert ask(session, person)["reason"] == "stay_too_short"
    finally:
        with connect_as_admin(cluster.admin_url, DATABASE) as connection:
            connection.execute(LEAST_STAY, [None])


def test_of_two_missions_that_grant_at_once_one_does(cluster: Postgres, database: Callable[[str], Database]) -> None:
    person = enlist(cluster, abroad_for=timedelta(days=400))

    def grant(mission: str) -> str:
        with database("conscription").scope(mission) as session:
            answer = ask(session, person, application=references.new(mission, 10))
            return str(answer.get("reason") or answer["outcome"])

    with ThreadPoolExecutor(2) as threads:
        outcomes = sorted(threads.map(grant, (HOME, ELSEWHERE)))
    assert outcomes in (["deferral_in_force", "granted"], ["deferral_overlaps", "granted"])


CHAIN = "INSERT INTO deferral (application, person, from_on, until_on, previous_until_on, law) VALUES "


@pytest.mark.parametrize(
    "second",
    [
        "('b', :person, '2020-06-01', '2021-05-31', NULL, 't')",  # as if it were the first
        "('b', :person, '2020-12-31', '2021-12-30', '2020-12-31', 't')",  # begins on the last day of the other
        "('b', :person, '2021-01-01', '2021-12-31', '2019-12-31', 't')",  # follows one that never was
        "('b', :person, '2021-01-01', '2022-01-02', '2020-12-31', 't')",  # longer than a year
        "('b', :person, '2021-12-31', '2021-01-01', '2020-12-31', 't')",  # runs backwards
    ],
)
def test_the_database_itself_refuses_periods_that_overlap(session: Session, second: str) -> None:
    known = {"person": UUID(STUDENT)}
    session.execute(text(CHAIN + "('a', :person, '2020-01-01', '2020-12-31', NULL, 't')"), known)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(CHAIN + second), known)
    session.execute(text(CHAIN + "('b', :person, '2021-01-01', '2021-12-31', '2020-12-31', 't')"), known)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(CHAIN + "('c', :person, '2021-06-01', '2022-05-31', '2020-12-31', 't')"), known)


def test_a_leap_day_begins_a_year_too(session: Session) -> None:
    row = "('a', :person, '2024-02-29', '2025-02-28', NULL, 't')"
    session.execute(text(CHAIN + row), {"person": UUID(STUDENT)})


def test_a_birth_known_by_year_is_printed_so_and_says_how_ages_are_counted(session: Session, cluster: Postgres) -> None:
    year = str(TODAY.year - 30)
    paper = documents.find(session, ask(session, enlist(cluster, timedelta(days=400), year))["document"])
    assert paper.data["person"]["born"] == year
    first_step = paper.data["working"][0]
    assert (first_step["code"], first_step["params"]) == ("born_by_year", {"born": year, "on": f"{year}-01-01"})
    assert verified_facts.facts(paper)[0]["value"] == year
    assert html(paper, "conscription").count(f"1 January {year}") == 1  # in the sentence that states the rule


def test_a_birth_known_to_the_day_needs_no_rule(session: Session) -> None:
    working = documents.find(session, ask(session, STUDENT)["document"]).data["working"]
    assert not [step for step in working if step["code"].startswith("born_by")]
