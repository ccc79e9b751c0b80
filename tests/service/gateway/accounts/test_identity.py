"""Whose an account is: proven by one way, doubted, and decided by two officers."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deploy.demo.population import specimens
from deploy.demo.population.specimens import Specimen
from services.gateway.accounts.contact import codes
from services.gateway.accounts.levels import Assurance, Level
from services.gateway.accounts.mail import deliver, queue
from services.gateway.accounts.model import Account, AccountDecision, IssuedCode, Mail
from shared.database import audit
from tests.factories.gateway import Browser, Gateway, particulars
from tests.factories.gateway.forms import begin
from tests.factories.gateway.identity import CODE, IDENTITY, REASON, claim, forget_accounts_of, level, look

WHO: Specimen = specimens.ELDER
DESK = "/en/desk/identity"


@pytest.fixture(autouse=True)
def nobody_yet(gateway: Gateway) -> Iterator[None]:
    """Accounts of earlier tests say nothing of the person, and nobody has tried."""
    forget_accounts_of(gateway, WHO)
    gateway.forget_tries()
    yield
    gateway.forget_tries()


def counter_code(gateway: Gateway, email: str, person: Specimen = WHO, role: str = "clerk") -> str:
    clerk = gateway.visitor(role)
    answer = clerk.submit(
        DESK + "/code",
        page=DESK,
        claim=claim(gateway, email),
        national_number=person.national_number,
        document="passport",
    )
    assert answer.status_code == 200, answer.text
    return answer.text.split('<strong class="code">')[1].split("<")[0]


def address(name: str) -> str:
    return f"{name}.{specimens.ELDER.key}@example.org"


def test_a_declaration_ties_nobody_and_the_counters_code_does(gateway: Gateway) -> None:
    email = address("counter")
    browser = gateway.declared(WHO, email)
    assert level(gateway, email) is Level.DECLARED
    code = counter_code(gateway, email)
    answer = browser.submit(CODE, page=IDENTITY, code=code.lower().replace("-", " "))
    assert (answer.status_code, answer.location) == (303, "/en/identity?done=proven")
    person, assurance = look(gateway, email, lambda account: (account.person, account.assurance))
    assert (person, assurance, level(gateway, email)) == (WHO.person, Assurance.COUNTER, Level.CONFIRMED)
    assert browser.get("/en/notices").status_code == 200


@pytest.mark.parametrize("language", ("ar", "en"))
def test_the_page_that_was_wanted_comes_after_the_counters_code(gateway: Gateway, language: str) -> None:
    email = address(f"wanted-{language}")
    browser, page, wanted = gateway.declared(WHO, email), f"/{language}/identity", f"/{language}/account/mandates"
    led = browser.get(wanted).location
    assert led == f"{page}?next={wanted}"
    form = browser.form(led, f"{page}/code")
    letter = browser.post(f"{page}/letter", **browser.form(led, f"{page}/letter")).location
    assert f"next={wanted}" in letter
    code = counter_code(gateway, email)
    assert browser.post(f"{page}/code", **form, code=code).location == wanted
    assert f'href="{wanted}"' in browser.get(led).text.split("<main")[1]
    assert browser.get(wanted).status_code == 200


def test_who_only_declared_reads_nothing_of_the_person(gateway: Gateway) -> None:
    browser = gateway.declared(WHO, address("reads"))
    for page in ("/en/notices", "/en/mandates", "/en/claim", "/en/applications/RUH-22222-22222-2/pay"):
        answer = browser.get(page)
        assert (answer.location or "").startswith("/en/identity?next=") or answer.status_code == 404, page
    shown = browser.get("/en/account").text + browser.get("/en/identity").text
    assert WHO.national_number not in shown and WHO.family_name not in shown
    assert gateway.wires["civil_registry"].asked[-1] == ("POST", "/identity/confirm")


def test_drafts_from_before_the_proof_become_the_persons(gateway: Gateway) -> None:
    email = address("drafts")
    browser = gateway.declared(WHO, email)
    reference = begin(browser, "individual-extract")
    owner = gateway.visitor(person=specimens.FATHER)
    assert owner.get(f"/en/applications/{reference}").status_code == 404
    gateway.wires["civil_registry"].asked.clear()
    assert browser.get("/en/apply/individual-extract").status_code == 200
    assert gateway.wires["civil_registry"].asked == []
    assert browser.post(f"/en/applications/{reference}/review", csrf_token=browser.token(IDENTITY)).status_code == 303
    browser.submit(CODE, page=IDENTITY, code=counter_code(gateway, email))
    assert reference in browser.get("/en/applications").text
    assert "send" in browser.get(f"/en/applications/{reference}/review").text.lower()


@pytest.mark.parametrize("spoilt", ["wrong", "used", "old", "another", "again"])
def test_a_code_that_is_none(gateway: Gateway, spoilt: str) -> None:
    email, other = address(f"code.{spoilt}"), address(f"other.{spoilt}")
    browser = gateway.declared(WHO, email)
    code = counter_code(gateway, email)
    if spoilt == "wrong":
        code = "2222-2222"
    if spoilt == "another":
        browser = gateway.declared(WHO, other)
    if spoilt == "used":
        browser.submit(CODE, page=IDENTITY, code=code)
        browser = gateway.declared(specimens.SERVED, other)
    if spoilt == "again":
        counter_code(gateway, email)
    if spoilt == "old":
        with gateway.app.extensions["database"].scope(None) as session:
            key = claim(gateway, email), codes.COUNTER
            session.get_one(IssuedCode, key).ends_at -= codes.LASTS[codes.COUNTER] + timedelta(seconds=1)
    answer = browser.submit(CODE, page=IDENTITY, code=code)
    assert answer.status_code == 422 and "This code is not right" in answer.text


def test_a_code_is_tried_five_times(gateway: Gateway) -> None:
    email = address("tries")
    browser = gateway.declared(WHO, email)
    code = counter_code(gateway, email)
    for _ in range(codes.TRIES):
        assert browser.submit(CODE, page=IDENTITY, code="2222-2222").status_code == 422
    assert browser.submit(CODE, page=IDENTITY, code=code).status_code == 422
    assert level(gateway, email) is Level.DECLARED


def test_declaring_anew_ends_the_code(gateway: Gateway) -> None:
    email = address("anew")
    browser = gateway.declared(WHO, email)
    code = counter_code(gateway, email)
    again = browser.submit(IDENTITY, page=IDENTITY + "?again=1", **particulars(specimens.SERVED))
    assert again.status_code == 303
    assert browser.submit(CODE, page=IDENTITY, code=code).status_code == 422


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ({"national_number": specimens.SERVED.national_number}, 422, "not the national number"),
        ({"national_number": ""}, 422, "not the national number"),
        ({"claim": "RUH-K2222-22222-2"}, 404, "No account of your mission"),
        ({"document": ""}, 422, "Please fill in"),
        ({"document": "library_card"}, 422, "Please choose an answer"),
    ],
)
def test_the_counter_gives_no_code(gateway: Gateway, typed: dict[str, str], status: int, said: str) -> None:
    email = address(f"nocode.{len(said)}.{len(str(typed))}")
    gateway.declared(WHO, email)
    form = {"claim": claim(gateway, email), "national_number": WHO.national_number, "document": "passport", **typed}
    answer = gateway.visitor("clerk").submit(DESK + "/code", page=DESK, **form)
    assert answer.status_code == status and '<strong class="code">' not in answer.text
    assert said in answer.text


def test_another_missions_officer_finds_no_claim(gateway: Gateway) -> None:
    email = address("elsewhere")
    gateway.declared(WHO, email)
    form = {"claim": claim(gateway, email), "national_number": WHO.national_number, "document": "passport"}
    answer = gateway.visitor("officer", "BER").submit(DESK + "/code", page=DESK, **form)
    assert answer.status_code == 404 and "No account of your mission" in answer.text


def test_a_second_proof_freezes_both_accounts(gateway: Gateway) -> None:
    first, second = address("first"), address("second")
    one = gateway.declared(WHO, first)
    one.submit(CODE, page=IDENTITY, code=counter_code(gateway, first))
    two = gateway.declared(WHO, second)
    code = counter_code(gateway, second)
    two.submit(CODE, page=IDENTITY, code=code)
    assert [level(gateway, email) for email in (first, second)] == [Level.FROZEN, Level.FROZEN]
    for browser in (one, two):
        assert "on hold" in browser.get(IDENTITY).text
        assert browser.get("/en/applications").location == "/en/identity?next=/en/applications"
        assert browser.get("/en/notices").location == "/en/identity?next=/en/notices"


def decide(gateway: Gateway, kind: str, email: str, other: str | None = None, by: str = "head_of_mission") -> Browser:
    """One officer proposes, another signs. Gives the second one's browser."""
    proposer, signer = gateway.visitor("officer"), gateway.visitor(by)
    account = look(gateway, email, lambda found: found.id)
    form = {"reason": REASON}
    if other:
        form["other"] = look(gateway, other, lambda found: found.id)
    answer = proposer.submit(f"{DESK}/accounts/{account}/{kind}", page=DESK, **form)
    assert answer.status_code == 303, answer.text
    with gateway.app.extensions["database"].scope("RUH") as session:
        reference = session.scalars(
            select(AccountDecision.reference).where(AccountDecision.state == "waiting", AccountDecision.kind == kind)
        ).one()
    own = proposer.submit(f"{DESK}/decisions/{reference}", page=DESK, verdict="approve")
    assert (own.status_code == 422 and "You proposed this" in own.text) or own.status_code == 422
    answer = signer.submit(f"{DESK}/decisions/{reference}", page=DESK, verdict="approve")
    assert answer.status_code == 303, answer.text
    return signer


def contested(gateway: Gateway, name: str) -> tuple[str, str, Browser, Browser]:
    first, second = address(f"{name}.1"), address(f"{name}.2")
    one = gateway.declared(WHO, first)
    one.submit(CODE, page=IDENTITY, code=counter_code(gateway, first))
    two = gateway.declared(WHO, second)
    two.submit(CODE, page=IDENTITY, code=counter_code(gateway, second))
    gateway.forget_tries()
    return first, second, one, two


def test_a_release_lets_the_rightful_owner_prove_it(gateway: Gateway) -> None:
    thief, owner, thiefs, owners = contested(gateway, "release")
    decide(gateway, "release", thief)
    assert [level(gateway, email) for email in (thief, owner)] == [Level.CONTACT, Level.DECLARED]
    assert thiefs.get("/en/account").location.startswith("/en/sign-in")
    owners.submit(CODE, page=IDENTITY, code=counter_code(gateway, owner))
    assert level(gateway, owner) is Level.CONFIRMED


def test_a_merge_keeps_one_account(gateway: Gateway) -> None:
    old, new, olds, news = contested(gateway, "merge")
    path = f"{DESK}/accounts/{look(gateway, old, lambda found: found.id)}/merge"
    unchosen = gateway.visitor("officer").submit(path, page=DESK, reason=REASON, q=old)
    assert unchosen.status_code == 422 and 'href="#other"' in unchosen.text
    decide(gateway, "merge", old, new)
    assert level(gateway, new) is Level.CONFIRMED
    assert look(gateway, new, lambda account: account.assurance) == Assurance.OFFICERS
    assert look(gateway, old, lambda account: (account.person, account.disabled_at is not None)) == (None, True)
    assert olds.get("/en/account").status_code == 303
    assert news.get("/en/applications").status_code == 200


def test_an_unfounded_doubt_ends(gateway: Gateway) -> None:
    owner, other, owners, others = contested(gateway, "unfounded")
    decide(gateway, "unfreeze", owner)
    assert [level(gateway, email) for email in (owner, other)] == [Level.CONFIRMED, Level.CONTACT]
    assert owners.get("/en/applications").status_code == 200
    assert "Who you are" in others.get(IDENTITY).text


def test_a_disabled_account_opens_for_nobody_until_two_say_so(gateway: Gateway) -> None:
    email = address("disabled")
    browser = gateway.signed_up(email)
    decide(gateway, "disable", email)
    assert browser.get("/en/account").location.startswith("/en/sign-in")
    form = {"identifier": email, "password": "stapler orchard lantern"}
    assert gateway.browser().submit("/en/sign-in", **form).status_code == 422
    decide(gateway, "enable", email)
    gateway.forget_tries()
    assert gateway.browser().submit("/en/sign-in", **form).status_code == 303


@pytest.mark.parametrize("reason", ["", "  \u200f ", "x" * 301])
def test_no_decision_without_a_reason(gateway: Gateway, reason: str) -> None:
    email = address(f"reason{len(reason)}")
    gateway.signed_up(email)
    account = look(gateway, email, lambda found: found.id)
    for verb in ("disable", "freeze"):
        path = f"{DESK}/accounts/{account}/{verb}"
        answer = gateway.visitor("officer").submit(path, page=DESK, reason=reason, q=email)
        assert answer.status_code == 422, verb
    assert level(gateway, email) is Level.CONTACT


def test_a_decision_is_declined_with_a_reason_and_decided_once(gateway: Gateway) -> None:
    email = address("declined")
    gateway.signed_up(email)
    account = look(gateway, email, lambda found: found.id)
    officer, head = gateway.visitor("officer"), gateway.visitor("head_of_mission")
    propose = f"{DESK}/accounts/{account}/disable"
    assert officer.submit(propose, page=DESK, reason=REASON).status_code == 303
    assert officer.submit(propose, page=DESK, reason=REASON).status_code == 409
    with gateway.app.extensions["database"].scope("RUH") as session:
        waiting = AccountDecision.state == "waiting", AccountDecision.account_id == account
        reference = session.scalars(select(AccountDecision.reference).where(*waiting)).one()
    path = f"{DESK}/decisions/{reference}"
    assert head.submit(path, page=DESK, verdict="decline").status_code == 422
    for verdict in ({}, {"verdict": "Approve"}):
        unsaid = head.submit(path, page=DESK, decline_reason="words of the head", **verdict)
        assert unsaid.status_code == 422 and 'id="verdict"' in unsaid.text and "words of the head" in unsaid.text
    assert gateway.visitor("head_of_mission", "BER").submit(path, page=DESK, verdict="approve").status_code == 404
    assert head.submit(path, page=DESK, verdict="decline", decline_reason=REASON).status_code == 303
    assert head.submit(path, page=DESK, verdict="approve").status_code == 409
    assert look(gateway, email, lambda found: found.disabled_at) is None


@pytest.mark.parametrize(
    ("kind", "status"),
    [("unfreeze", 409), ("enable", 409), ("merge", 409), ("release", 409), ("promote", 404), ("staff_role", 403)],
)
def test_what_cannot_be_decided_about_a_plain_account(gateway: Gateway, kind: str, status: int) -> None:
    email = address(f"plain.{kind}")
    gateway.signed_up(email)
    account = look(gateway, email, lambda found: found.id)
    path = f"{DESK}/accounts/{account}/{kind}"
    answer = gateway.visitor("officer").submit(path, page=DESK, reason=REASON, other=account)
    assert answer.status_code == status


def test_staff_are_no_business_of_officers(gateway: Gateway) -> None:
    account = gateway.account("cashier")
    found = look(gateway, account.email, lambda row: row.id)
    officer = gateway.visitor("officer")
    for verb, status in (("disable", 404), ("freeze", 403)):
        answer = officer.submit(f"{DESK}/accounts/{found}/{verb}", page=DESK, reason=REASON)
        assert answer.status_code == status, verb


@pytest.mark.parametrize(("assurance", "expected"), [("earlier", Level.FROZEN), ("counter", Level.CONFIRMED)])
def test_a_report_freezes_what_was_never_proven(gateway: Gateway, assurance: str, expected: Level) -> None:
    holder, reporter = address(f"held.{assurance}"), address(f"reports.{assurance}")
    gateway.signed_up(holder)
    with gateway.app.extensions["database"].scope(None) as session:
        tied = {"person": WHO.person, "assurance": assurance}
        session.execute(update(Account).where(Account.email == holder).values(tied))
    browser = gateway.declared(WHO, reporter)
    said = browser.submit("/en/identity/report", page=IDENTITY)
    assert said.location == "/en/identity?done=reported"
    assert level(gateway, holder) is expected
    desk = gateway.visitor("officer").get(DESK).text
    assert "Reported by somebody" in desk


def test_a_report_is_answered_alike_when_nobody_has_the_person(gateway: Gateway) -> None:
    browser = gateway.declared(WHO, address("alone"))
    said = browser.submit("/en/identity/report", page=IDENTITY)
    assert said.location == "/en/identity?done=reported"
    assert "Your mission has your report" in browser.get(IDENTITY).text


def test_an_officer_freezes_at_once_and_two_end_it(gateway: Gateway) -> None:
    email = address("frozen")
    browser = gateway.declared(WHO, email)
    account = look(gateway, email, lambda found: found.id)
    officer = gateway.visitor("officer")
    assert officer.submit(f"{DESK}/accounts/{account}/freeze", page=DESK, reason=REASON).status_code == 303
    assert officer.submit(f"{DESK}/accounts/{account}/freeze", page=DESK, reason=REASON).status_code == 409
    assert level(gateway, email) is Level.FROZEN
    assert "on hold" in browser.get(IDENTITY).text
    decide(gateway, "unfreeze", email)
    assert level(gateway, email) is Level.DECLARED


def test_news_that_waits_to_be_sent_again_stays_here_once_an_account_is_frozen(gateway: Gateway) -> None:
    """A mail server that was down, or a message on its way at that moment, must not tell a thief what comes next."""
    email = address("waiting")
    gateway.declared(WHO, email)
    account_id = look(gateway, email, lambda found: found.id)
    with gateway.app.extensions["database"].scope(None) as session:
        account = session.get_one(Account, account_id)
        queue.queue_once(session, account, queue.notice_event("ready"), queue.MAIL, email, f"RUH {account_id}")
    officer = gateway.visitor("officer")
    assert officer.submit(f"{DESK}/accounts/{account_id}/freeze", page=DESK, reason=REASON).status_code == 303
    with gateway.app.extensions["database"].scope(None) as session:
        states = dict(session.execute(select(Mail.event, Mail.state).where(Mail.account_id == account_id)).all())
        sent = session.scalars(select(Mail.id).where(Mail.account_id == account_id, Mail.event == "notice_ready")).one()
        deliver.note(session, sent, None, False)
    assert (states["notice_ready"], states[queue.ACCOUNT_ON_HOLD]) == (queue.SETTLED, queue.WAITING)


def test_the_database_itself_wants_two_people(gateway: Gateway) -> None:
    def write(session: Session) -> None:
        session.add(
            AccountDecision(
                reference="RUH-X",
                mission="RUH",
                kind="disable",
                params={},
                reason="r",
                state="done",
                proposer="a",
                approver="a",
                proposed_at=func.now(),
                decided_at=func.now(),
            )
        )
        session.flush()

    with pytest.raises(IntegrityError, match="two_people"), gateway.app.extensions["database"].scope("RUH") as session:
        write(session)


@pytest.mark.parametrize("query", ["", "nobody@example.org", "%", "' OR 1=1", "٠" * 300])
def test_a_search_that_finds_nobody(gateway: Gateway, query: str) -> None:
    answer = gateway.visitor("officer").submit(f"{DESK}/accounts", page=DESK, q=query)
    assert answer.status_code == 200 and "No account of your mission" in answer.text


def test_a_search_shows_no_contact_and_leaves_a_trace(gateway: Gateway) -> None:
    email = address("found")
    gateway.declared(WHO, email)
    answer = gateway.visitor("officer").submit(f"{DESK}/accounts", page=DESK, q=WHO.national_number)
    assert claim(gateway, email) in answer.text and f">{email}<" not in answer.text
    account = look(gateway, email, lambda found: found.id)
    with gateway.app.extensions["database"].scope("RUH") as session:
        rows = session.scalars(select(audit.event.c.action).where(audit.event.c.about == account)).all()
    assert "account.read" in rows
