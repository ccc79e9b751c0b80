"""The one-time link to a staff account: it is used once, ends, is kept as a hash, and lets its owner sign in."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.gateway import worker
from services.gateway.accounts.model import Account, Invitation
from services.gateway.accounts.registration import first_administrator
from shared.database.db import Database, now
from shared.errors import Conflict, Invalid, NotFound
from tests.factories.gateway import Gateway
from tests.factories.refusals import refuses

PASSWORD = "three plain words here"
Sessions = Callable[..., Session]


@pytest.fixture
def session(session_for: Sessions) -> Session:
    return session_for("gateway", None)


def invite(session: Session, email: str = "Head@mission.test", role: str = "administrator") -> str:
    return first_administrator.invite(session, email, role, "RUH")


def test_a_link_opens_one_account_with_the_chosen_password(session: Session) -> None:
    token = invite(session)
    account = first_administrator.accept(session, token, PASSWORD, "ar")
    assert (account.email, account.role, account.home_mission) == ("head@mission.test", "administrator", "RUH")
    assert PASSWORD not in account.password_hash
    with refuses("invitation_unknown", NotFound):
        first_administrator.accept(session, token, PASSWORD, "ar")


def test_the_token_is_kept_as_a_hash(session: Session) -> None:
    token = invite(session)
    row = session.scalars(select(Invitation).where(Invitation.email == "head@mission.test")).one()
    assert token not in {str(getattr(row, column.key)) for column in Invitation.__table__.columns}
    assert row.ends_at - now(session) == timedelta(hours=24)


def test_a_link_ends(session: Session) -> None:
    token = invite(session)
    session.execute(update(Invitation).values(ends_at=now(session) - timedelta(seconds=1)))
    with refuses("invitation_unknown", NotFound):
        first_administrator.find(session, token)
    with refuses("invitation_unknown", NotFound):
        first_administrator.accept(session, token, PASSWORD, "ar")


def test_an_address_that_was_invited_and_did_not_come_is_forgotten(gateway: Gateway) -> None:
    database = gateway.app.extensions["database"]
    ages = {"waits@mission.test": -1, "ended@mission.test": 29, "long.over@mission.test": 31}
    with database.scope(None) as session:
        for email, days in ages.items():
            first_administrator.invite(session, email, "clerk", "RUH")
            ended = {"ends_at": now(session) - timedelta(days=days)}
            session.execute(update(Invitation).where(Invitation.email == email).values(ended))
    worker.sweep(database)
    with database.scope(None) as session:
        invited = select(Invitation.email).where(Invitation.email.in_(ages))
        assert set(session.scalars(invited)) == {"waits@mission.test", "ended@mission.test"}


def test_a_second_link_ends_the_first(session: Session) -> None:
    first, second = invite(session), invite(session)
    with refuses("invitation_unknown", NotFound):
        first_administrator.find(session, first)
    assert first_administrator.find(session, second).role == "administrator"


def test_a_weak_password_uses_nothing_up(session: Session) -> None:
    token = invite(session)
    with refuses("password_too_short", Invalid):
        first_administrator.accept(session, token, "short", "ar")
    assert first_administrator.find(session, token)


def test_who_has_an_account_gets_no_link_and_no_role_is_invented(session: Session) -> None:
    first_administrator.accept(session, invite(session), PASSWORD, "ar")
    with refuses("account_exists", Conflict):
        invite(session)
    with refuses("unknown_choice", Invalid):
        invite(session, "other@mission.test", "expatriate")
    with refuses("email_malformed", Invalid):
        invite(session, "no address")


def test_of_two_who_follow_at_once_one_succeeds(database: Callable[[str], Database]) -> None:
    gateway, results = database("gateway"), list[str]()
    with gateway.scope(None) as session:
        token = invite(session, "race@mission.test")
    start = threading.Barrier(2, timeout=120)

    def open_link() -> None:
        start.wait()
        try:
            with gateway.scope(None) as session:
                results.append(first_administrator.accept(session, token, PASSWORD, "ar").email)
        except NotFound as refusal:
            results.append(refusal.code)

    threads = [threading.Thread(target=open_link) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results) == ["invitation_unknown", "race@mission.test"]
    with gateway.scope(None) as session:
        count = select(func.count()).select_from(Account).where(Account.email == "race@mission.test")
        assert session.scalar(count) == 1


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_page_leads_from_the_link_to_a_signed_in_administrator(gateway: Gateway, language: str) -> None:
    email, database = f"administrator.{language}@mission.test", gateway.app.extensions["database"]
    with database.scope(None) as session:
        token = first_administrator.invite(session, email, "administrator", "RUH")
    browser = gateway.browser()
    address = f"/{language}/invitation/{token}"
    assert email in browser.get(address).get_data(as_text=True)
    assert browser.submit(address, password="short").status_code == 422
    assert browser.submit(address, password=PASSWORD).status_code == 303
    assert browser.get(address).status_code == 404
    signed_in = browser.submit(f"/{language}/sign-in", identifier=email, password=PASSWORD)
    assert signed_in.status_code == 303
    # Nobody works with a password alone.
    assert browser.get(f"/{language}/desk/staff").location.startswith(f"/{language}/account/security")


def test_a_cashier_gives_the_name_that_receipts_print(session: Session) -> None:
    token = first_administrator.invite(session, "cash@mission.test", "cashier", "RUH")
    with refuses("required", Invalid):
        first_administrator.accept(session, token, PASSWORD, "ar", ("  ", ""))
    account = first_administrator.accept(session, token, PASSWORD, "ar", (" هالة  نموذج", "Hala Namouzaj"))
    assert (account.name_ar, account.name_latin) == ("هالة نموذج", "Hala Namouzaj")
