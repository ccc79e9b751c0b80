"""A passport page and a photo: an officer compares, the account is proven, and both files are gone at once."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select, update

from deploy.demo.population import specimens
from services.consular.identity_checks.model import IdentityCheck
from services.consular.uploads.model import BlobUse, StoredBlob
from services.consular.worker import end_old_checks
from services.gateway.accounts.levels import Assurance, Level
from services.gateway.accounts.model import Account, Contest
from shared.database.db import Database
from shared.identity.actor import service
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.identity import level, look
from tests.factories.uploads import PDF, image

WHO = specimens.ELDER
PAGE, DESK = "/en/identity/passport", "/en/desk/identity/checks"


@pytest.fixture(autouse=True)
def nobody_yet(gateway: Gateway) -> Iterator[None]:
    with gateway.app.extensions["database"].scope("RUH") as session:
        about = (Account.person == WHO.person) | (Account.declared_person == WHO.person)
        empty = dict.fromkeys(("person", "number_key", "assurance", "declared_person", "declared_number_key", "claim"))
        session.execute(update(Account).where(about).values(**empty).execution_options(synchronize_session=False))
        session.execute(update(Contest).values(closed_at=func.now()))
    gateway.forget_tries()
    yield
    gateway.forget_tries()


def pictures(**changed: bytes | None) -> dict[str, Any]:
    contents = {"passport": image(size=(400, 300)), "face": image(size=(300, 400)), **changed}
    return {name: (BytesIO(content), f"{name}.jpg") for name, content in contents.items() if content is not None}


def sent(gateway: Gateway, email: str) -> tuple[Browser, str]:
    browser = gateway.declared(WHO, email)
    # Equal files of a mission are stored once: each check has its own.
    width = 300 + len(email)
    answer = browser.submit(PAGE, **pictures(passport=image(size=(400, width)), face=image(size=(width, 400))))
    assert answer.status_code == 303, answer.text
    account = look(gateway, email, lambda row: row.id)
    with consular(gateway).scope("RUH") as session:
        return browser, session.scalars(select(IdentityCheck.reference).where(IdentityCheck.account == account)).one()


def consular(gateway: Gateway) -> Database:
    found: Database = gateway.wires["consular"].service.app.extensions["database"]
    return found


def files(gateway: Gateway, reference: str) -> list[str]:
    """The addresses of the check's files that the store has."""
    with consular(gateway).scope("RUH") as session:
        owned = select(BlobUse.address).where(BlobUse.owner.startswith(reference))
        return list(session.scalars(owned.distinct()))


def stored(gateway: Gateway, addresses: list[str]) -> int:
    with consular(gateway).scope("RUH") as session:
        return session.scalar(select(func.count()).where(StoredBlob.address.in_(addresses))) or 0


def test_an_officer_compares_and_both_pictures_are_deleted(gateway: Gateway) -> None:
    email = "passport.page@example.org"
    browser, reference = sent(gateway, email)
    assert "Your mission has the two pictures" in browser.get(PAGE).text
    officer = gateway.visitor("officer")
    assert WHO.given_name in officer.get("/en/desk/identity").text
    for which in ("passport", "face"):
        picture = officer.client.get(f"{DESK}/{reference}/{which}")
        assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")
        assert "sandbox" in picture.headers["Content-Security-Policy"]
    addresses = files(gateway, reference)
    assert addresses and stored(gateway, addresses) == len(addresses)
    path = f"{DESK}/{reference}"
    wrong = officer.submit(path, verdict="accepted", national_number=specimens.SERVED.national_number)
    assert wrong.status_code == 422 and level(gateway, email) is Level.DECLARED
    right = officer.submit(path, verdict="accepted", national_number=WHO.national_number)
    assert right.location == "/en/desk/identity?done=passport_accepted"
    assert look(gateway, email, lambda account: account.assurance) == Assurance.PASSPORT
    assert files(gateway, reference) == [] and stored(gateway, addresses) == 0
    assert officer.client.get(f"{DESK}/{reference}/face").status_code == 404


def test_a_refusal_says_why_and_deletes_as_well(gateway: Gateway) -> None:
    email = "refused.page@example.org"
    browser, reference = sent(gateway, email)
    addresses, head = files(gateway, reference), gateway.visitor("head_of_mission")
    path = f"{DESK}/{reference}"
    for reason in ("", "ugly"):
        assert head.submit(path, verdict="refused", reason=reason).status_code == 422
    for verdict in ({}, {"verdict": "perhaps"}):
        unsaid = head.submit(path, reason="unreadable", **verdict)
        assert unsaid.status_code == 422 and 'id="verdict"' in unsaid.text
    assert head.submit(path, verdict="refused", reason="unreadable").status_code == 303
    assert stored(gateway, addresses) == 0 and level(gateway, email) is Level.DECLARED
    assert "not clear" in browser.get(PAGE).text
    other = gateway.visitor("officer")
    assert other.submit(path, page="/en/desk/identity", verdict="refused", reason="unreadable").status_code == 409
    assert browser.submit(PAGE, **pictures()).status_code == 303


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"face": None}, 422, "choose a file"),
        ({"passport": None}, 422, "choose a file"),
        ({"face": PDF}, 422, "no PDF"),
        ({"face": b"no picture at all"}, 415, "face"),
        ({"passport": b""}, 422, "passport"),
    ],
)
def test_what_is_wrong_is_said_beside_its_picture(
    gateway: Gateway, changed: dict[str, bytes | None], status: int, said: str
) -> None:
    email = f"wrong.{len(str(changed))}.{said[:2].strip()}@example.org"
    browser = gateway.declared(WHO, email)
    answer = browser.submit(PAGE, **pictures(**changed))
    assert answer.status_code == status and said in answer.text and 'aria-invalid="true"' in answer.text


def test_nobody_else_sees_a_check(gateway: Gateway) -> None:
    browser, reference = sent(gateway, "private.page@example.org")
    path = f"{DESK}/{reference}"
    for role, mission in (("clerk", "RUH"), ("cashier", "RUH"), ("auditor", "RUH"), ("registrar", "RUH")):
        assert gateway.visitor(role, mission).client.get(path).status_code == 403, role
    stranger = gateway.visitor("officer", "BER")
    for page in (path, f"{path}/face", f"{path}/passport"):
        assert stranger.client.get(page).status_code == 404
    assert browser.client.get(f"{path}/face").status_code == 403
    assert gateway.signed_up("nobody.page@example.org").get(PAGE).status_code == 303


def test_a_check_of_a_person_somebody_has_freezes_both(gateway: Gateway) -> None:
    holder, email = "holds.page@example.org", "second.page@example.org"
    gateway.signed_up(holder)
    with gateway.app.extensions["database"].scope(None) as session:
        tied = {"person": WHO.person, "assurance": "counter"}
        session.execute(update(Account).where(Account.email == holder).values(tied))
    _, reference = sent(gateway, email)
    answer = gateway.visitor("officer").submit(
        f"{DESK}/{reference}", verdict="accepted", national_number=WHO.national_number
    )
    assert answer.location == "/en/desk/identity?done=contested"
    assert [level(gateway, one) for one in (holder, email)] == [Level.FROZEN, Level.FROZEN]


def test_pictures_that_nobody_decides_about_are_deleted(gateway: Gateway) -> None:
    _, reference = sent(gateway, "old.page@example.org")
    addresses = files(gateway, reference)
    with consular(gateway).scope("RUH") as session:
        session.get_one(IdentityCheck, reference).requested_at -= timedelta(days=31)
    intake = gateway.wires["consular"].service.app.extensions["intake"]
    end_old_checks(intake, service("consular", "RUH"))
    assert stored(gateway, addresses) == 0
    with consular(gateway).scope("RUH") as session:
        assert session.get_one(IdentityCheck, reference).state == "expired"


@pytest.mark.parametrize("language", ("ar", "en"))
def test_the_page_that_was_wanted_goes_along_while_a_passport_is_checked(gateway: Gateway, language: str) -> None:
    browser = gateway.declared(WHO, f"wanted-check-{language}@mahjar.example")
    wanted, page = f"/{language}/account/mandates", f"/{language}/identity/passport"
    assert f'href="{page}?next={wanted}"' in browser.get(f"/{language}/identity?next={wanted}").text
    asked = browser.get(f"{page}?next={wanted}").text
    assert f'name="next" value="{wanted}"' in asked and f'href="/{language}/identity?next={wanted}"' in asked
    refused = browser.submit(page, next=wanted)
    assert refused.status_code == 422 and f'name="next" value="{wanted}"' in refused.text
    answer = browser.submit(page, next=wanted, **pictures(face=image(size=(len(language) + 317, 411))))
    assert answer.location == f"{page}?next={wanted}"
