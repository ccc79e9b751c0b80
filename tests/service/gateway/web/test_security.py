"""What every answer of the gateway carries and refuses, tried on every route it has."""

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from werkzeug.routing import Rule

from deploy.demo.population import specimens
from services.gateway.web import security
from services.gateway.web.access.pages import PAGES
from services.gateway.web.access.roles import ANYONE
from services.gateway.web.security import BODY_BYTES, LASTING, UPLOAD_BYTES, WITHOUT_SESSION, WITHOUT_TOKEN
from shared.identity.actor import OFFICER_ROLES
from tests.conftest import ServiceClient
from tests.factories.gateway import Browser, Gateway, build
from tests.factories.gateway.routes import FILLING, value_for

OPEN_DATA = {"openings", "draws_data", "draw_data", "draw_file", "draws.feed", "seats.feed"}
# Where an office lies; the address is a link that loads nothing.
MAP = "https://www.openstreetmap.org"


def address(gateway: Gateway, rule: Rule) -> str:
    """An address of the route; whether the thing exists does not matter here."""
    given = {name: value_for(rule, name) for name in rule.arguments}
    return gateway.app.url_map.bind("").build(rule.endpoint, given, method=sorted(rule.methods or ())[0])


def routes(gateway: Gateway, method: str) -> list[tuple[str, str]]:
    """(endpoint, address) of every route that takes the method."""
    return [
        (rule.endpoint, address(gateway, rule))
        for rule in gateway.app.url_map.iter_rules()
        if method in (rule.methods or ())
    ]


@pytest.fixture(scope="session")
def secure(
    environment: Callable[[str], dict[str, str]], service_client: Callable[[str], ServiceClient], registers: int
) -> Iterator[Gateway]:
    """The gateway as people reach it by https."""
    made = build(environment, service_client, MAHJAR_PUBLIC_URL="https://mahjar.example")
    yield made
    made.app.extensions["database"].engine.dispose()


def check_headers(headers: object, where: str) -> None:
    """The headers no answer goes without."""
    told = dict(headers)  # type: ignore[call-overload]
    policy = told["Content-Security-Policy"]
    assert "unsafe" not in policy and "*" not in policy, where
    for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert part in policy, (where, part)
    assert told["X-Content-Type-Options"] == "nosniff", where
    assert told["Referrer-Policy"] == "same-origin", where
    assert told["Cross-Origin-Opener-Policy"] == "same-origin", where
    assert "charset=utf-8" in told["Content-Type"] or not told["Content-Type"].startswith("text/"), where


def test_every_answer_carries_the_headers_whoever_asks(gateway: Gateway) -> None:
    for visitor in (gateway.browser(), gateway.visitor(person=specimens.FATHER)):
        for method in ("GET", "POST"):
            for endpoint, path in routes(gateway, method):
                answer = visitor.client.open(path, method=method, buffered=True)
                check_headers(answer.headers, f"{method} {path}")
                if endpoint not in LASTING or answer.status_code >= 400:
                    assert answer.headers["Cache-Control"] == caching(endpoint, method, answer.status_code, visitor), (
                        path
                    )
                gateway.forget_tries()


def caching(endpoint: str, method: str, status: int, visitor: Browser) -> str:
    """Pages for everybody may be shown again by a browser that nobody signed in from, data for programs by anybody;
    nothing else is stored."""
    if endpoint in OPEN_DATA and status < 400:
        return "public, no-cache"
    signed_in = visitor.client.get("/en/account").status_code == 200
    of_a_person = endpoint in ("track.show", "verify.find", "verify.show") or endpoint.startswith("recovery.")
    is_page = PAGES[endpoint] == ANYONE and endpoint not in WITHOUT_SESSION and not of_a_person
    is_public = is_page and method == "GET" and status < 400 and not signed_in
    return "private, no-cache" if is_public else "no-store"


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/ar/no-such-page", "GET", 404),
        ("/en/services/no-such-service", "GET", 404),
        ("/zz/", "GET", 404),
        ("/ar/about", "POST", 405),
        ("/ar/", "OPTIONS", 405),
        ("/ar/", "TRACE", 405),
        ("/ar/sign-in", "POST", 403),
    ],
)
def test_faults_are_pages_with_headers(gateway: Gateway, path: str, method: str, status: int) -> None:
    answer = gateway.browser().client.open(path, method=method, buffered=True)
    assert answer.status_code == status
    assert "<h1>" in answer.text
    check_headers(answer.headers, path)


def test_an_unforeseen_error_says_nothing_of_itself(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(gateway.app.extensions["consular"].offers, "missions", breaks)
    answer = gateway.browser().get("/en/sign-up")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    check_headers(answer.headers, "500")


def test_no_page_has_inline_script_or_style(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.FATHER)
    for _, path in routes(gateway, "GET"):
        browser.get(path)
    assert len(browser.pages) > 20
    for page in browser.pages:
        assert not re.search(r"<script(?![^>]+(src|nonce)=)|\sstyle=|\son[a-z]+=|javascript:", page)
        # Nothing is loaded from elsewhere or sent there; a link that somebody follows leads to the map alone.
        # The whole addresses of the page itself are for search engines.
        loading = re.sub(r'<link rel="(alternate|canonical)"[^>]+>', "", page)
        assert not re.search(r'(src|action)="(https?:)?//|<link[^>]+href="(https?:)?//', loading)
        assert set(re.findall(r'<a [^>]*href="((?:https?:)?//[^/"]+)', page)) <= {MAP}


def test_unsafe_calls_without_the_token_change_nothing(gateway: Gateway) -> None:
    officer, expatriate = gateway.visitor("head_of_mission"), gateway.visitor(person=specimens.FATHER)
    unconfirmed, registrar = gateway.visitor(), gateway.visitor("registrar")
    declared = gateway.declared(specimens.ELDER, f"{uuid.uuid4().hex}@example.org")
    before = asked(gateway)
    for endpoint, path in routes(gateway, "POST"):
        if endpoint in WITHOUT_TOKEN:
            continue
        answers = [
            visitor.client.post(path, data=form)
            for visitor in (officer, expatriate, unconfirmed, declared, registrar)
            for form in ({}, {"csrf_token": "0" * 64}, {"csrf_token": "é"})
        ]
        assert {answer.status_code for answer in answers} <= {303, 403}, path
        assert any("too long" in one.text or "طويلًا" in one.text for one in answers), path
        assert any("open this page again</h1>" in one.text or "افتح الصفحة من جديد</h1>" in one.text for one in answers)
    assert before == asked(gateway)


def asked(gateway: Gateway) -> dict[str, list[tuple[str, str]]]:
    """What went out to each service, but for what any page reads afresh once in a while."""
    told = {("GET", "/notices/unread"), ("GET", "/missions")}
    return {name: [one for one in wire.asked if one not in told] for name, wire in gateway.wires.items()}


def test_the_token_of_another_session_or_site_is_refused(gateway: Gateway) -> None:
    mine, stranger = gateway.browser(), gateway.browser()
    token = stranger.token("/en/sign-in")
    mine.get("/en/sign-in")
    assert mine.post("/en/sign-in", csrf_token=token).status_code == 403
    own = mine.token("/en/sign-in")
    crossed = mine.client.post("/en/sign-in", data={"csrf_token": own}, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 403


def cookie_of(answer: object) -> str:
    return str(answer.headers.get("Set-Cookie", ""))  # type: ignore[attr-defined]


def test_cookies_on_plain_http_and_behind_https(gateway: Gateway, secure: Gateway) -> None:
    plain = cookie_of(gateway.browser().get("/en/sign-in"))
    assert plain.startswith("session=") and "HttpOnly" in plain and "SameSite=Lax" in plain and "Path=/" in plain
    assert "Secure" not in plain and "Domain" not in plain
    answer = secure.browser().client.get("/en/sign-in", base_url="https://mahjar.example")
    strict = cookie_of(answer)
    assert strict.startswith("__Host-session=") and "Secure" in strict and "HttpOnly" in strict
    assert "SameSite=Lax" in strict and "Path=/" in strict and "Domain" not in strict
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Strict-Transport-Security" not in gateway.browser().get("/en/").headers


def test_pages_without_a_form_set_no_cookie(gateway: Gateway) -> None:
    for path in ("/ar/", "/en/services/passport-renewal", "/en/about", "/health"):
        assert cookie_of(gateway.browser().get(path)) == ""


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/ar/no-such-page",
        "/ar/sign-out",
        "/en/account\r\nSet-Cookie: a=b",
        "evil",
        "",
    ],
)
def test_sign_in_leads_nowhere_else(gateway: Gateway, wanted: str) -> None:
    account = gateway.account(person=specimens.FATHER)
    browser = gateway.browser()
    answer = browser.submit("/en/sign-in", identifier=account.email, password=account.password, next=wanted)
    assert (answer.status_code, answer.location) == (303, "/en/applications")


def test_sign_in_leads_back_to_the_page_that_was_wanted(gateway: Gateway) -> None:
    browser, account = gateway.browser(), gateway.account(person=specimens.FATHER)
    first = browser.get("/en/apply/passport-renewal")
    assert first.location == "/en/sign-in?next=/en/apply/passport-renewal"
    entered = browser.submit(
        "/en/sign-in",
        first.location,
        identifier=account.email,
        password=account.password,
        next="/en/apply/passport-renewal",
    )
    assert entered.location == "/en/apply/passport-renewal"


@pytest.mark.parametrize("query", ["?lang=//evil.example", "?next=https://evil.example", "?endpoint=static"])
def test_the_language_switch_stays_on_the_page(gateway: Gateway, query: str) -> None:
    page = gateway.browser().get(f"/ar/services/passport-renewal{query}").text
    assert re.search(r'class="language" href="/en/services/passport-renewal(\?[^"]*)?" lang="en"', page)
    assert not re.search(r'href="(https?:)?//[^"/]*evil', page)
    assert gateway.browser().get("//evil.example/%2e%2e").status_code == 404


@pytest.mark.parametrize(
    ("accepts", "language"),
    [
        ("", "ar"),
        ("en-GB,en;q=0.9", "en"),
        ("de,en;q=0.5", "en"),
        ("fr", "ar"),
        ("ar-SY,en;q=0.9", "ar"),
        (";;q=x", "ar"),
    ],
)
def test_the_front_door_follows_the_browser(gateway: Gateway, accepts: str, language: str) -> None:
    answer = gateway.browser().get("/", headers={"Accept-Language": accepts})
    assert (answer.status_code, answer.location) == (302, f"/{language}/")
    assert answer.headers["Vary"] == "Accept-Language"


ROLES = ("clerk", "officer", "cashier", "head_of_mission", "auditor", "registrar", "administrator")


@pytest.mark.parametrize("role", ("anonymous", "contact", "confirmed", *ROLES))
def test_each_page_opens_for_whom_the_table_says(gateway: Gateway, role: str) -> None:
    visitors: dict[str, Callable[[], Browser]] = {
        "anonymous": gateway.browser,
        "contact": gateway.visitor,
        "confirmed": lambda: gateway.visitor(person=specimens.FATHER),
    }
    visitor = visitors.get(role, lambda: gateway.visitor(role))()
    for endpoint, path in routes(gateway, "GET"):
        answer = visitor.client.get(path, buffered=True)
        gateway.forget_tries()
        if role in PAGES[endpoint]:
            assert answer.status_code != 403 or endpoint.startswith("desk."), path
            assert "/sign-in?" not in (answer.location or ""), path
        elif role == "anonymous":
            assert answer.location and answer.location.startswith("/ar/sign-in?next="), path
        elif role == "contact" and {"confirmed", "declared"} & PAGES[endpoint] and not endpoint.startswith("identity."):
            assert answer.location and answer.location.startswith("/ar/identity?next="), path
        else:
            assert answer.status_code == 403, path


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_each_role_reads_what_it_is_in_its_account(gateway: Gateway, role: str, language: str) -> None:
    assert gateway.visitor(role).get(f"/{language}/account").status_code == 200


def test_the_table_opens_no_page_of_persons_to_staff_or_of_staff_to_persons() -> None:
    for endpoint, allowed in PAGES.items():
        if endpoint.startswith("desk."):
            assert allowed <= OFFICER_ROLES, endpoint
        elif "confirmed" in allowed and allowed != ANYONE and endpoint.partition(".")[0] in ("apply", "papers", "pay"):
            assert allowed <= {"confirmed", "declared"}, endpoint


def test_a_route_outside_the_table_opens_for_nobody(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(PAGES, "about.show")
    assert gateway.browser().get("/en/about").status_code == 403
    assert gateway.visitor("administrator").get("/en/about").status_code == 403


@pytest.mark.parametrize(("path", "size"), [("/en/sign-in", BODY_BYTES), ("/provider/webhook", BODY_BYTES)])
def test_bodies_have_a_limit(gateway: Gateway, path: str, size: int) -> None:
    answer = gateway.browser().client.post(
        path, data=b"a=" + b"x" * size, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 413


def test_uploads_have_a_limit_of_their_own(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.FATHER)
    path = f"/en/applications/{FILLING['reference']}/papers/photo"
    answer = browser.client.post(path, data=b"x" * (UPLOAD_BYTES + 1), content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "8 MB" in answer.text


def test_a_planted_form_token_that_nobody_checks_is_seen(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "check_token", lambda: None)
    with pytest.raises(AssertionError):
        test_unsafe_calls_without_the_token_change_nothing(gateway)
