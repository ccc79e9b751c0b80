"""What takes a second signature, asked for on its page and read by the person who signs, in both languages."""

import re
import uuid
from collections.abc import Callable

import pytest

from shared.i18n import language as language_of
from tests.conftest import officer
from tests.factories.applications import Counter
from tests.factories.gateway import Gateway
from tests.factories.gateway.overrides import sign_as_head

At = Callable[..., Counter]
LANGUAGES = ("ar", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_spoiled_passport_is_printed_again_by_two(gateway: Gateway, counter: At, language: str) -> None:
    here = counter().until("ready", "passport-first-urgent")
    here.stock()
    desk, page = gateway.visitor("officer"), f"/{language}/desk/cases/{here.reference}"
    assert f'action="{page}/reprint"' in desk.get(page).text
    assert f'action="{page}/reprint"' not in gateway.visitor("clerk").get(page).text
    nothing = desk.submit(f"{page}/reprint", page=page, key="nothing")
    assert nothing.status_code == 422 and 'id="reason-error"' in nothing.text
    before = here.read()["document"]["code"]
    asked = desk.submit(f"{page}/reprint", page=page, key=uuid.uuid4().hex, reason="misprint")
    assert asked.status_code == 303
    assert language_of(language).text("desk.done.reprint") in desk.get(asked.location).text
    waiting = gateway.visitor("head_of_mission").get(f"/{language}/desk/proposals").text
    assert language_of(language).text("field.spoil_reason.choice.misprint") in waiting
    sign_as_head(gateway, language, here.reference)
    assert here.read()["document"]["code"] != before
    assert language_of(language).text("desk.event.reprinted") in desk.get(page).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_difference_in_a_till_is_read_by_who_signs(gateway: Gateway, counter: At, language: str) -> None:
    client, cashier = counter().client, officer("cashier", name=f"till-{uuid.uuid4().hex[:8]}")
    till = client.post("/desk/tills", cashier, {"currency": "SAR", "pieces": {"50000": 2}, "key": uuid.uuid4().hex})
    reference = till.get_json()["till"]
    count = {"pieces": {"50000": 1}, "key": uuid.uuid4().hex}
    assert client.post(f"/desk/tills/{reference}/close", cashier, count).status_code == 200
    page = gateway.visitor("head_of_mission").get(f"/{language}/desk/proposals").text
    (section,) = [one for one in page.split('<section class="proposal"')[1:] if reference in one]
    words = re.sub(r"<[^>]+>|[\u2066-\u2069\u200e\u200f]", "", section)
    assert language_of(language).text("desk.proposals.kind.till_difference") in words
    assert {"ar": "ينقص في الصندوق", "en": "too little"}[language] in words and "500.00" in words
    sign_as_head(gateway, language, reference)
