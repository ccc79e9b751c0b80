"""The second signature of an override, given on the page by the head of the mission."""

import re
import uuid

from tests.factories.gateway import Gateway


def sign_as_head(gateway: Gateway, language: str, case: str) -> None:
    """Signs what waits about a case. Raises AssertionError where nothing does."""
    head, page = gateway.visitor("head_of_mission"), f"/{language}/desk/proposals"
    sections = head.get(page).text.split('<section class="proposal"')[1:]
    (found,) = [section for section in sections if case in section]
    action = re.search(r'action="([^"]+)"', found)
    assert action
    answer = head.submit(action[1], page=page, verdict="approve", key=uuid.uuid4().hex)
    assert answer.status_code == 303, answer.text
