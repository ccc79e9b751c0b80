"""Parked messages at the desk: listed with ages, read, taken up again with a reason, discarded by two people."""

import csv
from collections.abc import Callable
from io import StringIO

import pytest
from sqlalchemy import select

from services.consular.handlers import HANDLERS
from shared.database.db import Database
from shared.i18n import language as language_of
from shared.messaging.inbox import parked
from shared.values.references import new
from tests.factories.gateway import Browser, Gateway
from tests.factories.messages.parked import park

Databases = Callable[[str], Database]


def verdict(database: Database, number: int) -> str | None:
    with database.scope(None) as session:
        return session.scalar(select(parked.c.verdict).where(parked.c.id == number))


def whole_list(visitor: Browser, page: str) -> str:
    """All pages of the list: other tests park messages too."""
    texts = [visitor.get(page).text]
    while f"page={len(texts) + 1}" in texts[-1]:
        texts.append(visitor.get(f"{page}?page={len(texts) + 1}").text)
    return "".join(texts)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_message_is_read_and_taken_up_again(gateway: Gateway, database: Databases, language: str) -> None:
    about = new("RUH", 10)
    number = park(database("consular"), about, b'{"note": "<b>raw</b>"}\x00')
    head, page = gateway.visitor("head_of_mission"), f"/{language}/desk/parked"
    assert about in whole_list(head, page)
    shown, kind = head.get(f"{page}/{number}").text, language_of(language).text("desk.parked.kind.decision.made")
    assert kind in shown and "decision.made" not in shown.split("<pre")[0]
    assert f"{page}.csv" in head.get(page).text
    file = head.get(f"{page}.csv").data.decode("utf-8-sig")
    row = next(row for row in csv.reader(StringIO(file)) if row[0] == str(number))
    assert row[2:4] == [about, kind]
    assert "&lt;b&gt;raw" in shown and "\x00" not in shown
    assert head.submit(f"{page}/{number}/replay", f"{page}/{number}", reason=" ").status_code == 422
    form = head.form(f"{page}/{number}", f"{page}/{number}/replay")
    assert head.post(f"{page}/{number}/replay", **form, reason="mended").status_code == 303
    assert verdict(database("consular"), number) == "replay"
    again = head.post(f"{page}/{number}/replay", **form, reason="once more")
    assert again.status_code == 409 and "once more" not in head.get(page).text


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_message_that_is_taken_has_words(language: str) -> None:
    assert [key for key in HANDLERS if not language_of(language).text(f"desk.parked.kind.{key}")] == []


@pytest.mark.parametrize("language", ["ar", "en"])
def test_two_people_discard_a_message(gateway: Gateway, database: Databases, language: str) -> None:
    number = park(database("consular"), new("RUH", 10))
    head, other = gateway.visitor("head_of_mission"), gateway.visitor("officer")
    new_page = f"/{language}/desk/proposals/new/discard_message"
    typed = {"message_number": str(number), "discard_reason": "sent twice"}
    looked = head.submit(new_page, f"{new_page}?message_number={number}", **typed)
    assert looked.status_code == 200
    key = {"key": new("RUH", 10), "confirmed": "yes"}
    assert head.submit(new_page, new_page, **typed, **key).status_code == 303
    proposals = f"/{language}/desk/proposals"
    listed = other.get(proposals).text
    reference = listed.split(f"{proposals}/RUH-")[1].split('"')[0]
    assert verdict(database("consular"), number) is None
    path = f"{proposals}/RUH-{reference}"
    unsaid = other.submit(path, proposals, decline_reason="why not", key=new("RUH", 10))
    assert unsaid.status_code == 422 and 'id="verdict"' in unsaid.text and "why not" in unsaid.text
    assert head.submit(path, proposals, verdict="approve", key=new("RUH", 10)).status_code != 303
    assert other.submit(path, proposals, verdict="approve", key=new("RUH", 10)).status_code == 303
    assert verdict(database("consular"), number) == "discard"


def test_what_is_anothers_or_decided_is_not_discarded(gateway: Gateway, database: Databases) -> None:
    strange = park(database("consular"), new("BER", 10))
    nobody = park(database("consular"), None)
    head, page = gateway.visitor("head_of_mission"), "/en/desk/proposals/new/discard_message"
    for number in (strange, nobody, 10**17, "x", "١"):
        assert head.submit(page, page, message_number=str(number), discard_reason="why").status_code == 422, number
        assert number == "١" or head.get(f"/en/desk/parked/{number}").status_code == 404
    assert gateway.visitor("clerk").get("/en/desk/parked").status_code == 403
