"""A web process of the mission has read a calendar and started its decoding process before the first visitor."""

from collections.abc import Callable
from typing import Any

import pytest

from services.consular.appointments import openings
from services.consular.uploads.decoding import client
from tests.conftest import ServiceClient
from tests.factories.statement_meter import StatementMeter


def test_the_first_calendar_and_the_decoding_process_are_ready(
    service_client: Callable[[str], ServiceClient], monkeypatch: pytest.MonkeyPatch, statements: StatementMeter
) -> None:
    assert statements
    server, read = client.DecodingServer(), []
    monkeypatch.setattr(client, "_server", server)
    availability = openings.availability

    def noted(*given: Any, **more: Any) -> Any:
        read.append(given[1])
        return availability(*given, **more)

    monkeypatch.setattr(openings, "availability", noted)
    try:
        for prepare in service_client("consular").app.extensions["warm_up"]:
            prepare()
        assert server.process is not None and server.process.poll() is None
    finally:
        server.stop()
    assert len(read) == 1
