"""A day's queue: filters stay, ages, pages that are jumped to, the list as a file; cases assigned; the next one."""

import csv
import io
import re
from collections.abc import Callable

import pytest

from deploy.demo.population.specimens import WOMAN
from services.consular.views import queue as queue_view
from shared import documents
from shared.database.db import Database
from tests.conftest import HOME
from tests.factories.applications import Counter
from tests.factories.gateway import Gateway
from tests.factories.gateway.overrides import sign_as_head
from tests.factories.registers.civil_registry import consume, forwarded
from tests.factories.texts.arabic_keys import on_arabic_keys

At = Callable[..., Counter]
SLUG = "individual-extract"
MARK = {"reason-paper-identity": "paper_unreadable"}


@pytest.mark.parametrize("language", ["ar", "en"])
def test_filters_stay_until_others_are_chosen(counter: At, gateway: Gateway, language: str) -> None:
    waiting, reviewed = counter().until("awaiting_payment", SLUG), counter().until("in_review", SLUG)
    officer, page = gateway.visitor("officer"), f"/{language}/desk"
    assert waiting.reference in officer.get(f"{page}?status=awaiting_payment").text
    again = officer.get(page).text
    assert waiting.reference in again and reviewed.reference not in again
    assert reviewed.reference in officer.get(f"{page}?all=yes").text
    assert reviewed.reference in officer.get(page).text
    assert waiting.reference not in gateway.visitor("clerk").get(f"{page}?q={reviewed.reference[4:9]}").text


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_list_is_a_file_that_calculates_nothing(counter: At, gateway: Gateway, language: str) -> None:
    here = counter().until("in_review", SLUG)
    answer = gateway.visitor("officer").get(f"/{language}/desk/queue.csv?status=in_review")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cases.csv"'
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert here.reference in {row[0] for row in rows}
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]


def test_a_page_is_jumped_to(counter: At, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [counter().until("in_review", SLUG) for _ in range(3)]
    from services.consular.api import desk

    monkeypatch.setattr(desk, "PAGE_ROWS", 1)
    officer = gateway.visitor("officer")
    pages = [officer.get(f"/en/desk?status=in_review&page={page}").text for page in (1, 2, 3, "٢")]
    listed = [[case.reference for case in cases if f"/cases/{case.reference}" in page] for page in pages]
    assert listed[1] == listed[3]
    assert 'name="page"' in pages[0] and 'class="jump"' in pages[0]
    # With a filter nobody has counted the pages; there is one form to jump all the same.
    narrowed = officer.get(f"/en/desk?status=in_review&transaction={SLUG}").text
    assert [page.count('id="page"') for page in (pages[0], narrowed)] == [1, 1]
    assert queue_view.PAGE_ROWS == 50


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_decision_opens_the_next_case(counter: At, gateway: Gateway, language: str) -> None:
    first, second = counter().until("in_review", SLUG), counter().until("in_review", SLUG)
    officer = gateway.visitor("officer")
    path = f"/{language}/desk/cases/{first.reference}"
    answer = officer.submit(f"{path}/return", path, **MARK, then="next")
    assert answer.status_code == 303 and first.reference not in answer.location.split("?")[0]
    shown = officer.get(answer.location).text
    assert f"/desk/cases/{first.reference}" in shown and "done" in answer.location
    assert first.read()["status"] == "returned"
    stay = officer.submit(
        f"/{language}/desk/cases/{second.reference}/return",
        f"/{language}/desk/cases/{second.reference}",
        **MARK,
    )
    assert f"/desk/cases/{second.reference}?done=return" in stay.location


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_case_of_another_officer_is_taken_over_before_it_is_decided(
    counter: At, gateway: Gateway, language: str
) -> None:
    here = counter().until("in_review", SLUG)
    officer, head = gateway.visitor("officer"), gateway.visitor("head_of_mission")
    path = f"/{language}/desk/cases/{here.reference}"
    for verb in ({}, {"verb": "keep"}):
        unsaid = officer.submit(f"{path}/assign", path, **verb)
        assert unsaid.status_code == 422 and 'id="verb"' in unsaid.text
    assert head.submit(f"{path}/assign", path, verb="take").status_code == 303
    assert officer.submit(f"{path}/return", path, **MARK).status_code == 409
    assert 'value="takeover"' in officer.get(path).text
    assert officer.submit(f"{path}/assign", path, verb="takeover").status_code == 303
    assert officer.submit(f"{path}/return", path, **MARK).status_code == 409
    sign_as_head(gateway, language, here.reference)
    assert officer.submit(f"{path}/return", path, **MARK).status_code == 303


def test_several_cases_are_taken_at_once(counter: At, gateway: Gateway) -> None:
    here = counter().until("in_review", SLUG)
    officer = gateway.visitor("officer")
    form = officer.form("/en/desk?all=yes", "/en/desk/assignments")
    assert "unmarked" in officer.post("/en/desk/assignments", **form).location
    answer = officer.post("/en/desk/assignments", **form, reference=here.reference)
    assert "taken=1" in answer.location and "You took one case." in officer.get(answer.location).text
    assert here.reference in officer.get("/en/desk?mine=yes").text


def test_a_code_leads_to_its_case(counter: At, gateway: Gateway) -> None:
    """Of a payment, in the queue's search, as an address of a case and at the counter."""
    here = counter().until("in_review")
    payment = here.read()["payments"][0]
    clerk = gateway.visitor("clerk")
    assert clerk.get(f"/en/desk/cases/{payment['reference']}").location.endswith(f"/cases/{here.reference}")
    assert clerk.get(f"/en/desk/counter?reference={payment['reference']}").location.endswith(here.reference)
    assert here.reference in clerk.get(f"/en/desk?q={payment['receipt']}").text
    answer = clerk.get(f"/en/desk/counter?reference={payment['receipt']}")
    assert (answer.status_code, answer.location) == (303, f"/en/desk/counter?reference={here.reference}")
    unknown = clerk.get("/en/desk/counter?reference=RUH-DV-2001-000001")
    assert unknown.status_code == 404 and "a document of that number" in unknown.text
    typed = on_arabic_keys(here.reference)
    assert clerk.get("/ar/desk", query_string={"q": typed}).location.endswith(f"/cases/{here.reference}")
    assert here.reference in clerk.get("/ar/desk/counter", query_string={"reference": typed}).text
    assert clerk.get("/en/desk/cases/RUH-22222-22222-2").status_code == 404


def test_a_clerk_has_no_list_of_refunds(gateway: Gateway) -> None:
    assert gateway.visitor("clerk").get("/en/desk/refunds").status_code == 403
    assert gateway.visitor("auditor").get("/en/desk/refunds").status_code == 200


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_head_of_mission_has_five_links_and_those_of_one_work(gateway: Gateway, language: str) -> None:
    page = gateway.visitor("head_of_mission").get(f"/{language}/desk/tills").text
    band, group = page.split('class="band"')[1].split("</ul>")[0], page.split('class="group"')[1].split("</ul>")[0]
    assert band.count("<li>") == 5
    assert all(f"/desk/{name}" in group for name in ("tills", "refunds", "bank", "books", "ledger"))
    assert "/desk/letters" not in group


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_missions_currency_is_the_first_choice_at_the_counter(counter: At, gateway: Gateway, language: str) -> None:
    here = counter().until("awaiting_payment")
    page = gateway.visitor("cashier").get(f"/{language}/desk/counter?reference={here.reference}").text
    choices = re.findall(r'<option value="([A-Z]{3})"', page)
    assert choices[:3] == ["SAR", "USD", "EUR"] and len(choices) == len(set(choices))


@pytest.mark.parametrize("name", ["turns", "refunds"])
def test_other_lists_are_files_as_well(gateway: Gateway, name: str) -> None:
    answer = gateway.visitor("auditor").get(f"/en/desk/{name}.csv")
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/csv")
    assert gateway.visitor().get(f"/en/desk/{name}.csv").status_code == 403


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_document_whose_answer_brought_no_number_is_found_by_its_number(
    counter: At, gateway: Gateway, database: Callable[[str], Database], language: str
) -> None:
    here = counter().until("with_authority", SLUG)
    with database("civil_registry").scope(HOME) as session:
        code = str(consume(session, forwarded(WOMAN.person, "extract", here.reference))[-1]["document"])
        number = documents.find(session, code).number
    here.decide("granted", ask="extract", document=code)
    counted = number.rpartition("-")[2]
    spoken = f"إخراج قيد رقم {number.replace('-', ' ')}"
    for role, typed in (("officer", number), ("clerk", spoken), ("cashier", on_arabic_keys(number))):
        browser = gateway.visitor(role)
        answer = browser.get(f"/{language}/desk", query_string={"q": typed})
        assert (answer.status_code, answer.location) == (303, f"/{language}/desk/cases/{here.reference}"), typed
        answer = browser.get(f"/{language}/desk/counter", query_string={"reference": typed})
        assert (answer.status_code, answer.location) == (303, f"/{language}/desk/counter?reference={here.reference}")
    stranger = gateway.visitor("officer", "IST")
    for typed in (number, number.replace(counted, "900900"), number.replace("IE", "RC"), number.replace("IE", "CA")):
        browser = stranger if typed == number else gateway.visitor("officer")
        answer = browser.get(f"/{language}/desk", query_string={"q": typed})
        assert answer.status_code == 200 and here.reference not in answer.text, typed
    gateway.wires["civil_registry"].is_cut = True
    assert gateway.visitor("officer").get(f"/{language}/desk", query_string={"q": number}).status_code == 503
