"""Nothing typed is lost: sessions that end, services that fail, other tabs and languages, on every kind of form."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from io import BytesIO

import pytest
from sqlalchemy import func, select, update

from deploy.demo.days import today
from deploy.demo.population import specimens
from services.gateway.accounts import kept_forms
from services.gateway.accounts.factors.authenticators import SPECIMEN_CODE
from services.gateway.accounts.model import AuthSession, KeptForm
from services.gateway.accounts.registration import register
from services.gateway.web.security import LIMITS
from shared.catalogue import CATALOGUE
from shared.i18n import language as language_of
from tests.conftest import HOME
from tests.factories.applications import Counter
from tests.factories.gateway import PASSWORD, Browser, Gateway
from tests.factories.gateway.forms import begin, typed
from tests.factories.ministries.letters import letters_of
from tests.factories.uploads import pdf

CONTACT = {
    "mobile": "+966 50 765 4321",
    "emergency_name": 'سامر "أبو <علي>"',
    "emergency_phone": "+963 933 123 456",
    "consular_registration": "registered",
}
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


def expire(gateway: Gateway) -> None:
    """Everybody's session was left alone too long."""
    with gateway.app.extensions["database"].scope(None) as session:
        values = {"idle_ends_at": AuthSession.idle_ends_at - timedelta(hours=2)}
        session.execute(update(AuthSession).values(values).execution_options(synchronize_session=False))


def rows(gateway: Gateway) -> list[KeptForm]:
    with gateway.app.extensions["database"].scope(None) as session:
        return list(session.scalars(select(KeptForm)))


@pytest.fixture(autouse=True)
def nothing_kept(gateway: Gateway) -> None:
    """What another test kept."""
    with gateway.app.extensions["database"].scope(None) as session:
        session.query(KeptForm).delete()


def enter(browser: Browser, email: str, location: str) -> str:
    """Signs in on the page that a browser was led to; gives where it is led on."""
    page, _, _ = location.partition("?")
    form = browser.form(location, page)
    answer = browser.post(page, **form, identifier=email, password=PASSWORD)
    assert answer.status_code == 303, answer.text
    second, _, _ = str(answer.location).partition("?")
    if second.endswith("/sign-in/second"):
        form = browser.form(str(answer.location), second)
        answer = browser.post(second, **form, factor_code=SPECIMEN_CODE)
    return str(answer.location)


def shows(text: str, values: dict[str, str]) -> bool:
    """Whether each value stands in its field: typed, chosen or ticked."""
    return all(_has(text, name, value) for name, value in values.items())


def _has(text: str, name: str, value: str) -> bool:
    tags = re.findall(rf'<input\b[^>]*\bname="{re.escape(name)}"[^>]*>', text)
    plain = [
        unescape(found[1])
        for tag in tags
        if 'type="radio"' not in tag and (found := re.search(r'\bvalue="([^"]*)"', tag))
    ]
    chosen = [tag for tag in tags if " checked" in tag and f'value="{value}"' in tag]
    area = re.search(rf'<textarea\b[^>]*\bname="{re.escape(name)}"[^>]*>\n?([^<]*)</textarea>', text)
    select_ = re.search(rf'<select\b[^>]*\bname="{re.escape(name)}".*?</select>', text, re.S)
    picked = bool(select_ and re.search(rf'<option value="{re.escape(value)}" selected', select_[0]))
    return value in plain or bool(chosen) or bool(area and unescape(area[1]) == value) or picked


@pytest.fixture
def step(gateway: Gateway) -> tuple[Browser, str]:
    """An applicant on the page of a step."""
    browser = gateway.visitor(person=specimens.MOTHER)
    return browser, f"/en/applications/{begin(browser, 'passport-renewal')}/questions/contact"


def test_answers_of_an_expired_session_come_back_after_the_sign_in(gateway: Gateway, step: tuple[Browser, str]) -> None:
    browser, page = step
    form = browser.form(page)
    expire(gateway)
    answer = browser.post(page, **form, **CONTACT)
    assert (answer.status_code, answer.location) == (303, f"/en/sign-in?next={page}&kept=answers")
    assert "kept for thirty minutes" in browser.get(answer.location).text
    account = gateway.account(person=specimens.MOTHER)
    assert enter(browser, account.email, answer.location) == page
    shown = browser.get(page)
    assert shows(shown.text, CONTACT) and "is back in the fields" in shown.text
    assert browser.post(page, **browser.form(page), **CONTACT | {"emergency_name": "سامر"}).status_code == 303
    assert not rows(gateway)
    assert "/kept/discard" not in browser.get(page).text


def test_nothing_is_saved_before_the_same_person_presses_the_button(
    gateway: Gateway, step: tuple[Browser, str]
) -> None:
    browser, page = step
    form = browser.form(page)
    expire(gateway)
    browser.post(page, **form, **CONTACT)
    enter(browser, gateway.account(person=specimens.MOTHER).email, "/en/sign-in")
    discarded = browser.post("/en/kept/discard", **browser.form(page, "/en/kept/discard"))
    assert discarded.location == page
    assert not shows(browser.get(page).text, {"mobile": CONTACT["mobile"]})


def test_another_account_sees_nothing_and_the_answers_end_in_time(gateway: Gateway, step: tuple[Browser, str]) -> None:
    browser, page = step
    form = browser.form(page)
    expire(gateway)
    led = browser.post(page, **form, **CONTACT).location
    other = gateway.account(person=specimens.FATHER)
    enter(browser, other.email, led)
    for path in (page, page.replace("/en/", "/ar/"), "/en/applications", "/en/account"):
        assert CONTACT["mobile"] not in browser.get(path).text
    (kept,) = rows(gateway)
    with gateway.app.extensions["database"].scope(None) as session:
        left = session.scalar(select(func.extract("epoch", KeptForm.ends_at - func.now())))
        assert 29 * 60 < float(left or 0) <= 30 * 60
        session.execute(update(KeptForm).values(ends_at=func.now()).execution_options(synchronize_session=False))
    for secret in (CONTACT["mobile"], CONTACT["emergency_name"], page, specimens.MOTHER.person):
        assert secret.encode() not in kept.content
        assert not any(secret in key for key in (kept.owner_key, kept.action_key, kept.page_key))
    gateway.app.extensions.pop("kept_swept")
    gateway.browser().get("/ready")
    assert not rows(gateway)


def test_a_row_moved_to_another_owner_opens_nothing(gateway: Gateway, step: tuple[Browser, str]) -> None:
    browser, page = step
    form = browser.form(page)
    expire(gateway)
    browser.post(page, **form, **CONTACT)
    secret = gateway.app.extensions["settings"].secret
    bare = page.removeprefix("/en")
    with gateway.app.extensions["database"].scope(None) as session:
        thief = kept_forms.account_owner("thief")
        keys = {
            "owner_key": kept_forms._owner_key(secret, thief),
            "page_key": kept_forms._page_key(secret, thief, bare),
        }
        session.execute(update(KeptForm).values(keys).execution_options(synchronize_session=False))
    with gateway.app.extensions["database"].scope(None) as session:
        assert kept_forms.find(session, secret, thief, bare) == []


@pytest.mark.parametrize("token", ("", "0" * 64, "a.b.c.d", "é", "."), ids=("none", "zeros", "parts", "accent", "dot"))
def test_a_form_that_is_not_ours_is_not_kept(gateway: Gateway, step: tuple[Browser, str], token: str) -> None:
    browser, page = step
    form = browser.form(page) | {"csrf_token": token}
    expire(gateway)
    answer = browser.post(page, **form, **CONTACT)
    assert answer.status_code == 303 and "kept=answers" not in answer.location
    assert not rows(gateway)


def test_a_form_sent_by_another_site_is_not_kept(gateway: Gateway, step: tuple[Browser, str]) -> None:
    browser, page = step
    form = browser.form(page)
    expire(gateway)
    browser.client.post(page, data=form | CONTACT, headers={"Sec-Fetch-Site": "cross-site"})
    assert not rows(gateway)


def test_passwords_are_never_kept(gateway: Gateway) -> None:
    browser, kept = gateway.visitor(person=specimens.FATHER), list[object]()

    def note(*given: object) -> bool:
        kept.append(given)
        return True

    form = browser.form("/en/account", "/en/account/password")
    expire(gateway)
    browser.post("/en/account/password", **form, old_password=PASSWORD, password="three unrelated words")
    assert not rows(gateway)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_forms, "keep", note)
        anybody = gateway.browser()
        anybody.submit("/en/sign-in", identifier="somebody@mahjar.example", password="wrong words here")
    assert "somebody@mahjar.example" in str(kept) and "wrong words here" not in str(kept)


def test_a_code_that_is_good_still_is_not_kept_for_whoever_sits_here_next(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new password was too short: the counter's code and the name of its account would open it to the next one."""
    kept = list[object]()

    def note(*given: object) -> bool:
        kept.append(given)
        return True

    monkeypatch.setattr(kept_forms, "keep", note)
    told = {"identifier": "somebody@mahjar.example", "code": "ABCD-EFGH", "password": "short"}
    answer = gateway.browser().submit("/en/recover/code", **told)
    assert answer.status_code == 422
    assert "somebody@mahjar.example" in str(kept) and "ABCD-EFGH" not in str(kept)


@pytest.mark.parametrize("language", ("ar", "en"))
def test_a_service_that_is_down_offers_to_send_the_same_again(gateway: Gateway, language: str) -> None:
    browser = gateway.visitor(person=specimens.MOTHER)
    page = f"/{language}/account/mandates/new"
    year = str(today().year + 1)
    until = {"until-day": "1", "until-month": "2", "until-year": year}
    told = {"agent_number": specimens.FATHER.national_number, "agent_given": specimens.FATHER.given_name}
    form = browser.form(page)
    gateway.wires["civil_registry"].is_cut = True
    answer = browser.post(page, **form, **told, **until, scope="all")
    assert answer.status_code == 503 and "Retry-After" in answer.headers
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text.split("<main")[1]))
    assert told.items() <= again.items() and again["key"] == form["key"] and again["until-year"] == year
    assert f'href="{page}"' in answer.text
    back = browser.get(page)
    assert shows(back.text, {**told, **until})
    gateway.wires["civil_registry"].mend()
    # Read as it was sent: no scope of that name is offered.
    assert browser.post(page, **{name: unescape(value) for name, value in again.items()}).status_code == 422


def test_an_error_of_ours_keeps_what_was_typed(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = gateway.visitor(person=specimens.FATHER)

    def breaks(*_: object) -> None:
        raise RuntimeError

    form = browser.form("/en/bookings/confirm")
    monkeypatch.setattr(gateway.app.extensions["consular"].bookings, "claim", breaks)
    told = {"booking_reference": "RUH-OLD-4711", "transaction": "passport-renewal"}
    assert browser.post("/en/bookings/confirm", **form, **told).status_code == 500
    assert shows(browser.get("/ar/bookings/confirm").text, told)


FORMS: dict[str, tuple[str, str, str, dict[str, str]]] = {
    # Who, page, action, what is typed.
    "mission": ("person", "/account", "/account/mission", {"mission": "BER"}),
    "booking": ("person", "/bookings/confirm", "", {"booking_reference": "OLD-1", "transaction": "passport-renewal"}),
    "mandate": (
        "person",
        "/account/mandates/new",
        "",
        {"agent_given": "ليلى", "scope": "individual-extract", "until-year": "2030"},
    ),
    "deed": (
        "person",
        "/account/mandates/paper/power_of_attorney",
        "",
        {"principal_given": "ليلى", "issued_on-day": "5"},
    ),
    "whom": ("person", "/apply/individual-extract/for/relative", "", {"given_name": "ليلى", "national_number": "012"}),
    "identity": (
        "unconfirmed",
        "/identity",
        "",
        {"given_name": "ليلى", "born-day": "7", "mother_name-unrecorded": "yes"},
    ),
    "calendar": ("head_of_mission", "/desk/proposals/new/closure", "", {"title_ar": "عطلة", "closes": "both"}),
    "extension": (
        "head_of_mission",
        "/desk/proposals/new/extension",
        "",
        {"days": "5", "transactions": "passport-renewal"},
    ),
    "standing": (
        "head_of_mission",
        "/desk/proposals/new/standing",
        "",
        {"law_source": "12", "transaction": "cash-allowance"},
    ),
}


@pytest.mark.parametrize("which", FORMS)
@pytest.mark.parametrize("language", ("ar", "en"))
def test_every_form_survives_the_end_of_the_session_and_a_change_of_language(
    gateway: Gateway, which: str, language: str
) -> None:
    role, page, action, told = FORMS[which]
    page, action = f"/{language}{page}", f"/{language}{action or page}"
    roles = {"person": ("expatriate", specimens.FATHER), "unconfirmed": ("expatriate", None)}
    kind, person = roles.get(role, (role, None))
    account, browser = gateway.account(kind, person=person), gateway.visitor(kind, person=person)
    form = browser.form(page, action)
    expire(gateway)
    led = browser.post(action, **form, **told).location
    assert enter(browser, account.email, led) == page
    other = page.replace(f"/{language}/", "/en/" if language == "ar" else "/ar/")
    for shown in (page, other):
        assert shows(browser.get(shown).text, told), shown


def test_a_refused_decision_keeps_its_note(gateway: Gateway, counter: Callable[..., Counter]) -> None:
    """Two forms on one page whose fields have the same names: the one that was sent is filled in, and unfolded."""
    filed = counter().until("in_review", "individual-extract")
    account, officer = gateway.account("officer"), gateway.visitor("officer")
    page = f"/en/desk/cases/{filed.reference}"
    action = f"{page}/return"
    form = officer.form(page, action)
    expire(gateway)
    led = officer.post(action, **form, note="الصورة غير واضحة").location
    assert led.startswith(f"/en/sign-in?next={page}&")
    assert enter(officer, account.email, led) == page
    text = officer.get(page).text
    assert shows(text, {"note": "الصورة غير واضحة"})
    assert re.search(r'<details open>\s*<summary accesskey="r"', text)


def test_a_reply_with_many_lines_has_room_for_all_of_them(gateway: Gateway, counter: Callable[..., Counter]) -> None:
    filed = counter().until("with_authority", "criminal-record")
    code = str(letters_of(filed)[0]["code"])
    account, officer = gateway.account("officer"), gateway.visitor("officer")
    page, action = f"/ar/desk/letters/{code}?finding=convicted", f"/ar/desk/letters/{code}/reply"
    form = officer.form(page, action)
    told = {f"entries-{line}-court": f"محكمة {line}" for line in range(7)}
    expire(gateway)
    led = officer.post(action, **form, **told).location
    assert enter(officer, account.email, led) == page
    assert shows(officer.get(page).text, told)


def test_a_form_of_an_earlier_session_of_the_same_account_opens_afresh(gateway: Gateway) -> None:
    account, browser = gateway.account(person=specimens.FATHER), gateway.visitor(person=specimens.FATHER)
    page, told = "/en/bookings/confirm", {"booking_reference": "OLD-2", "transaction": "passport-renewal"}
    form = browser.form(page)
    browser.post("/en/sign-out", csrf_token=form["csrf_token"])
    enter(browser, account.email, "/en/sign-in")
    answer = browser.post(page, **form, **told)
    assert (answer.status_code, answer.location) == (303, page)
    assert shows(browser.get(page).text, told)


def test_a_form_of_another_account_does_nothing_and_waits_for_its_own(gateway: Gateway) -> None:
    father, browser = gateway.account(person=specimens.FATHER), gateway.visitor(person=specimens.FATHER)
    page, told = "/en/bookings/confirm", {"booking_reference": "OLD-3", "transaction": "passport-renewal"}
    form = browser.form(page)
    browser.post("/en/sign-out", csrf_token=form["csrf_token"])
    enter(browser, gateway.account(person=specimens.MOTHER).email, "/en/sign-in")
    answer = browser.post(page, **form, **told)
    assert answer.status_code == 403 and "OLD-3" not in answer.text
    assert "OLD-3" not in browser.get(page).text
    browser.submit("/en/sign-out", page="/en/account")
    enter(browser, father.email, "/en/sign-in")
    assert shows(browser.get(page).text, told)


def test_two_fresh_tabs_of_the_sign_in_both_work(gateway: Gateway) -> None:
    account, first, second = gateway.account(person=specimens.FATHER), gateway.browser(), gateway.browser()
    forms = [first.form("/en/sign-in"), second.form("/en/sign-in")]
    for token in forms:
        # Both tabs are of one browser: the cookie of the second has replaced that of the first.
        answer = second.client.post(
            "/en/sign-in", data={**token, "identifier": account.email, "password": PASSWORD}, headers=SAME_SITE
        )
        assert (answer.status_code, answer.location) == (303, "/en/applications")


@pytest.mark.parametrize("headers", ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}))
def test_the_form_of_another_browser_is_refused_unless_the_browser_vouches(
    gateway: Gateway, headers: dict[str, str]
) -> None:
    account, mine = gateway.account(person=specimens.FATHER), gateway.browser()
    form = gateway.browser().form("/en/sign-in")
    told = {**form, "identifier": account.email, "password": PASSWORD}
    assert mine.client.post("/en/sign-in", data=told, headers=headers).status_code == 403


def test_what_nobody_signed_in_typed_is_shown_once(gateway: Gateway) -> None:
    browser = gateway.browser()
    answer = browser.submit("/en/sign-up", email="nobody", password="short", mission="RUH")
    assert answer.status_code == 422 and 'href="/ar/sign-up"' in answer.text
    assert shows(browser.get("/ar/sign-up").text, {"email": "nobody", "mission": "RUH"})
    assert not shows(browser.get("/en/sign-up").text, {"email": "nobody"})


def test_typing_is_kept_before_it_is_sent(gateway: Gateway, step: tuple[Browser, str]) -> None:
    browser, page = step
    kept = browser.post("/en/kept", **browser.form(page), **CONTACT, form_action=page)
    assert kept.status_code == 204
    assert shows(browser.get(page.replace("/en/", "/ar/")).text, CONTACT)
    assert browser.post("/en/kept", **browser.form(page), **CONTACT, form_action="/en/nowhere").status_code == 404


def test_the_second_tab_sees_what_the_first_changed(gateway: Gateway, step: tuple[Browser, str]) -> None:
    browser, page = step
    first, second = browser.form(page), browser.form(page)
    theirs, mine = {**CONTACT, "emergency_name": "ليلى"}, {**CONTACT, "emergency_name": "سامر"}
    assert browser.post(page, **first, **theirs).status_code == 303
    answer = browser.post(page, **second, **mine)
    assert answer.status_code == 409
    changed = re.findall(r"<td><bdi[^>]*>([^<]*)</bdi></td>", answer.text)
    assert changed == ["ليلى", "سامر"]
    assert shows(answer.text, mine)
    assert shows(_saved(gateway, page), {"emergency_name": "ليلى"})
    seen = re.findall(r'name="seen" value="([^"]+)"', answer.text)
    assert browser.post(page, **{**second, "seen": seen[0]}, **mine).status_code == 303
    assert shows(browser.get(page).text, {"emergency_name": "سامر"})


def test_the_same_answers_from_two_tabs_are_no_conflict(gateway: Gateway, step: tuple[Browser, str]) -> None:
    browser, page = step
    forms = [browser.form(page), browser.form(page)]
    told = {**CONTACT, "emergency_name": "ليلى"}
    assert [browser.post(page, **form, **told).status_code for form in forms] == [303, 303]


def _saved(gateway: Gateway, page: str) -> str:
    """The step as it is saved, with nothing put back."""
    with gateway.app.extensions["database"].scope(None) as session:
        session.query(KeptForm).delete()
    return gateway.visitor(person=specimens.MOTHER).get(page).text


def test_moving_the_account_in_two_tabs(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.STUDENT)
    first, second = (browser.form("/en/account", "/en/account/mission") for _ in range(2))
    assert browser.post("/en/account/mission", **first, mission="BER").status_code == 303
    answer = browser.post("/en/account/mission", **second, mission="IST")
    assert answer.status_code == 409 and "Berlin" in answer.text
    again = browser.form("/en/account", "/en/account/mission")
    assert browser.post("/en/account/mission", **{**again, "seen": "BER"}, mission=HOME).status_code == 303


@pytest.mark.parametrize("language", ("ar", "en"))
def test_the_service_that_was_wanted_comes_after_sign_up_and_confirmation(gateway: Gateway, language: str) -> None:
    gateway.release(specimens.ELDER)
    browser, wanted = gateway.browser(), f"/{language}/apply/individual-extract"
    led = browser.get(wanted).location
    page = browser.get(led).text
    assert f'href="/{language}/sign-up?next={wanted.replace("/", "%2F")}"' in page or f'/sign-up?next={wanted}"' in page
    sign_up = browser.form(f"/{language}/sign-up?next={wanted}", f"/{language}/sign-up")
    told = {"email": f"elder.{language}@mahjar.example", "password": "three unrelated words", "mission": HOME}
    led = browser.post(f"/{language}/sign-up", **sign_up, **told).location
    assert led == f"/{language}/sign-up/code?next={wanted}"
    typed = {"code": gateway.mails(told["email"])[-1][1]["code"]}
    led = browser.post(f"/{language}/sign-up/code", **browser.form(led, f"/{language}/sign-up/code"), **typed).location
    assert led == f"/{language}/identity?next={wanted}"
    identity = browser.form(led, f"/{language}/identity")
    born = specimens.ELDER.born
    date = {"born-day": str(born.day), "born-month": str(born.month), "born-year": str(born.year)}
    assert browser.post(f"/{language}/identity", **identity, **specimens.ELDER.identity() | date).location == wanted


@pytest.mark.parametrize(
    "wanted", ("https://evil.example/", "//evil.example", "/\\evil.example", "/en/sign-out", "/en//x")
)
def test_sign_up_and_confirmation_lead_nowhere_else(gateway: Gateway, wanted: str) -> None:
    browser = gateway.browser()
    for page in ("sign-up", "sign-in"):
        assert 'name="next"' not in browser.get(f"/en/{page}", query_string={"next": wanted}).text
    unconfirmed = gateway.visitor()
    assert 'name="next"' not in unconfirmed.get("/en/identity", query_string={"next": wanted}).text


def test_an_answer_is_typed_in_every_step(gateway: Gateway) -> None:
    """Every kind of question there is comes back as it was typed."""
    browser = gateway.visitor(person=specimens.WOMAN)
    account = gateway.account(person=specimens.WOMAN)
    reference = begin(browser, "passport-renewal")
    for step in dict.fromkeys(one.step for one in CATALOGUE["passport-renewal"].questions):
        page = f"/ar/applications/{reference}/questions/{step}"
        told = {
            k: v for one in CATALOGUE["passport-renewal"].questions if one.step == step for k, v in typed(one).items()
        }
        form = browser.form(page)
        expire(gateway)
        led = browser.post(page, **form, **told).location
        enter(browser, account.email, led)
        assert shows(browser.get(page).text, told), step
        gateway.forget_tries()


def scan_of(name: str) -> dict[str, tuple[BytesIO, str]]:
    """A chosen file, as a form sends it."""
    return {name: (BytesIO(pdf(1)), "scan.pdf")}


@pytest.mark.parametrize("language", ("ar", "en"))
def test_a_file_that_an_ended_session_refused_is_not_dropped_silently(gateway: Gateway, language: str) -> None:
    account, browser = gateway.account(person=specimens.MOTHER), gateway.visitor(person=specimens.MOTHER)
    page = f"/{language}/applications/{begin(browser, 'passport-renewal')}/papers"
    said = language_of(language).text("unsent.file.title")
    assert said not in browser.get(page).text
    form = browser.form(page)
    expire(gateway)
    led = browser.post(page, **form, **scan_of("file-identity")).location
    assert said in browser.get(led).text
    back = enter(browser, account.email, led)
    assert back == f"{page}?unsent=file" and said in browser.get(back).text
    # A second tab, still of the session before: its page opens afresh, and says so as well.
    again = browser.post(page, **form, **scan_of("file-identity"))
    assert (again.status_code, again.location) == (303, back)


def test_a_file_and_answers_that_need_a_proof_first(gateway: Gateway) -> None:
    """The answers come back after the proof; the file has to be chosen again, and its owner is told."""
    browser = gateway.visitor(person=specimens.FATHER)
    page, told = "/en/account/mandates/paper/power_of_attorney", {"principal_given": "ليلى", "issued_on-day": "5"}
    form = browser.form(page)
    with gateway.app.extensions["database"].scope(None) as session:
        values = {"proved_at": AuthSession.proved_at - timedelta(hours=1)}
        session.execute(update(AuthSession).values(values).execution_options(synchronize_session=False))
    led = browser.post(page, **form, **told, **scan_of("file")).location
    asked = browser.get(led).text
    assert language_of("en").text("unsent.file.title") in asked
    proof = browser.form(led, "/en/account/proof")
    back = browser.post("/en/account/proof", **proof, old_password=PASSWORD).location
    assert back == f"{page}?unsent=file"
    assert shows(browser.get(back).text, told)


def test_a_body_that_is_too_large_for_an_ended_session_still_leads_to_the_sign_in(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = gateway.visitor(person=specimens.MOTHER)
    page = f"/en/applications/{begin(browser, 'passport-renewal')}/papers"
    form = browser.form(page)
    expire(gateway)
    monkeypatch.setitem(LIMITS, "papers.send", 100)
    answer = browser.post(page, **form, **scan_of("file-identity"))
    assert answer.status_code == 303 and answer.location.startswith("/en/sign-in?")
    assert language_of("en").text("unsent.file.title") in browser.get(answer.location).text


def test_a_form_is_kept_where_something_else_is_missing_first(gateway: Gateway) -> None:
    """The address lost its confirmation while the form was open: what was typed waits, and its page comes after."""
    email, page = "unsure@mahjar.example", "/en/identity"
    browser, told = gateway.signed_up(email, HOME), {"given_name": "ليلى", "born-day": "7"}
    form = browser.form(page)
    with gateway.app.extensions["database"].scope(None) as session:
        account = register.find(session, gateway.app.extensions["settings"].secret, email)
        assert account is not None
        confirmed_at, account.email_confirmed_at = account.email_confirmed_at, None
    led = browser.post(page, **form, **told).location
    assert led == f"/en/account/contact?next={page}"
    sent = browser.post("/en/account/contact", **browser.form(led, "/en/account/contact")).location
    assert f"next={page}" in sent
    with gateway.app.extensions["database"].scope(None) as session:
        account = register.find(session, gateway.app.extensions["settings"].secret, email)
        assert account is not None
        account.email_confirmed_at = confirmed_at
    assert shows(browser.get(page).text, told)


def test_a_long_text_in_arabic_fits_into_what_is_kept(gateway: Gateway) -> None:
    browser, long = gateway.visitor(person=specimens.FATHER), "نص طويل " * 3_000
    page = "/ar/bookings/confirm"
    form = browser.form(page)
    expire(gateway)
    assert "kept=answers" in browser.post(page, **form, booking_reference=long).location


def switch(page: str, action: str) -> re.Match[str]:
    """The button that changes the language, in the form of an address."""
    form = next(one for one in re.findall(r"<form\b.*?</form>", page, re.S) if f'action="{action}"' in one)
    found = re.search(
        rf'<noscript>.*name="typed_into" value="{action}".* formaction="([^"]+)".*</noscript></form>', form, re.S
    )
    assert found, form
    assert "<button" not in form[form.index("<noscript>") :].replace("<button", "", 1)
    return found


@pytest.mark.parametrize("which", FORMS)
@pytest.mark.parametrize("language", ("ar", "en"))
def test_every_form_goes_along_into_the_other_language_without_a_script(
    gateway: Gateway, which: str, language: str
) -> None:
    role, page, action, told = FORMS[which]
    page, action = f"/{language}{page}", f"/{language}{action or page}"
    kind, person = {"person": ("expatriate", specimens.FATHER), "unconfirmed": ("expatriate", None)}.get(
        role, (role, None)
    )
    browser = gateway.visitor(kind, person=person)
    shown = browser.get(page).text
    assert 'class="language" href="#other-language"' in shown and shown.count('id="other-language"') == 1
    address = unescape(switch(shown, action)[1])
    answer = browser.post(address, **(browser.form(page, action) | told), typed_into=action)
    other = page.replace(f"/{language}/", "/en/" if language == "ar" else "/ar/", 1)
    assert (answer.status_code, answer.location) == (303, other)
    assert shows(browser.get(other).text, told)


@pytest.mark.parametrize("language", ("ar", "en"))
def test_a_chosen_file_is_not_sent_to_change_the_language_and_is_said_to_be_gone(
    gateway: Gateway, language: str
) -> None:
    browser, other = gateway.visitor(person=specimens.FATHER), "en" if language == "ar" else "ar"
    page = f"/{language}/account/mandates/paper/power_of_attorney"
    shown = browser.get(page).text
    address = unescape(switch(shown, page)[1])
    assert 'type="file"' in shown and address == f"/{language}/kept/language?files=scan"
    assert 'formenctype="application/x-www-form-urlencoded"' in shown
    sent = browser.form(page, page) | {"principal_given": "ليلى", "scan": "deed.pdf"}
    back = f"/{other}/account/mandates/paper/power_of_attorney"
    assert browser.post(address, **sent, typed_into=page).location == f"{back}?unsent=file"
    assert shows(browser.get(f"{back}?unsent=file").text, {"principal_given": "ليلى"})
    assert "deed.pdf" not in browser.get(back).text
    assert browser.post(address, **(sent | {"scan": ""}), typed_into=page).location == back


def test_text_that_is_too_long_to_go_along_is_not_lost_silently(gateway: Gateway, step: tuple[Browser, str]) -> None:
    browser, page = step
    form = browser.form(page, page) | {"emergency_name": "x" * 70_000}
    answer = browser.post("/en/kept/language", **form, typed_into=page)
    assert answer.status_code == 409 and "too much text" in answer.text


def test_a_page_where_nothing_is_typed_has_a_plain_link(gateway: Gateway) -> None:
    assert "other-language" not in gateway.browser().get("/en/").text
