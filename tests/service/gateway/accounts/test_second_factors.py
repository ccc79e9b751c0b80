"""Second factors and ways back: codes are good once and for one account; mailbox and counter alone open nothing."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pyotp
import pytest
from sqlalchemy import delete, func, select, update

from deploy.demo.population import specimens
from services.gateway import worker
from services.gateway.accounts import sessions
from services.gateway.accounts.contact.codes import RECOVERY
from services.gateway.accounts.factors import authenticators, recovery_codes
from services.gateway.accounts.factors.authenticators import SPECIMEN_CODE
from services.gateway.accounts.factors.model import (
    Authenticator,
    Passkey,
    PendingSignIn,
    RecoveryCode,
    RecoveryLink,
    RecoveryRequest,
)
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account, AuthSession, IssuedCode, Mail
from services.gateway.accounts.passwords import hash_password
from shared.database import db
from tests.factories.concurrency import together
from tests.factories.gateway import PASSWORD, Browser, Gateway

NEW = "granite violin harbour"
SIGN_IN, SECOND, SECURITY = "/en/sign-in", "/en/sign-in/second", "/en/account/security"
APP = f"{SECURITY}/authenticator"


@pytest.fixture(autouse=True)
def nobody_has_a_factor(gateway: Gateway) -> Iterator[None]:
    """Accounts of specimens are used again and again, here and in other modules."""
    forget_factors(gateway)
    yield
    forget_factors(gateway)


def forget_factors(gateway: Gateway) -> None:
    with scope(gateway) as session:
        for table in (Authenticator, RecoveryCode, Passkey, PendingSignIn, RecoveryLink, RecoveryRequest):
            session.execute(delete(table))
        session.execute(delete(IssuedCode).where(IssuedCode.purpose == RECOVERY))


def scope(gateway: Gateway) -> Any:
    return gateway.app.extensions["database"].scope(None)


def account_id(gateway: Gateway, email: str) -> str:
    with scope(gateway) as session:
        return str(session.scalars(select(Account.id).where(Account.email == email)).one())


def answer_requests(gateway: Gateway) -> None:
    """As the worker of the gateway does every second."""
    worker.answer_recovery(gateway.app.extensions["database"], gateway.app.extensions["settings"].secret)


def clock(gateway: Gateway, steps: int = 0) -> int:
    """An instant of the database, so many steps from now."""
    with scope(gateway) as session:
        return int(db.now(session).timestamp()) + 30 * steps


def enrol(gateway: Gateway, browser: Browser) -> tuple[pyotp.TOTP, list[str]]:
    """Adds an app, and gives it with the printed codes."""
    page = browser.get(APP).text
    key = page.partition('<bdi class="code long-code">')[2].partition("</bdi>")[0].replace(" ", "")
    app = pyotp.TOTP(key)
    # The code of the step before leaves those of now and of the next one for the tests.
    answer = browser.post(APP, csrf_token=token(page), factor_code=app.at(clock(gateway, -1)))
    assert answer.status_code == 200, answer.text
    codes = [part.partition("</bdi>")[0] for part in answer.text.split('<li><bdi class="code">')[1:]]
    return app, codes


def token(page: str) -> str:
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def first_step(gateway: Gateway, email: str, password: str = PASSWORD) -> Browser:
    browser = gateway.browser()
    answer = browser.submit(SIGN_IN, identifier=email, password=password)
    assert answer.location == SECOND, answer.text
    return browser


def enters(browser: Browser, code: str) -> bool:
    """Whether a code opens the account."""
    return browser.submit(SECOND, factor_code=code).status_code == 303 and browser.get("/en/account").status_code == 200


@pytest.fixture
def owner(gateway: Gateway) -> tuple[str, pyotp.TOTP, list[str], Browser]:
    """Somebody with an app and printed codes."""
    browser = gateway.visitor(person=specimens.SON)
    email = gateway.account(person=specimens.SON).email
    return email, *enrol(gateway, browser), browser


Owner = tuple[str, pyotp.TOTP, list[str], Browser]


def test_a_password_alone_opens_nothing_any_more(gateway: Gateway, owner: Owner) -> None:
    email, app, codes, _ = owner
    assert len(set(codes)) == recovery_codes.COUNT
    browser = first_step(gateway, email)
    assert browser.get("/en/account").location.startswith("/en/sign-in")
    assert enters(browser, app.at(clock(gateway)))


def test_a_code_of_the_app_is_good_once(gateway: Gateway, owner: Owner) -> None:
    email, app, _, _ = owner
    code = app.at(clock(gateway))
    assert enters(first_step(gateway, email), code)
    assert not enters(first_step(gateway, email), code)


@pytest.mark.parametrize("steps", [-3, 3, 2880])
def test_a_code_of_another_time_is_wrong(gateway: Gateway, owner: Owner, steps: int) -> None:
    email, app, _, _ = owner
    assert not enters(first_step(gateway, email), app.at(clock(gateway, steps)))


def test_digits_of_every_keyboard_are_read(gateway: Gateway, owner: Owner) -> None:
    email, app, _, _ = owner
    arabic = app.at(clock(gateway)).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert enters(first_step(gateway, email), f"\u200fرمزك: {arabic[:3]} {arabic[3:]}.")


@pytest.mark.parametrize(
    "typed", ["", "000000", "1" * 400, "²²²²²²", "\x00", "12345", "abcdef", "'; --", "000000 111111"]
)
def test_what_is_no_code_opens_nothing(gateway: Gateway, owner: Owner, typed: str) -> None:
    answer = first_step(gateway, owner[0]).submit(SECOND, factor_code=typed)
    assert answer.status_code == 422
    assert "This code is wrong" in answer.text


@pytest.mark.parametrize(
    "answer",
    ["", "null", '{"id": null}', "[" * 8000, '{"id":' * 1300, r'{"id": "\ud800"}', r'{"id": "\u0000"}', "\ud800", "\0"],
    ids=["empty", "nothing", "no id", "lists in lists", "objects in objects", "half a sign", "nul", "torn", "bare nul"],
)
def test_what_no_device_signed_opens_nothing(gateway: Gateway, answer: str) -> None:
    """Anybody may send this. It is an answer like any other wrong one, and no fault of ours."""
    refused = gateway.browser().submit("/en/sign-in/passkey", credential=answer.encode("utf-8", "surrogatepass"))
    assert refused.status_code == 422


def test_another_accounts_code_is_wrong(gateway: Gateway, owner: Owner) -> None:
    other = gateway.visitor(person=specimens.WOMAN)
    app, codes = enrol(gateway, other)
    for code in (app.at(clock(gateway)), codes[0]):
        assert not enters(first_step(gateway, owner[0]), code)


def test_five_wrong_codes_want_the_password_again(gateway: Gateway, owner: Owner) -> None:
    email, app, _, _ = owner
    browser = first_step(gateway, email)
    for _ in range(5):
        assert not enters(browser, "000000")
    assert browser.get(SECOND).location.startswith(SIGN_IN)
    with scope(gateway) as session:
        session.execute(update(PendingSignIn).values(tries=0, ends_at=PendingSignIn.ends_at - timedelta(minutes=11)))
    assert browser.get(SECOND).location.startswith(SIGN_IN)
    assert enters(first_step(gateway, email), app.at(clock(gateway)))


def test_fifteen_codes_an_hour_for_an_account(gateway: Gateway, owner: Owner) -> None:
    email = owner[0]
    gateway.forget_tries()
    answers = []
    for _ in range(4):
        browser = first_step(gateway, email)
        answers += [browser.submit(SECOND, factor_code="000000").status_code for _ in range(4)]
    assert answers == [422] * 15 + [429]


def test_codes_typed_by_others_lock_nobody_out_of_a_known_browser(gateway: Gateway, owner: Owner) -> None:
    """Somebody has the password, and tries codes until the account takes no more."""
    email, app, _, known = owner
    known.submit("/en/sign-out", page="/en/account")
    answers = []
    for _ in range(4):
        stranger = first_step(gateway, email)
        answers += [stranger.submit(SECOND, factor_code="000000").status_code for _ in range(4)]
    assert answers[-1] == 429
    assert known.submit(SIGN_IN, identifier=email, password=PASSWORD).location == SECOND
    assert enters(known, app.at(clock(gateway)))


def test_a_known_browser_has_fifteen_codes_an_hour(gateway: Gateway, owner: Owner) -> None:
    email, _, _, known = owner
    known.submit("/en/sign-out", page="/en/account")
    gateway.forget_tries()
    answers = []
    for _ in range(4):
        known.submit(SIGN_IN, identifier=email, password=PASSWORD)
        answers += [known.submit(SECOND, factor_code="000000").status_code for _ in range(4)]
    assert answers == [422] * 15 + [429]


def test_a_printed_code_is_good_once_and_told(gateway: Gateway, owner: Owner) -> None:
    email, _, codes, browser = owner
    before = [name for name, _ in gateway.mails(email)].count(queue.FACTOR_CHANGED)
    assert enters(first_step(gateway, email), f"Code: {codes[3].lower().replace('-', ' ')}.")
    assert not enters(first_step(gateway, email), codes[3])
    assert [name for name, _ in gateway.mails(email)].count(queue.FACTOR_CHANGED) == before + 1
    with scope(gateway) as session:
        assert recovery_codes.left(session, account_id(gateway, email)) == recovery_codes.COUNT - 1
    assert "printed codes are left" in browser.get(SECURITY).text


def test_new_printed_codes_end_those_before(gateway: Gateway, owner: Owner) -> None:
    email, _, codes, browser = owner
    answer = browser.submit(f"{SECURITY}/codes", page=SECURITY)
    assert answer.status_code == 200 and codes[0] not in answer.text
    assert not enters(first_step(gateway, email), codes[0])


def test_no_key_and_no_code_stands_in_the_database(gateway: Gateway, owner: Owner) -> None:
    _, app, codes, _ = owner
    with scope(gateway) as session:
        kept = [bytes(row) for row in session.scalars(select(Authenticator.sealed))]
        hashes = " ".join(session.scalars(select(RecoveryCode.code_hash)))
    assert all(app.secret.encode() not in one for one in kept)
    assert all(code not in hashes and code.replace("-", "") not in hashes for code in codes)


def test_a_key_moved_to_another_account_opens_nothing(gateway: Gateway, owner: Owner) -> None:
    email, app, _, _ = owner
    thief = gateway.account(person=specimens.WOMAN)
    with scope(gateway) as session:
        session.execute(update(Authenticator).values(account_id=account_id(gateway, thief.email)))
    assert not enters(first_step(gateway, thief.email), app.at(clock(gateway)))
    assert email != thief.email


def test_a_change_ends_other_sessions_and_is_told(gateway: Gateway) -> None:
    other, browser = gateway.visitor(person=specimens.SON), gateway.visitor(person=specimens.SON)
    email = gateway.account(person=specimens.SON).email
    enrol(gateway, browser)
    assert other.get("/en/account").status_code == 303
    assert browser.get("/en/account").status_code == 200
    assert gateway.mails(email)[-1][0] == queue.FACTOR_CHANGED


def test_the_cookie_changes_with_the_second_step(gateway: Gateway, owner: Owner) -> None:
    browser = first_step(gateway, owner[0])
    before = browser.client.get_cookie("session")
    assert enters(browser, owner[1].at(clock(gateway)))
    after = browser.client.get_cookie("session")
    assert before is not None and after is not None and before.value != after.value


class TestStaff:
    """Nobody works with a password alone."""

    def test_without_a_factor_only_one_can_be_added(self, gateway: Gateway) -> None:
        email = gateway.account("officer").email
        with scope(gateway) as session:
            session.execute(delete(Authenticator))
        browser = gateway.browser()
        assert browser.submit(SIGN_IN, identifier=email, password=PASSWORD).status_code == 303
        for page in ("/en/desk", "/en/account", "/en/desk/identity", "/en/desk/proposals"):
            answer = browser.get(page)
            assert answer.status_code == 303 and answer.location.startswith(SECURITY), page
        assert "before work begins" in browser.get(SECURITY).text
        enrol(gateway, browser)
        assert browser.get("/en/desk").status_code == 200

    def test_the_last_factor_stays(self, gateway: Gateway) -> None:
        browser = gateway.visitor("officer")
        answer = browser.submit(f"{APP}/remove", page=SECURITY)
        assert answer.status_code == 409
        assert "never without a second factor" in answer.text

    def test_the_specimen_code_opens_nothing_outside_the_demo(self, gateway: Gateway) -> None:
        email = gateway.account("clerk").email
        with scope(gateway) as session:
            account = account_id(gateway, email)
            secret = gateway.app.extensions["settings"].secret
            assert authenticators.use(session, secret, account, SPECIMEN_CODE, specimen=True)
            assert not authenticators.use(session, secret, account, SPECIMEN_CODE, specimen=False)

    def test_two_leaders_take_a_colleagues_factors_away(self, gateway: Gateway) -> None:
        # At a mission where no other test proposes anything about the staff.
        first, second, lost = (
            gateway.visitor(role, mission="BER") for role in ("administrator", "head_of_mission", "officer")
        )
        colleague = account_id(gateway, gateway.account("officer", mission="BER").email)
        form = {"account": colleague, "reason": "The phone fell into the sea."}
        kind = "/en/desk/staff/new/staff_factors_reset"
        assert first.submit(kind, page="/en/desk/staff", **form).status_code == 303
        page = second.get("/en/desk/staff").text
        decision = page.partition("/en/desk/staff/decisions/")[2].partition('"')[0]
        address = f"/en/desk/staff/decisions/{decision}"
        assert first.submit(address, page="/en/desk/staff", verdict="approve").status_code == 422
        assert second.post(address, csrf_token=token(page), verdict="approve").status_code == 303
        assert lost.get("/en/desk").status_code == 303
        with scope(gateway) as session:
            assert not authenticators.exists(session, colleague)


class TestProof:
    """What matters most wants a proof of a few minutes ago."""

    def make_old(self, gateway: Gateway) -> None:
        with scope(gateway) as session:
            session.execute(update(AuthSession).values(proved_at=AuthSession.proved_at - sessions.FRESH))

    def test_the_page_comes_back_with_what_was_typed(self, gateway: Gateway) -> None:
        browser = gateway.visitor(person=specimens.SON)
        page = browser.get("/en/account/contact/new").text
        self.make_old(gateway)
        answer = browser.post("/en/account/contact/new", csrf_token=token(page), email="new.one@mahjar.example")
        assert answer.location == "/en/account/proof?next=/en/account/contact/new"
        wrong = browser.submit("/en/account/proof", old_password="no", next="/en/account/contact/new")
        assert wrong.status_code == 422 and "new.one" not in wrong.text
        right = browser.submit("/en/account/proof", old_password=PASSWORD, next="/en/account/contact/new")
        assert right.location == "/en/account/contact/new"
        assert "new.one@mahjar.example" in browser.get("/en/account/contact/new").text

    @pytest.mark.parametrize(
        ("role", "page"),
        [("expatriate", "/en/account/mandates/new"), ("expatriate", APP), ("expatriate", "/en/account/contact/new")],
    )
    def test_pages_ask_first(self, gateway: Gateway, role: str, page: str) -> None:
        browser = gateway.visitor(role, person=specimens.SON)
        self.make_old(gateway)
        assert browser.get(page).location == f"/en/account/proof?next={page}"

    def test_a_password_alone_proves_nothing_beside_a_passkey(self, gateway: Gateway) -> None:
        """Who has stolen a session and the password is not the owner: signing in would ask for more as well."""
        browser = gateway.visitor(person=specimens.SON)
        owner = account_id(gateway, gateway.account(person=specimens.SON).email)
        with scope(gateway) as session:
            key = {"credential_id": "of-the-owner", "public_key": b"none", "sign_count": 0, "name": "Telephone"}
            session.add(Passkey(account_id=owner, created_at=db.now(session), **key))
            codes = recovery_codes.issue(session, gateway.app.extensions["settings"].secret, owner)
        self.make_old(gateway)
        assert "I have a passkey" in browser.get("/en/account/proof").text
        alone = browser.submit("/en/account/proof", old_password=PASSWORD)
        assert alone.status_code == 422 and "This code is wrong" in alone.text
        assert browser.get(APP).location.startswith("/en/account/proof")
        printed = browser.submit("/en/account/proof", old_password=PASSWORD, factor_code=codes[0])
        assert printed.status_code == 303
        assert browser.get(APP).status_code == 200

    def test_staff_show_the_code_again(self, gateway: Gateway) -> None:
        browser = gateway.visitor("head_of_mission")
        page = browser.get("/en/desk/staff").text
        self.make_old(gateway)
        form = {"email": "somebody@mahjar.example", "role": "clerk", "reason": "A new colleague."}
        answer = browser.post("/en/desk/staff/new/staff_create", csrf_token=token(page), **form)
        assert answer.location.startswith("/en/account/proof")
        assert browser.submit("/en/account/proof", old_password=PASSWORD, factor_code="1").status_code == 422
        proven = browser.submit("/en/account/proof", old_password=PASSWORD, factor_code=SPECIMEN_CODE)
        assert proven.status_code == 303

    @pytest.mark.parametrize(
        "path",
        [
            "/en/desk/proposals/new/bank_account",
            "/en/desk/proposals/RUH-22222-22222-2",
            "/en/desk/identity/code",
            "/en/desk/identity/recovery",
            "/en/desk/identity/letters/RUH-22222-22222-2",
        ],
    )
    def test_a_session_that_was_left_open_proposes_and_signs_nothing(self, gateway: Gateway, path: str) -> None:
        browser = gateway.visitor("head_of_mission")
        page = browser.get("/en/desk/staff").text
        self.make_old(gateway)
        answer = browser.post(path, csrf_token=token(page), verdict="approve", confirmed="yes", key="k")
        assert answer.location.startswith("/en/account/proof")

    def test_next_leads_nowhere_else(self, gateway: Gateway) -> None:
        browser = gateway.visitor(person=specimens.SON)
        answer = browser.submit("/en/account/proof", old_password=PASSWORD, next="//evil.example/x")
        assert answer.location == "/en/account"


class TestForgottenPassword:
    """By a link or at the counter; the second factor stays."""

    def ask(self, gateway: Gateway, identifier: str) -> str:
        assert gateway.browser().submit("/en/recover", identifier=identifier).location == "/en/recover?sent=1"
        answer_requests(gateway)
        return gateway.mails(gateway.account(person=specimens.SON).email)[-1][1].get("recovery", "")

    def test_the_link_sets_a_password_once(self, gateway: Gateway, owner: Owner) -> None:
        email, app, _, browser = owner
        link = f"/en/recover/{self.ask(gateway, email)}"
        visitor = gateway.browser()
        assert visitor.get(link).headers["Cache-Control"] == "no-store"
        assert visitor.submit(link, password="short").status_code == 422
        assert visitor.submit(link, password=NEW).location == "/en/sign-in?done=password"
        assert visitor.get(link).status_code == 404
        assert browser.get("/en/account").status_code == 303
        assert gateway.mails(email)[-1][0] == queue.PASSWORD_CHANGED
        assert gateway.browser().submit(SIGN_IN, identifier=email, password=PASSWORD).status_code == 422
        assert enters(first_step(gateway, email, NEW), app.at(clock(gateway)))
        self.restore(gateway, email)

    def restore(self, gateway: Gateway, email: str) -> None:
        with scope(gateway) as session:
            session.execute(delete(Mail).where(Mail.address == email))
            account = session.scalars(select(Account).where(Account.email == email)).one()
            account.password_hash = hash_password(PASSWORD)

    @pytest.mark.parametrize(("code", "other"), [("en", "ar"), ("ar", "en")])
    def test_the_page_that_was_wanted_comes_after_the_link(
        self, gateway: Gateway, owner: Owner, code: str, other: str
    ) -> None:
        """The e-mail says nothing of it, and another browser may open the link, in the other language."""
        email, app, wanted, visitor = owner[0], owner[1], "/services/criminal-record", gateway.browser()
        assert f"/{code}/recover?next=/{code}{wanted}" in visitor.get(f"/{code}/sign-in?next=/{code}{wanted}").text
        form = {"identifier": email, "next": f"/{code}{wanted}"}
        sent = visitor.submit(f"/{code}/recover", **form).location
        assert sent == f"/{code}/recover?sent=1&next=/{code}{wanted}"
        assert f"/{code}/recover/code?next=/{code}{wanted}" in visitor.get(sent).text
        answer_requests(gateway)
        params = gateway.mails(email)[-1][1]
        assert list(params) == ["recovery"] and wanted not in params["recovery"]
        link, elsewhere = f"/{other}/recover/{params['recovery']}", gateway.browser()
        assert elsewhere.submit(link, password="short").status_code == 422
        led = elsewhere.submit(link, password=NEW).location
        assert led == f"/{other}/sign-in?done=password&next=/{code}{wanted}"
        assert f'name="next" value="/{other}{wanted}"' in elsewhere.get(led).text
        second = elsewhere.submit(
            f"/{other}/sign-in", identifier=email, password=NEW, next=f"/{other}{wanted}"
        ).location
        assert second == f"/{other}/sign-in/second?next=/{other}{wanted}"
        entered = elsewhere.submit(second, factor_code=app.at(clock(gateway)), next=f"/{other}{wanted}")
        assert entered.location == f"/{other}{wanted}"
        self.restore(gateway, email)

    @pytest.mark.parametrize(
        "wanted", ["//evil.example/x", "https://evil.example/", "/en/nothing", "/en/?a=" + "x" * 1000]
    )
    def test_a_page_that_is_not_ours_is_not_led_to_after_the_link(
        self, gateway: Gateway, owner: Owner, wanted: str
    ) -> None:
        visitor = gateway.browser()
        visitor.submit("/en/recover", identifier=owner[0], next=wanted)
        answer_requests(gateway)
        link = f"/en/recover/{gateway.mails(owner[0])[-1][1]['recovery']}"
        assert visitor.submit(link, password=NEW).location == "/en/sign-in?done=password"
        self.restore(gateway, owner[0])

    def test_a_used_link_keeps_no_page(self, gateway: Gateway, owner: Owner) -> None:
        visitor = gateway.browser()
        for _ in range(2):
            visitor.submit("/en/recover", identifier=owner[0], next="/en/services/criminal-record")
            answer_requests(gateway)
        with scope(gateway) as session:
            kept = session.scalars(select(RecoveryLink.wanted).where(RecoveryLink.used_at.is_not(None))).all()
            assert set(kept) == {""}

    def test_a_second_link_ends_the_first(self, gateway: Gateway, owner: Owner) -> None:
        first, second = self.ask(gateway, owner[0]), self.ask(gateway, specimens.SON.national_number)
        assert gateway.browser().get(f"/en/recover/{first}").status_code == 404
        assert gateway.browser().get(f"/en/recover/{second}").status_code == 200

    def test_the_link_lasts_an_hour(self, gateway: Gateway, owner: Owner) -> None:
        link = f"/en/recover/{self.ask(gateway, owner[0])}"
        with scope(gateway) as session:
            session.execute(update(RecoveryLink).values(ends_at=RecoveryLink.ends_at - timedelta(hours=1)))
        assert gateway.browser().get(link).status_code == 404

    def test_the_answer_says_of_nobody_whether_they_are_here(self, gateway: Gateway, owner: Owner) -> None:
        answers = []
        for identifier in (owner[0], "nobody@mahjar.example", "'", "x" * 300, "10000000001"):
            answer = gateway.browser().submit("/en/recover", identifier=identifier)
            answers.append((answer.status_code, answer.location))
        assert set(answers) == {(303, "/en/recover?sent=1")}

    def test_a_request_says_nothing_to_its_sender_and_is_forgotten_once_answered(
        self, gateway: Gateway, owner: Owner
    ) -> None:
        before = len(gateway.mails(owner[0]))
        gateway.browser().submit("/en/recover", identifier=owner[0])
        assert len(gateway.mails(owner[0])) == before
        answer_requests(gateway)
        assert gateway.mails(owner[0])[before:][0][0] == queue.PASSWORD_LINK
        with scope(gateway) as session:
            assert session.scalars(select(RecoveryRequest)).all() == []

    def test_a_new_password_ends_a_sign_in_that_waits_for_its_code(self, gateway: Gateway, owner: Owner) -> None:
        email, _, _, browser = owner
        thief = first_step(gateway, email)
        assert thief.get(SECOND).status_code == 200
        form = {"old_password": PASSWORD, "password": NEW}
        assert browser.submit("/en/account/password", page="/en/account", **form).location.endswith("done=password")
        self.restore(gateway, email)
        assert thief.get(SECOND).location == SIGN_IN

    def test_a_recovered_password_ends_a_sign_in_that_waits_for_its_code(self, gateway: Gateway, owner: Owner) -> None:
        email, _, _, _ = owner
        thief, link = first_step(gateway, email), f"/en/recover/{self.ask(gateway, email)}"
        assert gateway.browser().submit(link, password=NEW).location == "/en/sign-in?done=password"
        self.restore(gateway, email)
        assert thief.get(SECOND).location == SIGN_IN

    def test_a_new_password_ends_a_link_that_was_sent(self, gateway: Gateway, owner: Owner) -> None:
        """The owner changes the password because somebody reads the mailbox."""
        link = f"/en/recover/{self.ask(gateway, owner[0])}"
        form = {"old_password": PASSWORD, "password": NEW}
        assert owner[3].submit("/en/account/password", page="/en/account", **form).location.endswith("done=password")
        self.restore(gateway, owner[0])
        assert gateway.browser().get(link).status_code == 404

    @pytest.mark.parametrize("column", ["frozen_at", "disabled_at"])
    def test_nothing_is_sent_of_an_account_on_hold(self, gateway: Gateway, owner: Owner, column: str) -> None:
        before = len(gateway.mails(owner[0]))
        with scope(gateway) as session:
            session.execute(update(Account).where(Account.email == owner[0]).values({column: db.now(session)}))
        gateway.browser().submit("/en/recover", identifier=owner[0])
        answer_requests(gateway)
        with scope(gateway) as session:
            session.execute(update(Account).where(Account.email == owner[0]).values({column: None}))
        assert len(gateway.mails(owner[0])) == before

    def code(self, gateway: Gateway) -> str:
        clerk = gateway.visitor("clerk")
        form = {"recovery_number": specimens.SON.national_number, "recovery_document": "passport"}
        answer = clerk.submit("/en/desk/identity/recovery", page="/en/desk/identity", **form)
        assert answer.status_code == 200, answer.text
        return answer.text.partition('<strong class="code">')[2].partition("</strong>")[0]

    def test_the_counter_gives_a_code_for_one_account(self, gateway: Gateway, owner: Owner) -> None:
        email, _, _, _ = owner
        code = self.code(gateway)
        assert gateway.mails(email)[-1][0] == queue.RECOVERY_AT_COUNTER
        other = gateway.account(person=specimens.WOMAN).email
        form = {"code": code, "password": NEW}
        assert gateway.browser().submit("/en/recover/code", identifier=other, **form).status_code == 422
        page = gateway.browser()
        assert "/en/recover?next=/en/services/birth" in page.get("/en/recover/code?next=/en/services/birth").text
        wrong = page.submit(
            "/en/recover/code", identifier=email, code=code, password="short", next="/en/services/birth"
        )
        assert wrong.status_code == 422 and 'name="next" value="/en/services/birth"' in wrong.text
        answer = page.submit("/en/recover/code", identifier=email, **form, next="/en/services/birth")
        assert answer.location == "/en/sign-in?done=password&next=/en/services/birth"
        assert gateway.browser().submit("/en/recover/code", identifier=email, **form).status_code == 422
        assert gateway.browser().submit(SIGN_IN, identifier=email, password=NEW).location == SECOND
        self.restore(gateway, email)

    def test_the_code_lasts_an_hour(self, gateway: Gateway, owner: Owner) -> None:
        code = self.code(gateway)
        with scope(gateway) as session:
            old = update(IssuedCode).where(IssuedCode.purpose == RECOVERY)
            session.execute(old.values(ends_at=IssuedCode.ends_at - timedelta(hours=1)))
        form = {"identifier": owner[0], "code": code, "password": NEW}
        assert gateway.browser().submit("/en/recover/code", **form).status_code == 422

    def test_the_counter_of_another_mission_finds_nobody(self, gateway: Gateway, owner: Owner) -> None:
        assert owner
        clerk = gateway.visitor("clerk", mission="BER")
        form = {"recovery_number": specimens.SON.national_number, "recovery_document": "passport"}
        answer = clerk.submit("/en/desk/identity/recovery", page="/en/desk/identity", **form)
        assert answer.status_code == 422

    @pytest.mark.parametrize("column", ["frozen_at", "disabled_at"])
    def test_no_way_back_opens_an_account_that_was_held_meanwhile(
        self, gateway: Gateway, owner: Owner, column: str
    ) -> None:
        email, _, _, _ = owner
        link, code = f"/en/recover/{self.ask(gateway, email)}", self.code(gateway)
        with scope(gateway) as session:
            session.execute(update(Account).where(Account.email == email).values({column: db.now(session)}))
        by_link = gateway.browser().submit(link, password=NEW)
        by_code = gateway.browser().submit("/en/recover/code", identifier=email, code=code, password=NEW)
        with scope(gateway) as session:
            session.execute(update(Account).where(Account.email == email).values({column: None}))
        assert (by_link.status_code, by_code.status_code) == (404, 422)
        assert gateway.browser().submit(SIGN_IN, identifier=email, password=NEW).status_code == 422

    def test_a_refused_password_does_not_tell_the_address(self, gateway: Gateway, owner: Owner) -> None:
        """Somebody tries addresses as passwords, with the number of a person or with no number at all."""
        said = set()
        for number in (specimens.SON.national_number, "10000000001"):
            form = {"identifier": number, "code": "ZZZZ-ZZZZ", "password": owner[0]}
            answer = gateway.browser().submit("/en/recover/code", **form)
            said.add((answer.status_code, answer.text.count('class="error"'), "password-error" in answer.text))
        assert len(said) == 1


class TestAtOnce:
    """Of several who send one code at the same moment, one gets in."""

    MANY = 4

    def entries(self, gateway: Gateway, email: str, code: str) -> list[int]:
        browsers = [first_step(gateway, email) for _ in range(self.MANY)]
        forms = [{"csrf_token": one.token(SECOND), "factor_code": code} for one in browsers]
        return together(
            *(partial(one.post, SECOND, **form) for one, form in zip(browsers, forms, strict=True)),
        )

    def test_a_code_of_the_app(self, gateway: Gateway, owner: Owner) -> None:
        email, app, _, _ = owner
        assert self.entries(gateway, email, app.at(clock(gateway, 1))) == [303, *[422] * (self.MANY - 1)]

    def test_a_printed_code(self, gateway: Gateway, owner: Owner) -> None:
        email, _, codes, _ = owner
        assert self.entries(gateway, email, codes[0]) == [303, *[422] * (self.MANY - 1)]

    def test_a_code_of_the_counter(self, gateway: Gateway, owner: Owner) -> None:
        email = owner[0]
        ways = TestForgottenPassword()
        form = {"identifier": email, "code": ways.code(gateway), "password": NEW}
        browsers = [gateway.browser() for _ in range(self.MANY)]
        tokens = [one.token("/en/recover/code") for one in browsers]
        answers = together(
            *(
                partial(one.post, "/en/recover/code", csrf_token=of, **form)
                for one, of in zip(browsers, tokens, strict=True)
            )
        )
        ways.restore(gateway, email)
        assert answers == [303, *[422] * (self.MANY - 1)]

    def test_a_link(self, gateway: Gateway, owner: Owner) -> None:
        ways = TestForgottenPassword()
        link = f"/en/recover/{ways.ask(gateway, owner[0])}"
        browsers = [gateway.browser() for _ in range(self.MANY)]
        tokens = [one.token(link) for one in browsers]
        answers = together(
            *(partial(one.post, link, csrf_token=of, password=NEW) for one, of in zip(browsers, tokens, strict=True))
        )
        ways.restore(gateway, owner[0])
        assert answers == [303, *[404] * (self.MANY - 1)]


class TestNewBrowser:
    """A sign-in from a browser that was not used before is told."""

    def events(self, gateway: Gateway) -> list[str]:
        return [name for name, _ in gateway.mails(gateway.account(person=specimens.SON).email)]

    def test_once_for_each_browser(self, gateway: Gateway) -> None:
        browser = gateway.visitor(person=specimens.SON)
        before = self.events(gateway).count(queue.NEW_DEVICE)
        browser.submit("/en/sign-out", page="/en/account")
        browser.sign_in(gateway.account(person=specimens.SON).email)
        assert self.events(gateway).count(queue.NEW_DEVICE) == before
        gateway.visitor(person=specimens.SON)
        assert self.events(gateway).count(queue.NEW_DEVICE) == before + 1


def test_signing_out_clears_what_the_browser_keeps_of_us(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.SON)
    answer = browser.submit("/en/sign-out", page="/en/account")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_one_session_is_ended_and_nobody_elses(gateway: Gateway) -> None:
    mine, other = gateway.visitor(person=specimens.SON), gateway.visitor(person=specimens.SON)
    stranger = gateway.visitor(person=specimens.WOMAN)
    page = mine.get("/en/account").text
    listed = [part.partition('"')[0] for part in page.split('name="session" value="')[1:]]
    for one in listed:
        stranger.submit("/en/account/sessions/one", page="/en/account", session=one)
    assert other.get("/en/account").status_code == 200
    for one in listed:
        mine.submit("/en/account/sessions/one", page="/en/account", session=one)
    assert other.get("/en/account").status_code == 303
    assert mine.get("/en/account").status_code == 200


def test_a_new_address_is_confirmed_and_the_old_one_told(gateway: Gateway) -> None:
    email, new = "mover@mahjar.example", "moved@mahjar.example"
    browser = gateway.signed_up(email)
    page = browser.submit("/en/account/contact/new", email=new)
    assert new in page.text
    code = gateway.mails(new)[-1][1]["code"]
    send: Callable[..., Any] = lambda address, typed: browser.post(  # noqa: E731
        "/en/account/contact/new/code", csrf_token=token(page.text), new_email=address, code=typed
    )
    assert send("another@mahjar.example", code).status_code == 422
    assert send(new, "ZZZZ-ZZZZ").status_code == 422
    assert send(new, code).location == "/en/account?done=contact"
    assert gateway.mails(email)[-1][0] == queue.CONTACT_CHANGED
    assert new in browser.get("/en/account").text


def test_an_address_of_somebody_else_gets_no_code_and_is_not_told_apart(gateway: Gateway) -> None:
    known = gateway.account(person=specimens.WOMAN).email
    browser = gateway.signed_up("second.mover@mahjar.example")
    before = waiting_mails(gateway, known)
    pages = [browser.submit("/en/account/contact/new", email=one) for one in (known, "free@mahjar.example")]
    assert {page.status_code for page in pages} == {200}
    assert waiting_mails(gateway, known) == before and waiting_mails(gateway, "free@mahjar.example") > 0


def waiting_mails(gateway: Gateway, address: str) -> int:
    with scope(gateway) as session:
        waits = Mail.address == address, Mail.state == queue.WAITING
        return session.scalar(select(func.count()).select_from(Mail).where(*waits)) or 0


def test_a_link_to_the_old_address_ends_with_it(gateway: Gateway) -> None:
    email, new = "left@mahjar.example", "arrived@mahjar.example"
    browser = gateway.signed_up(email)
    gateway.browser().submit("/en/recover", identifier=email)
    answer_requests(gateway)
    link = f"/en/recover/{gateway.mails(email)[-1][1]['recovery']}"
    page = browser.submit("/en/account/contact/new", email=new)
    form = {"new_email": new, "code": gateway.mails(new)[-1][1]["code"]}
    answer = browser.post("/en/account/contact/new/code", csrf_token=token(page.text), **form)
    assert answer.location == "/en/account?done=contact"
    assert gateway.browser().get(link).status_code == 404


def test_a_planted_code_that_is_good_twice_is_seen(
    gateway: Gateway, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    use = authenticators._use

    def forgetful(session: Any, secret: str, row: Authenticator, typed: str) -> bool:
        row.last_step = 0
        return use(session, secret, row, typed)

    monkeypatch.setattr(authenticators, "_use", forgetful)
    with pytest.raises(AssertionError):
        test_a_code_of_the_app_is_good_once(gateway, owner)
