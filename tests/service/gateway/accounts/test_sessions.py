"""Signing in and what it leaves behind: sessions that end, tries that are counted, nothing that tells who exists."""

from datetime import date, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update

from deploy.demo.population import specimens
from services.gateway.accounts import sessions, throttle
from services.gateway.accounts.contact.emails import fold_email
from services.gateway.accounts.devices import device_key
from services.gateway.accounts.keyed import keyed_hash
from services.gateway.accounts.model import Account, AccountDevice, Attempt, AuthSession
from services.gateway.accounts.passwords import hash_password
from services.gateway.accounts.registration import register
from services.gateway.accounts.throttle import KEPT_BY_ADDRESS, SIGN_IN_BY_ADDRESS, address_prefix, network_limits
from shared.database import db
from shared.database.audit import event
from tests.factories.gateway import PASSWORD, Browser, Gateway

# The test client's.
NETWORK = "127.0.0.0/24"


def token_of(browser: Browser) -> str:
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def device_of(browser: Browser) -> str:
    cookie = browser.client.get_cookie("device")
    assert cookie is not None
    return cookie.value


def age(gateway: Gateway, **by: timedelta) -> None:
    """Moves the limits of every open session."""
    with gateway.app.extensions["database"].scope(None) as session:
        values = {name: getattr(AuthSession, name) - span for name, span in by.items()}
        session.execute(update(AuthSession).values(values).execution_options(synchronize_session=False))


def test_signing_in_gives_a_new_id_and_keeps_only_its_hash(gateway: Gateway) -> None:
    browser, account = gateway.browser(), gateway.account(person=specimens.SON)
    browser.get("/en/sign-in")
    before = token_of(browser)
    browser.submit("/en/sign-in", identifier=account.email, password=PASSWORD)
    after = token_of(browser)
    assert before != after
    with gateway.app.extensions["database"].scope(None) as session:
        keys = list(session.scalars(select(AuthSession.token_key)))
    assert keys and after not in keys and before not in keys
    thief = gateway.browser()
    thief.client.set_cookie("session", before)
    assert thief.get("/en/account").status_code == 303


def test_signing_in_twice_ends_the_first_session(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.SON)
    first, account = token_of(browser), gateway.account(person=specimens.SON)
    form = {"identifier": account.email, "password": PASSWORD}
    browser.submit("/en/sign-in", page="/en/account", **form)
    old = gateway.browser()
    old.client.set_cookie("session", first)
    assert old.get("/en/account").status_code == 303


def test_signing_out_kills_the_session_for_good(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.SON)
    token = token_of(browser)
    answer = browser.submit("/en/sign-out", page="/en/account")
    assert (answer.status_code, answer.location) == (303, "/en/")
    assert browser.client.get_cookie("session") is None
    again = gateway.browser()
    again.client.set_cookie("session", token)
    assert again.get("/en/account").location == "/en/sign-in?next=/en/account"


@pytest.mark.parametrize(
    ("role", "idle", "whole"),
    [
        ("expatriate", timedelta(minutes=30), timedelta(hours=12)),
        ("officer", timedelta(minutes=15), timedelta(hours=8)),
    ],
)
def test_sessions_end_idle_and_absolutely(gateway: Gateway, role: str, idle: timedelta, whole: timedelta) -> None:
    page = "/en/desk" if role == "officer" else "/en/applications"
    for limit, span in (("idle_ends_at", idle), ("ends_at", whole)):
        browser = gateway.visitor(role, person=None if role == "officer" else specimens.SON)
        age(gateway, **{limit: span - timedelta(minutes=1)})
        assert browser.get(page).status_code == 200
        age(gateway, **{limit: timedelta(minutes=1)})
        assert browser.get(page).status_code == 303


@pytest.mark.parametrize(
    ("role", "longer"), [("expatriate", timedelta(minutes=60)), ("officer", timedelta(minutes=30))]
)
def test_a_page_with_a_form_gives_more_time(gateway: Gateway, role: str, longer: timedelta) -> None:
    browser = gateway.visitor(role)
    browser.get("/en/account")
    browser.get("/en/")
    age(gateway, idle_ends_at=longer - timedelta(minutes=1), seen_at=longer)
    assert browser.get("/en/session").get_json()["left"] <= 60
    age(gateway, idle_ends_at=timedelta(minutes=1))
    assert browser.get("/en/account").status_code == 303


def test_use_prolongs_a_session_but_never_beyond_its_end(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.SON)
    age(gateway, idle_ends_at=timedelta(minutes=29), seen_at=timedelta(minutes=29))
    assert browser.get("/en/account").status_code == 200
    age(gateway, idle_ends_at=timedelta(minutes=29))
    assert browser.get("/en/account").status_code == 200
    age(gateway, ends_at=timedelta(hours=12))
    assert browser.get("/en/account").status_code == 303


def test_sessions_long_over_are_forgotten_at_the_next_sign_in(gateway: Gateway) -> None:
    gateway.visitor(person=specimens.MOTHER)
    age(gateway, ends_at=timedelta(days=31))
    gateway.visitor(person=specimens.MOTHER)
    with gateway.app.extensions["database"].scope(None) as session:
        mine = select(AuthSession).join(AuthSession.account).where(Account.person == specimens.MOTHER.person)
        assert len(session.scalars(mine).all()) == 1


def test_tries_whose_time_is_over_are_forgotten(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    # A network has another hash on another day, and midnight may come in between.
    day = date(2031, 5, 6)
    monkeypatch.setattr(throttle, "local_date", lambda *_: day)
    form = {"identifier": "once@mahjar.example", "password": "wrong words here"}
    gateway.browser().submit("/en/sign-in", **form)
    with gateway.app.extensions["database"].scope(None) as session:
        values = {"ends_at": Attempt.ends_at - timedelta(hours=2)}
        session.execute(update(Attempt).values(values).execution_options(synchronize_session=False))
        before = set(session.scalars(select(Attempt.key)))
    gateway.browser().submit("/en/sign-in", **{**form, "identifier": "another@mahjar.example"})
    secret = gateway.app.extensions["settings"].secret
    renewed = {keyed_hash(secret, f"{limit.kind} {day}", NETWORK) for limit in (SIGN_IN_BY_ADDRESS, KEPT_BY_ADDRESS)}
    with gateway.app.extensions["database"].scope(None) as session:
        assert len(before) == 5
        # The account's two counts and what was kept for the first browser are gone, the network's begin anew.
        assert before & set(session.scalars(select(Attempt.key))) == renewed
        counts = session.execute(select(Attempt.count, Attempt.ends_at > func.now()).where(Attempt.key.in_(renewed)))
        assert [tuple(row) for row in counts] == [(1, True), (1, True)]


def test_a_disabled_account_is_out_at_once(gateway: Gateway) -> None:
    browser, account = gateway.visitor("clerk", "BER"), gateway.account("clerk", "BER")
    which = update(Account).where(Account.email == account.email)
    with gateway.app.extensions["database"].scope(None) as session:
        session.execute(which.values(disabled_at=db.now(session)))
    assert browser.get("/en/account").status_code == 303
    answer = gateway.browser().submit("/en/sign-in", identifier=account.email, password=PASSWORD)
    assert answer.status_code == 422
    with gateway.app.extensions["database"].scope(None) as session:
        session.execute(which.values(disabled_at=None))


def test_a_new_password_ends_every_other_session(gateway: Gateway) -> None:
    here, there = gateway.visitor(person=specimens.DAUGHTER), gateway.visitor(person=specimens.DAUGHTER)
    wrong = here.submit(
        "/en/account/password", page="/en/account", old_password="not this", password="entirely new words"
    )
    assert wrong.status_code == 422 and "not your current password" in wrong.text
    short = here.submit("/en/account/password", page="/en/account", old_password=PASSWORD, password="short")
    assert short.status_code == 422 and "at least" in short.text
    done = here.submit("/en/account/password", page="/en/account", old_password=PASSWORD, password="entirely new words")
    assert done.location == "/en/account?done=password"
    assert here.get("/en/account").status_code == 200
    assert there.get("/en/account").status_code == 303


def test_others_can_be_signed_out_from_the_account_page(gateway: Gateway) -> None:
    here, there = gateway.visitor(person=specimens.DIVORCED), gateway.visitor(person=specimens.DIVORCED)
    assert "On <bdi>2</bdi> devices" in here.get("/en/account").text
    here.submit("/en/account/sessions", page="/en/account")
    assert here.get("/en/account").status_code == 200
    assert there.get("/en/account").status_code == 303


def test_the_refusal_is_the_same_whether_the_account_exists(gateway: Gateway) -> None:
    known = gateway.account(person=specimens.SON).email
    texts = []
    for identifier in (known, "nobody@mahjar.example", specimens.SON.national_number, "04999999999", "' or 1=1 --", ""):
        answer = gateway.browser().submit("/en/sign-in", identifier=identifier, password="wrong words here")
        assert answer.status_code == 422
        texts.append(answer.text.split("<h1>")[0].split('role="alert"')[1].split("</section>")[0])
        gateway.forget_tries()
    assert len(set(texts)) == 1


def test_the_national_number_signs_in_in_any_digits(gateway: Gateway) -> None:
    gateway.account(person=specimens.SON)
    arabic = specimens.SON.national_number.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    answer = gateway.browser().submit("/ar/sign-in", identifier=f" {arabic} ", password=PASSWORD)
    assert answer.location == "/ar/applications"


@pytest.mark.parametrize("form", ["{n}@mahjar.example", "mobile.{n}@mahjar.example", "Sami <tel.{n}@mahjar.example>"])
def test_an_address_with_eleven_digits_is_nobodys_number(gateway: Gateway, form: str) -> None:
    """Such as a telephone's: read as a national number as well, it would be the name of two accounts."""
    number, typed = specimens.SON.national_number, form.format(n=specimens.SON.national_number)
    victim, mine = gateway.account(person=specimens.SON), fold_email(typed)
    secret = gateway.app.extensions["settings"].secret
    gateway.signed_up(mine)
    with gateway.app.extensions["database"].scope(None) as session:
        found = {one: register.find(session, secret, one) for one in (typed, number, victim.email)}
        assert {one: account.email if account else None for one, account in found.items()} == {
            typed: mine,
            number: victim.email,
            victim.email: victim.email,
        }
    assert gateway.browser().submit("/en/sign-in", identifier=typed, password=PASSWORD).status_code == 303


def test_five_tries_a_minute_for_an_account(gateway: Gateway) -> None:
    browser = gateway.browser()
    form = {"identifier": "guessed@mahjar.example", "password": "wrong words here"}
    assert [browser.submit("/en/sign-in", **form).status_code for _ in range(5)] == [422] * 5
    sixth = browser.submit("/en/sign-in", **form)
    assert sixth.status_code == 429
    assert 1 <= int(sixth.headers["Retry-After"]) <= 60
    assert "one minute" in sixth.text or "a minute" in sixth.text
    other = browser.submit("/en/sign-in", **{**form, "identifier": "another@mahjar.example"})
    assert other.status_code == 422


def test_twenty_tries_a_minute_for_a_network(gateway: Gateway) -> None:
    browser = gateway.browser()
    token = browser.token("/en/sign-in")
    codes = [
        browser.post("/en/sign-in", csrf_token=token, identifier=f"{n}@mahjar.example", password="x").status_code
        for n in range(21)
    ]
    assert codes == [422] * 20 + [429]


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2ff::1", "2001:db8:1:200::/56"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        (None, "unknown"),
        ("x", "unknown"),
    ],
)
def test_tries_are_counted_by_network(address: str | None, prefix: str) -> None:
    assert address_prefix(address) == prefix


SPELLINGS = ("{e}", " {e} ", "{E}", "\u200f{e}", "{e}\u200b", "\ufeff{e}", "{w}")


def test_every_spelling_of_an_account_counts_as_the_account(gateway: Gateway) -> None:
    """Zero-width and bidi characters, capitals, blanks and full-width letters; the national number counts too."""
    account = gateway.account(person=specimens.SON)
    wide = account.email.replace("s", "\uff53", 1)
    typed = [form.format(e=account.email, E=account.email.upper(), w=wide) for form in SPELLINGS]
    number = specimens.SON.national_number
    typed += [number, f"{number[:3]} {number[3:]}", number.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))]
    browser = gateway.browser()
    token = browser.token("/en/sign-in")
    codes = [browser.post("/en/sign-in", csrf_token=token, identifier=one, password="x").status_code for one in typed]
    assert codes == [422] * 5 + [429] * (len(typed) - 5)


def test_a_known_device_is_not_locked_out_by_others(gateway: Gateway) -> None:
    account = gateway.account(person=specimens.SON)
    owner = gateway.visitor(person=specimens.SON)
    owner.submit("/en/sign-out", page="/en/account")
    for n in range(21):
        stranger = gateway.browser()
        stranger.submit("/en/sign-in", identifier=account.email if n < 6 else f"{n}@mahjar.example", password="wrong")
    form = {"identifier": account.email, "password": PASSWORD}
    assert gateway.browser().submit("/en/sign-in", **form).status_code == 429
    assert owner.submit("/en/sign-in", **form).status_code == 303


def test_a_known_device_has_ten_tries_a_minute(gateway: Gateway) -> None:
    account, owner = gateway.account(person=specimens.SON), gateway.visitor(person=specimens.SON)
    owner.submit("/en/sign-out", page="/en/account")
    token = owner.token("/en/sign-in")
    form = {"csrf_token": token, "identifier": account.email, "password": "wrong words here"}
    assert [owner.post("/en/sign-in", **form).status_code for _ in range(11)] == [422] * 10 + [429]


def test_a_device_is_known_to_the_account_that_was_opened_there_only(gateway: Gateway) -> None:
    owner, other = gateway.visitor(person=specimens.SON), gateway.account(person=specimens.DIVORCED)
    owner.submit("/en/sign-out", page="/en/account")
    token = owner.token("/en/sign-in")
    form = {"csrf_token": token, "identifier": other.email, "password": "wrong words here"}
    assert [owner.post("/en/sign-in", **form).status_code for _ in range(6)] == [422] * 5 + [429]


def test_a_new_password_forgets_the_other_devices(gateway: Gateway) -> None:
    here, there = gateway.visitor(person=specimens.DIVORCED), gateway.visitor(person=specimens.DIVORCED)
    changed = {"old_password": PASSWORD, "password": "orchard lantern stapler"}
    account = gateway.account(person=specimens.DIVORCED)
    try:
        assert here.submit("/en/account/password", page="/en/account", **changed).status_code == 303
        with gateway.app.extensions["database"].scope(None) as session:
            owner = session.scalars(select(Account.id).where(Account.email == account.email)).one()
            browsers = session.scalars(select(AccountDevice.token_key).where(AccountDevice.account_id == owner)).all()
        secret = gateway.app.extensions["settings"].secret
        assert browsers == [device_key(secret, device_of(here))] != [device_key(secret, device_of(there))]
    finally:
        back = {"old_password": changed["password"], "password": PASSWORD}
        here.submit("/en/account/password", page="/en/account", **back)


def test_a_home_of_ipv6_is_counted_by_56_and_its_provider_at_ten_times_the_limit() -> None:
    counted = network_limits(SIGN_IN_BY_ADDRESS, "2001:db8:1:2ff::1")
    assert [(limit.tries, network) for limit, network in counted] == [
        (20, "2001:db8:1:200::/56"),
        (200, "2001:db8:1::/48"),
    ]
    assert [network for _, network in network_limits(SIGN_IN_BY_ADDRESS, "203.0.113.77")] == ["203.0.113.0/24"]


def test_refused_and_opened_sessions_are_recorded_without_names(gateway: Gateway) -> None:
    account = gateway.account(person=specimens.SON)
    gateway.browser().submit("/en/sign-in", identifier=account.email, password="wrong words here")
    gateway.visitor(person=specimens.SON)
    with gateway.app.extensions["database"].scope(None) as session:
        rows = session.execute(select(event).order_by(event.c.id.desc()).limit(2)).all()
    assert [row.action for row in rows] == ["session.open", "session.refuse"]
    assert account.email not in str(rows) and specimens.SON.national_number not in str(rows)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"email": "no-mailbox"}, "such as name@example.org"),
        ({"email": "a@b"}, "such as name@example.org"),
        ({"password": "short"}, "at least"),
        ({"password": "x" * 200}, "or fewer"),
        ({"password": "password123"}, "people try first"),
        ({"password": "aaaaaaaaaaaa"}, "people try first"),
        ({"mission": "XXX"}, "choose your mission"),
        ({"mission": ""}, "choose your mission"),
    ],
)
def test_a_new_account_tells_what_is_wrong_and_keeps_what_was_typed(
    gateway: Gateway, form: dict[str, str], said: str
) -> None:
    good = {"email": "new@mahjar.example", "password": PASSWORD, "mission": "RUH"}
    answer = gateway.browser().submit("/en/sign-up", **{**good, **form})
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{ {**good, **form}["email"] }"' in answer.text
    assert PASSWORD not in answer.text


def test_a_password_hash_says_which_algorithm_made_it() -> None:
    assert hash_password(PASSWORD).startswith("$argon2id$")
    assert PasswordHasher().memory_cost >= 47_104 and PasswordHasher().time_cost >= 1
    assert len({sessions.new_token() for _ in range(100)}) == 100
