"""Proofs without a visit: vouching by name, letters to the mission's own address; and staff accounts by two people."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from deploy.demo.population import specimens
from services.gateway.accounts.levels import Assurance, Level
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account, AccountDecision, CodeLetter
from tests.factories.gateway import PASSWORD, Browser, Gateway, particulars
from tests.factories.gateway.identity import CODE, IDENTITY, REASON, claim, forget_accounts_of, level, look

WHO, VOUCHER = specimens.ELDER, specimens.FATHER
VOUCH, DESK, STAFF = "/en/identity/vouch", "/en/desk/identity", "/en/desk/staff"


@pytest.fixture(autouse=True)
def nobody_yet(gateway: Gateway) -> Iterator[None]:
    forget_accounts_of(gateway, WHO, VOUCHER)
    gateway.forget_tries()
    yield
    gateway.forget_tries()


def voucher(gateway: Gateway, assurance: str = Assurance.COUNTER, mission: str = "RUH") -> Browser:
    account = gateway.account(mission=mission, person=VOUCHER)
    with gateway.app.extensions["database"].scope(None) as session:
        session.execute(update(Account).where(Account.email == account.email).values(assurance=assurance))
    browser = gateway.browser()
    browser.submit("/en/sign-in", identifier=account.email, password=account.password)
    return browser


def form(gateway: Gateway, email: str, **changed: str) -> dict[str, str]:
    return {"claim": claim(gateway, email), "national_number": WHO.national_number, "relation": "friend", **changed}


def test_the_word_of_who_was_at_the_counter_proves(gateway: Gateway) -> None:
    email = "vouched@example.org"
    browser = gateway.declared(WHO, email)
    other = voucher(gateway, mission="DXB")
    assert other.submit(VOUCH, **form(gateway, email)).location == f"{VOUCH}?done=yes"
    assert level(gateway, email) is Level.CONFIRMED
    assert look(gateway, email, lambda account: account.assurance) == Assurance.VOUCHED
    assert VOUCHER.given_name in browser.get(IDENTITY).text
    assert "may vouch" in browser.get(VOUCH).text
    refused = browser.submit(VOUCH, page=IDENTITY, **form(gateway, email))
    assert refused.status_code == 422 and "Only somebody" in refused.text


@pytest.mark.parametrize("assurance", [one for one in Assurance if one is not Assurance.COUNTER])
def test_nobody_else_vouches(gateway: Gateway, assurance: Assurance) -> None:
    email = f"by.{assurance}@example.org"
    gateway.declared(WHO, email)
    browser = voucher(gateway, assurance)
    answer = browser.submit(VOUCH, page="/en/account", **form(gateway, email))
    assert answer.status_code == 422 and "Only somebody" in answer.text
    assert level(gateway, email) is Level.DECLARED


@pytest.mark.parametrize(
    "changed",
    [
        {"national_number": specimens.SERVED.national_number},
        {"national_number": ""},
        {"claim": "RUH-K2222-22222-2"},
        {"relation": ""},
        {"relation": "neighbour"},
    ],
)
def test_a_vouching_that_names_nobody(gateway: Gateway, changed: dict[str, str]) -> None:
    email = f"named.{abs(hash(str(changed)))}@example.org"
    gateway.declared(WHO, email)
    answer = voucher(gateway, mission="BER").submit(VOUCH, **form(gateway, email, **changed))
    assert answer.status_code == 422 and level(gateway, email) is Level.DECLARED


@pytest.mark.parametrize("doubt", ["reported", "held"])
def test_nobody_vouches_for_a_contested_person(gateway: Gateway, doubt: str) -> None:
    email = f"contested.{doubt}@example.org"
    browser = gateway.declared(WHO, email)
    if doubt == "reported":
        browser.submit("/en/identity/report", page=IDENTITY)
    else:
        holder = gateway.signed_up("holder@example.org") and "holder@example.org"
        with gateway.app.extensions["database"].scope(None) as session:
            tied = {"person": WHO.person, "assurance": "counter"}
            session.execute(update(Account).where(Account.email == holder).values(tied))
    answer = voucher(gateway, mission="BER").submit(VOUCH, **form(gateway, email))
    assert answer.status_code == 409 and level(gateway, email) is Level.DECLARED


def test_three_times_a_year_and_in_no_circle(gateway: Gateway) -> None:
    by = voucher(gateway, mission="JED")
    people = (specimens.ELDER, specimens.SERVED, specimens.MOTHER, specimens.STUDENT)
    emails = [f"year.{number}@example.org" for number in range(len(people))]
    for person, email in zip(people, emails, strict=True):
        gateway.release(person)
        gateway.forget_tries()
        gateway.declared(person, email)
        answer = by.submit(VOUCH, **form(gateway, email, national_number=person.national_number))
        assert answer.status_code == (303 if email != emails[3] else 422), email
    assert "limit" in by.submit(VOUCH, **form(gateway, emails[3])).text
    # Should the voucher have to be confirmed anew, nobody it vouched for can do that, though seen at a counter since.
    with gateway.app.extensions["database"].scope(None) as session:
        session.execute(update(Account).where(Account.email == emails[0]).values(assurance=Assurance.COUNTER))
        account = session.scalars(select(Account).where(Account.person == VOUCHER.person)).one()
        account.person = account.assurance = account.number_key = None
        email = account.email
    again = gateway.browser()
    again.submit("/en/sign-in", identifier=email, password=PASSWORD)
    assert again.submit(IDENTITY, **particulars(VOUCHER)).status_code == 303
    first = gateway.browser()
    first.submit("/en/sign-in", identifier=emails[0], password=PASSWORD)
    circle = form(gateway, email, national_number=VOUCHER.national_number)
    assert first.submit(VOUCH, **circle).status_code == 409
    for person in people:
        gateway.release(person)


def test_a_letter_goes_to_the_address_of_the_missions_register(gateway: Gateway) -> None:
    email = "letter@example.org"
    browser = gateway.declared(WHO, email)
    assert browser.submit("/en/identity/letter", page=IDENTITY).location == "/en/identity?done=letter"
    assert browser.submit("/en/identity/letter", page=IDENTITY).status_code == 409
    with gateway.app.extensions["database"].scope("RUH") as session:
        reference = session.scalars(
            select(CodeLetter.reference)
            .join(Account, Account.id == CodeLetter.account_id)
            .where(Account.email == email)
        ).one()
    officer, path = gateway.visitor("officer"), f"{DESK}/letters/{reference}"
    assert officer.submit(path, page=DESK).status_code == 422
    assert gateway.visitor("officer", "BER").submit(path, page=DESK, address_known="yes").status_code == 404
    printed = officer.submit(path, page=DESK, address_known="yes")
    code = printed.text.split('<strong class="code">')[1].split("<")[0]
    assert officer.submit(path, page=DESK, address_known="yes").status_code == 409
    assert browser.submit(CODE, page=IDENTITY, code=code).status_code == 303
    assert look(gateway, email, lambda account: account.assurance) == Assurance.POST


def proposed(gateway: Gateway, by: Browser, kind: str, **fields: str) -> str:
    answer = by.submit(f"{STAFF}/new/{kind}", page=STAFF, reason=REASON, **fields)
    assert answer.status_code == 303, answer.text
    with gateway.app.extensions["database"].scope("RUH") as session:
        waiting = AccountDecision.state == "waiting", AccountDecision.kind == kind
        return str(session.scalars(select(AccountDecision.reference).where(*waiting)).one())


def test_a_colleague_is_invited_by_two_people_and_by_e_mail(gateway: Gateway) -> None:
    email = "new.clerk@example.org"
    administrator, head = gateway.visitor("administrator"), gateway.visitor("head_of_mission")
    reference = proposed(gateway, administrator, "staff_create", email=email, role="clerk")
    path = f"{STAFF}/decisions/{reference}"
    assert administrator.submit(path, page=STAFF, verdict="approve").status_code == 422
    unsaid = head.submit(path, page=STAFF, decline_reason=REASON)
    assert unsaid.status_code == 422 and 'id="verdict"' in unsaid.text
    assert gateway.mails(email) == []
    assert head.submit(path, page=STAFF, verdict="approve").status_code == 303
    ((event, params),) = gateway.mails(email)
    assert event == queue.STAFF_INVITED
    link = f"/en/invitation/{params['invitation']}"
    assert gateway.browser().submit(link, password=PASSWORD, name_ar="", name_latin="").status_code == 303
    assert look(gateway, email, lambda account: account.role) == "clerk"


def test_a_role_changes_at_once_and_a_leaver_is_out(gateway: Gateway) -> None:
    clerk = gateway.visitor("clerk")
    account = look(gateway, "clerk.nobody.ruh@mahjar.example", lambda row: row.id)
    administrator, head = gateway.visitor("administrator"), gateway.visitor("head_of_mission")
    for kind, fields, expected in (
        ("staff_role", {"role": "auditor"}, ("auditor", False)),
        ("staff_disable", {}, ("auditor", True)),
        ("staff_enable", {}, ("auditor", False)),
        ("staff_role", {"role": "clerk"}, ("clerk", False)),
    ):
        reference = proposed(gateway, administrator, kind, account=account, **fields)
        assert head.submit(f"{STAFF}/decisions/{reference}", page=STAFF, verdict="approve").status_code == 303
        email = "clerk.nobody.ruh@mahjar.example"
        assert look(gateway, email, lambda row: (row.role, row.disabled_at is not None)) == expected
        assert clerk.get("/en/desk").location.startswith("/en/sign-in"), kind


@pytest.mark.parametrize(
    ("kind", "fields", "status"),
    [
        ("staff_create", {"email": "nobody", "role": "clerk"}, 422),
        ("staff_create", {"email": "x@example.org", "role": "emperor"}, 422),
        ("staff_create", {"email": "x@example.org", "role": "expatriate"}, 422),
        ("staff_role", {"account": "nobody", "role": "clerk"}, 404),
        ("staff_enable", {"account": "own"}, 422),
        ("staff_role", {"account": "own", "role": "auditor"}, 422),
        ("release", {"account": "own"}, 404),
        ("staff_party", {}, 404),
    ],
)
def test_what_nobody_decides_about_staff(gateway: Gateway, kind: str, fields: dict[str, str], status: int) -> None:
    administrator = gateway.visitor("administrator")
    if fields.get("account") == "own":
        own = look(gateway, "administrator.nobody.ruh@mahjar.example", lambda row: row.id)
        fields = {**fields, "account": own}
    answer = administrator.submit(f"{STAFF}/new/{kind}", page=STAFF, reason=REASON, **fields)
    assert answer.status_code == status


@pytest.mark.parametrize("role", ["clerk", "officer", "cashier", "registrar"])
def test_who_does_not_lead_decides_nothing_about_staff(gateway: Gateway, role: str) -> None:
    assert gateway.visitor(role).get(STAFF).status_code == 403
