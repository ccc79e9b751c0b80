"""Letters on the desk's pages: found, read, answered without JavaScript, and nothing typed is lost on the way."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from deploy.demo.population import specimens
from services.consular.api import letters as letters_api
from services.consular.applications.model import Application
from shared.database.db import Database
from tests.conftest import HOME
from tests.factories.applications import Counter
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import begin
from tests.factories.ministries.letters import CONVICTION, LICENCE, letters_of, today

pytestmark = pytest.mark.clock

At = Callable[..., Counter]


@pytest.fixture
def desk(gateway: Gateway) -> Browser:
    """An officer at work."""
    return gateway.visitor("officer")


def sent(counter: At, slug: str) -> tuple[Counter, str]:
    """A letter on its way, and its code."""
    filed = counter().until("with_authority", slug)
    return filed, str(letters_of(filed)[0]["code"])


def basics(filed: Counter) -> dict[str, str]:
    return {"number": "4711", "dated": today(), "national_number": filed.person.number}


def test_the_list_leads_to_the_letter_and_to_its_case(counter: At, desk: Browser) -> None:
    filed, code = sent(counter, "criminal-record")
    for language in ("ar", "en"):
        listed = desk.get(f"/{language}/desk/letters?authority=criminal_security&state=open")
        assert listed.status_code == 200 and f"/desk/letters/{code}" in listed.text
        assert f"/desk/letters/{code}" not in desk.get(f"/{language}/desk/letters?authority=traffic").text
        page = desk.get(f"/{language}/desk/letters/{code}")
        assert page.status_code == 200 and filed.reference in page.text and filed.person.number in page.text
        assert f"/desk/letters/{code}" in desk.get(f"/{language}/desk/cases/{filed.reference}").text


def test_a_letter_search_leads_to_the_number_a_reply_quotes(counter: At, desk: Browser) -> None:
    filed, code = sent(counter, "criminal-record")
    number = letters_of(filed)[0]["number"]
    for quoted in (number, number.lower(), f" {number} ", number.replace("2026", "٢٠٢٦"), filed.reference):
        assert f"/desk/letters/{code}" in desk.get("/en/desk/letters", query_string={"q": quoted}).text, quoted
    for other in ("RUH-CS-2026-9999", "nonsense", "<b>"):
        found = desk.get("/ar/desk/letters", query_string={"q": other})
        assert found.status_code == 200 and "/desk/letters/RUH" not in found.text


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_list_is_a_file_with_its_filters(counter: At, desk: Browser, language: str) -> None:
    filed, _ = sent(counter, "criminal-record")
    assert "/desk/letters.csv?state=open" in desk.get(f"/{language}/desk/letters?state=open").text
    path = f"/{language}/desk/letters.csv?q={filed.reference}&state=open&authority="
    answer = desk.get(f"{path}criminal_security")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="letters.csv"'
    rows = rows_of(answer)
    number = letters_of(filed)[0]["number"]
    assert [(row[0], row[3], row[6]) for row in rows[1:]] == [
        (number, letters_of(filed)[0]["sent_on"], filed.reference)
    ]
    assert rows[1][1] and rows[1][5] and len(rows[0]) == len(rows[1])
    assert len(rows_of(desk.get(f"{path}traffic"))) == 1


def test_the_file_has_more_than_a_page(counter: At, desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = {letters_of(sent(counter, "criminal-record")[0])[0]["number"] for _ in range(2)}
    monkeypatch.setattr(letters_api, "PAGE_ROWS", 1)
    assert desk.get("/en/desk/letters?state=open").text.count('<th scope="row">') == 1
    assert letters <= {row[0] for row in rows_of(desk.get("/en/desk/letters.csv?state=open"))}


def test_a_page_is_jumped_to_in_any_digits(counter: At, desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        sent(counter, "criminal-record")
    monkeypatch.setattr(letters_api, "PAGE_ROWS", 1)
    first, second, arabic = (desk.get(f"/ar/desk/letters?state=open&page={page}").text for page in ("1", "2", "٢"))
    assert [page.count('<th scope="row">') for page in (first, second, arabic)] == [1, 1, 1]
    named = [re.findall(r'href="(/ar/desk/letters/[^"]+)"', page) for page in (first, second, arabic)]
    assert named[1] == named[2] != named[0]
    for nonsense in ("0", "-1", "x", "٢x", "9" * 30):
        assert desk.get(f"/ar/desk/letters?state=open&page={nonsense}").text.count('<th scope="row">') == 1, nonsense


def rows_of(answer: TestResponse) -> list[list[str]]:
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def test_convictions_are_typed_line_by_line(counter: At, desk: Browser) -> None:
    filed, code = sent(counter, "criminal-record")
    page = f"/en/desk/letters/{code}?finding=convicted"
    line = {f"entries-0-{name}": value for name, value in CONVICTION.items()} | {"entries-0-on": "2/3/2010"}
    told = {"finding": "convicted", **basics(filed), **line}
    more = desk.submit(f"/en/desk/letters/{code}/reply", page, **told, more="1")
    assert more.status_code == 200 and CONVICTION["court"] in more.text and 'name="entries-4-court"' in more.text
    wrong = desk.submit(f"/en/desk/letters/{code}/reply", page, **{**told, "entries-0-on": "30/2/2010"})
    assert wrong.status_code == 422 and CONVICTION["court"] in wrong.text and 'href="#entries-0-on"' in wrong.text
    for vague in ("2/3/10", "10/3/2", "2010/3", "2.3.10"):
        unread = desk.submit(f"/en/desk/letters/{code}/reply", page, **{**told, "entries-0-on": vague})
        assert unread.status_code == 422 and 'href="#entries-0-on"' in unread.text and f'value="{vague}"' in unread.text
    done = desk.submit(f"/en/desk/letters/{code}/reply", page, **told)
    assert done.status_code == 303
    assert filed.read()["status"] == "ready"
    assert CONVICTION["court"] in desk.get(done.headers["Location"]).text


def test_no_answer_chosen_and_the_wrong_person(counter: At, desk: Browser) -> None:
    filed, code = sent(counter, "driving-licence-check")
    page = f"/en/desk/letters/{code}?finding=valid"
    none = desk.submit(f"/en/desk/letters/{code}/reply", page, finding="")
    assert none.status_code == 422
    told = {"finding": "valid", **basics(filed), **LICENCE, "national_number": "01020304050"}
    wrong = desk.submit(f"/en/desk/letters/{code}/reply", page, **told)
    assert (
        wrong.status_code == 422 and "not that of the person" in wrong.text and LICENCE["licence_number"] in wrong.text
    )
    assert filed.read()["status"] == "with_authority"


def test_two_officers_with_the_form_open(counter: At, desk: Browser) -> None:
    filed, code = sent(counter, "criminal-record")
    page = f"/ar/desk/letters/{code}?finding=clear"
    token = desk.token(page)
    told = {"finding": "clear", **basics(filed), "csrf_token": token}
    assert desk.post(f"/ar/desk/letters/{code}/reply", **told, key="one").status_code == 303
    late = desk.post(f"/ar/desk/letters/{code}/reply", **told, key="two")
    assert late.status_code == 409 and letters_of(filed)[0]["number"] in late.text


def test_a_clerk_reads_and_does_not_answer(counter: At, gateway: Gateway) -> None:
    _, code = sent(counter, "criminal-record")
    clerk = gateway.visitor("clerk")
    page = clerk.get(f"/en/desk/letters/{code}?finding=clear")
    assert page.status_code == 200 and "/reply" not in page.text
    assert clerk.post(f"/en/desk/letters/{code}/reply", finding="clear").status_code == 403


@pytest.mark.parametrize(("days", "may"), [(0, False), (364, False), (367, True)])
def test_who_was_granted_a_visit_reads_when_another_may_be(
    gateway: Gateway, database: Callable[[str], Database], days: int, may: bool
) -> None:
    browser, slug = gateway.visitor(person=specimens.ABROAD), "visit-facilitation"
    wait = "until a year has passed since the last approval"
    assert wait not in browser.get(f"/en/apply/{slug}").text
    mine = update(Application).where(Application.reference == begin(browser, "driving-licence-check"))
    granted = {"transaction": slug, "status": "ready", "changed_at": datetime.now(UTC) - timedelta(days=days)}
    try:
        with database("consular").scope(HOME) as session:
            session.execute(mine.values(granted))
        assert (wait not in browser.get(f"/en/apply/{slug}").text) is may
    finally:
        with database("consular").scope(HOME) as session:
            session.execute(mine.values(status="withdrawn"))
