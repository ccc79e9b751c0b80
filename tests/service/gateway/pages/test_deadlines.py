"""Deadlines, notices and second signatures as people meet them on the pages, in both languages."""

import html
import re
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import pytest
from sqlalchemy import update

from deploy.demo.population import specimens
from services.consular.applications.model import Application
from services.consular.applications.rules import OPEN
from services.consular.bookings.model import Phase
from services.consular.missions import today
from services.gateway.web.security import BODY_BYTES
from shared.database.db import Database
from shared.i18n import language
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import begin

pytestmark = pytest.mark.clock

PLACE, SLUG = "VIE", "individual-extract"
HEAD = "reference,national_number,given_name,transaction,booked_for"
PERSON = specimens.ABROAD


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


def day(database: Database, days: int = 0) -> date:
    with database.scope(PLACE) as session:
        return today(session, PLACE) + timedelta(days=days)


def parts(name: str, when: date) -> dict[str, str]:
    return {f"{name}-year": str(when.year), f"{name}-month": str(when.month), f"{name}-day": str(when.day)}


def clear(database: Database) -> None:
    """Nobody has an open file from an earlier test here."""
    with database.scope(PLACE) as session:
        session.execute(update(Application).where(Application.status.in_(OPEN)).values(status="withdrawn"))


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", "", text)))


def test_a_draft_says_until_when_it_waits(gateway: Gateway, consular: Database) -> None:
    clear(consular)
    browser = gateway.visitor(mission=PLACE, person=PERSON)
    reference = begin(browser, SLUG)
    last = language("en").date(day(consular, 9))
    for page in (f"/en/applications/{reference}", "/en/applications"):
        assert f"10 days are left, today among them. The last day is {last}." in plain(browser.get(page).text)
    assert "بقي من المهلة 10 أيام بما فيها اليوم." in plain(browser.get(f"/ar/applications/{reference}").text)


@pytest.mark.parametrize(("moved", "said"), [(-9, "is the last day"), (-8, "2 days are left"), (-10, "closes shortly")])
def test_the_last_days_are_said_as_they_are(gateway: Gateway, consular: Database, moved: int, said: str) -> None:
    clear(consular)
    browser = gateway.visitor(mission=PLACE, person=PERSON)
    reference = begin(browser, SLUG)
    with consular.scope(PLACE) as session:
        values = {"lapses_on": day(consular, 9 + moved)}
        session.execute(update(Application).where(Application.reference == reference).values(**values))
    assert said in plain(browser.get(f"/en/applications/{reference}").text)


def propose(browser: Browser, kind: str, **form: str) -> None:
    """Fills the form, confirms its preview."""
    page = f"/en/desk/proposals/new/{kind}"
    look = browser.submit(page, **form)
    assert look.status_code == 200, plain(look.text)
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', look.text))
    sent = browser.post(page, **{name: html.unescape(value) for name, value in hidden.items()})
    assert sent.status_code == 303, plain(sent.text)


def sign(browser: Browser, verdict: str = "approve", **form: str) -> int:
    """Decides the first proposal on the list."""
    page = browser.get("/en/desk/proposals").text
    action = re.search(r'action="(/en/desk/proposals/VIE-[^"]+)"', page)
    assert action, plain(page)
    key = uuid.uuid4().hex
    return browser.submit(action[1], page="/en/desk/proposals", verdict=verdict, key=key, **form).status_code


def bulk_action(database: Database) -> dict[str, str]:
    dates = parts("decreed_on", day(database)) | parts("ends_from", day(database)) | parts("ends_to", day(database, 30))
    return {"decree": "119/2026", "days": "15", "transactions": SLUG, **dates}


def test_an_extension_is_proposed_signed_told_and_read(gateway: Gateway, consular: Database) -> None:
    clear(consular)
    mine = gateway.visitor(mission=PLACE, person=PERSON)
    reference = begin(mine, SLUG)
    head, officer = gateway.visitor("head_of_mission", PLACE), gateway.visitor("officer", PLACE)
    propose(head, "extension", **bulk_action(consular))
    assert "You proposed this" in plain(head.get("/en/desk/proposals").text)
    assert 'value="approve"' not in head.get("/en/desk/proposals").text
    assert sign(officer) == 303
    for path, new in (("/en/applications", "Notices (1 new)"), ("/ar/applications", "الإشعارات (واحد جديد)")):
        gateway.app.extensions["consular"].forget()
        assert new in plain(mine.get(path).text)
    told = plain(mine.get("/en/notices").text)
    last = language("en").date(day(consular, 24))
    assert f"The time of application {reference} was extended by 15 days. Its last day is now {last}." in told
    assert "مُدّدت مهلة الطلب" in plain(mine.get("/ar/notices").text)
    gateway.app.extensions["consular"].forget()
    assert "Notices (" not in plain(mine.get("/en/applications").text), "read once, nothing is new"
    page = plain(mine.get(f"/en/applications/{reference}").text)
    assert "Its time was extended by decree" in page and "What we told you" in page
    assert "Carried out" in plain(officer.get("/en/desk/proposals").text)


def test_declining_wants_a_reason_beside_the_field(gateway: Gateway, consular: Database) -> None:
    head, officer = gateway.visitor("head_of_mission", PLACE), gateway.visitor("officer", PLACE)
    propose(head, "extension", **bulk_action(consular))
    assert sign(officer, "decline", decline_reason=" ") == 422
    assert sign(officer, "decline", decline_reason="لا يشملنا") == 303
    assert "لا يشملنا" in officer.get("/en/desk/proposals").text


def test_wrong_terms_come_back_as_typed(gateway: Gateway, consular: Database) -> None:
    head = gateway.visitor("head_of_mission", PLACE)
    answer = head.submit(
        "/ar/desk/proposals/new/extension", **{**bulk_action(consular), "days": "1000", "decree": "قرار ٧"}
    )
    assert answer.status_code == 422 and "قرار ٧" in answer.text and 'href="#days"' in answer.text
    answer = head.submit("/en/desk/proposals/new/standing", standing="suspended", law_source="x")
    assert answer.status_code == 422 and 'href="#valid_from"' in answer.text


def test_a_suspension_shows_its_figures_first(gateway: Gateway, consular: Database) -> None:
    clear(consular)
    begin(gateway.visitor(mission=PLACE, person=PERSON), SLUG)
    head = gateway.visitor("head_of_mission", PLACE)
    form = {"transaction": SLUG, "standing": "suspended", "law_source": "Circular 9"}
    look = head.submit("/en/desk/proposals/new/standing", **form, **parts("valid_from", day(consular)))
    assert look.status_code == 200 and "One application." in plain(look.text) and "Circular 9" in look.text


def test_an_unknown_kind_is_not_found(gateway: Gateway) -> None:
    head = gateway.visitor("head_of_mission", PLACE)
    assert head.get("/en/desk/proposals/new/amnesty").status_code == 404
    assert head.get("/en/desk/proposals/new/bookings_lapse").status_code == 303


def declare(browser: Browser, database: Database) -> None:
    window = parts("window_from", day(database)) | parts("window_to", day(database, 9))
    form = {"lead_days": "5", "law_source": "Circular 3", "key": uuid.uuid4().hex, **window}
    assert browser.submit("/en/desk/bookings/phases", page="/en/desk/bookings", **form).status_code == 303


def upload(browser: Browser, content: bytes) -> str:
    """Uploads for the newest phase; the address of the preview."""
    page = browser.get("/en/desk/bookings").text
    phase = re.search(r'<option value="(VIE-E[^"]+)"', page)
    assert phase
    sent = browser.submit(
        "/en/desk/bookings/imports",
        page="/en/desk/bookings",
        phase=phase[1],
        file=(BytesIO(content), "old.csv", "text/csv"),
    )
    assert sent.status_code == 303, plain(sent.text)
    return str(sent.location)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_order_of_days_is_asked_until_it_is_chosen(gateway: Gateway, consular: Database, language: str) -> None:
    clear(consular)
    head = gateway.visitor("head_of_mission", PLACE)
    declare(head, consular)
    row = f"OLD-{uuid.uuid4().hex[:8]},{PERSON.national_number},{PERSON.given_name},{SLUG},03/04/2027"
    preview = upload(head, f"{HEAD}\r\n{row}".encode("utf-8-sig")).replace("/en/", f"/{language}/")
    for order in ({}, {"date_order": ""}, {"date_order": "backwards"}):
        unsaid = head.submit(f"{preview}/answers", preview, restore_zeros="yes", **order)
        assert unsaid.status_code == 422 and 'id="date_order-error"' in unsaid.text
        assert 'value="keep"' not in head.get(preview).text
    assert head.submit(f"{preview}/answers", preview, date_order="day_first").status_code == 303
    assert head.submit(f"{preview}/answers", preview).status_code == 422
    assert re.search('value="day_first" checked', head.get(preview).text), "an order that was chosen stays"


def test_bookings_are_brought_in_claimed_and_lapsed(gateway: Gateway, consular: Database) -> None:
    clear(consular)
    head, officer = gateway.visitor("head_of_mission", PLACE), gateway.visitor("officer", PLACE)
    mine = gateway.visitor(mission=PLACE, person=PERSON)
    declare(head, consular)
    reference, booked = f"OLD-{uuid.uuid4().hex[:8]}", day(consular, 40)
    good = f"{reference},{PERSON.national_number},{PERSON.given_name},{SLUG},{booked}"
    other = f"OLD-{uuid.uuid4().hex[:8]},01010101010,ليلى,{SLUG},{booked}"
    preview = upload(head, "\r\n".join([HEAD, good, other, "=1+1,x,y,z,w"]).encode("utf-8-sig"))
    shown = head.get(preview)
    assert "2 good rows." in plain(shown.text) and "One row has a fault" in plain(shown.text)
    faults = head.get(f"{preview}/faults.csv")
    assert faults.data.decode("utf-8-sig").splitlines()[1] == "4,reference,reference_malformed,'=1+1"
    assert "attachment" in faults.headers["Content-Disposition"]
    unsaid = head.submit(preview)
    assert unsaid.status_code == 422 and 'id="verdict"' in unsaid.text
    assert [head.submit(preview, verdict=verdict).status_code for verdict in ("keep", "keep", "drop")] == [303] * 3
    assert "Its good rows are in" in plain(head.get(preview).text)

    wrong = mine.submit("/en/bookings/confirm", booking_reference="", transaction="")
    assert wrong.status_code == 422 and 'href="#booking_reference"' in wrong.text
    key = {"key": uuid.uuid4().hex}
    missed = mine.submit("/ar/bookings/confirm", booking_reference="OLD-1", transaction=SLUG, **key)
    assert missed.status_code == 404 and "لم نجد باسمك حجزًا" in plain(missed.text)
    too_soon_or_late(mine, consular, reference)
    claimed = mine.submit("/en/bookings/confirm", booking_reference=reference, transaction=SLUG, key=uuid.uuid4().hex)
    assert claimed.status_code == 303, plain(claimed.text)
    said = f"Kept from your earlier booking: {language('en').date(booked)}."
    assert said in plain(mine.get(str(claimed.location)).text)

    with consular.scope(PLACE) as session:
        values = {"window_from": day(consular, -10), "window_to": day(consular, -1)}
        session.execute(update(Phase).where(Phase.mission == PLACE).values(**values))
    page = head.get("/en/desk/bookings").text
    phase = re.search(r'name="phase" value="(VIE-E[^"]+)"', page)
    assert phase, plain(page)
    propose_lapse(head, phase[1])
    assert sign(officer) == 303
    assert "One booking." in plain(officer.get("/en/desk/proposals").text)


def too_soon_or_late(browser: Browser, database: Database, booking: str) -> None:
    """Whoever confirms before or after the time reads the day in words, in either language."""
    said = {
        "phase_not_open": (3, {"ar": "يبدأ التثبيت يوم", "en": "Confirming begins on"}, "window_from"),
        "phase_over": (-12, {"ar": "انتهى التثبيت يوم", "en": "Confirming ended on"}, "window_to"),
    }
    for first, words, named in said.values():
        window = {"window_from": day(database, first), "window_to": day(database, first + 9)}
        with database.scope(PLACE) as session:
            session.execute(update(Phase).where(Phase.mission == PLACE).values(**window))
        for code, beginning in words.items():
            path, key = f"/{code}/bookings/confirm", uuid.uuid4().hex
            refused = browser.submit(path, booking_reference=booking, transaction=SLUG, key=key)
            assert refused.status_code == 422
            assert f"{beginning} {language(code).date(window[named])}" in plain(refused.text)
    with database.scope(PLACE) as session:
        window = {"window_from": day(database), "window_to": day(database, 9)}
        session.execute(update(Phase).where(Phase.mission == PLACE).values(**window))


def propose_lapse(browser: Browser, phase: str) -> None:
    address = "/en/desk/proposals/new/bookings_lapse"
    look = browser.submit(address, page="/en/desk/bookings", phase=phase)
    assert look.status_code == 200 and "One booking." in plain(look.text)
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', look.text))
    assert browser.post(address, **hidden).status_code == 303


@pytest.mark.parametrize(("content", "said"), [(b"", "The file is empty"), (b"a,b\n1,2", "Columns are missing")])
def test_a_file_that_is_none_is_said_beside_the_field(
    gateway: Gateway, consular: Database, content: bytes, said: str
) -> None:
    head = gateway.visitor("head_of_mission", PLACE)
    declare(head, consular)
    phase = re.search(r'<option value="(VIE-E[^"]+)"', head.get("/en/desk/bookings").text)
    assert phase
    form = {"phase": phase[1], "file": (BytesIO(content), "x.csv", "text/csv")}
    sent = head.submit("/en/desk/bookings/imports", page="/en/desk/bookings", **form)
    assert sent.status_code == 422 and said in plain(sent.text) and 'href="#file"' in sent.text


def test_a_file_larger_than_a_form_comes_through(gateway: Gateway, consular: Database) -> None:
    head = gateway.visitor("head_of_mission", PLACE)
    declare(head, consular)
    start, booked = uuid.uuid4().hex[:6], day(consular, 40)
    rows = "\n".join(f"{start}-{n},{n:011d},رشا,{SLUG},{booked}" for n in range(6_000))
    assert len(rows) > BODY_BYTES
    preview = upload(head, f"{HEAD}\n{rows}".encode())
    assert "6,000 good rows." in plain(head.get(preview).text)


@pytest.mark.parametrize("role", ["clerk", "cashier"])
def test_other_roles_stay_outside(gateway: Gateway, role: str) -> None:
    browser = gateway.visitor(role, PLACE)
    for page in ("/en/desk/proposals", "/en/desk/bookings", "/en/desk/proposals/new/extension"):
        assert browser.get(page).status_code == 403
    assert "Second signature" not in browser.get("/en/desk").text


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_revocation_is_asked_for_with_code_and_reason(gateway: Gateway, language: str) -> None:
    head = gateway.visitor("head_of_mission")
    page = f"/{language}/desk/proposals/new/revocation"
    assert page in head.get(f"/{language}/desk/proposals").text
    answer = head.submit(page, document_code="RUH-R7K3M", revocation_reason="")
    assert answer.status_code == 422 and 'id="revocation_reason-error"' in answer.text
