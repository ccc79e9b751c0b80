"""A web process of the mission has read a calendar and started its decoding process before the first visitor."""

from collections.abc import Callable
from typing import Any

import pytest

from services.consular.appointments.seats import openings
from services.consular.uploads.decoding import client
from tests.conftest import ServiceClient


def test_the_first_calendar_and_the_decoding_process_are_ready(
    service_client: Callable[[str], ServiceClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, read = client.DecodingServer(), list[str]()
    monkeypatch.setattr(client, "_server", server)
    availability = openings.availability

    def note(*given: Any, **more: Any) -> object:
        read.append(given[1])
        return availability(*given, **more)

    monkeypatch.setattr(openings, "availability", note)
    try:
        for prepare in service_client("consular").app.extensions["warm_up"]:
            prepare()
        assert server.process is not None and server.process.poll() is None
    finally:
        server.stop()
    assert len(read) == 1
