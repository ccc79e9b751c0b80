"""Metrics are for whoever runs the platform: an address that others reach needs a token."""

import pytest

from shared.production import StartRefused
from shared.settings.observation import ObservationSettings

TOKEN = "3f9c1d5e7a2b4c6d8e0f"


def test_without_variables_there_is_neither_listener_nor_trace() -> None:
    assert ObservationSettings.load({}) == ObservationSettings("", 0, "", "")


@pytest.mark.parametrize("address", ["127.0.0.1:9464", "localhost:9464", "[::1]:9464", "127.8.0.1:9464"])
def test_the_loopback_needs_no_token(address: str) -> None:
    assert ObservationSettings.load({"MAHJAR_METRICS": address}).port == 9464


@pytest.mark.parametrize("address", ["0.0.0.0:9464", "[::]:9464", "10.0.0.7:9464", "metrics.example:9464"])
def test_what_others_reach_needs_one(address: str) -> None:
    with pytest.raises(StartRefused, match="MAHJAR_METRICS_TOKEN"):
        ObservationSettings.load({"MAHJAR_METRICS": address})
    assert ObservationSettings.load({"MAHJAR_METRICS": address, "MAHJAR_METRICS_TOKEN": TOKEN}).token == TOKEN


@pytest.mark.parametrize("address", ["9464", "127.0.0.1", "127.0.0.1:0", ":9464", "127.0.0.1:99999", "127.0.0.1:port"])
def test_an_address_that_cannot_be_meant_is_refused(address: str) -> None:
    with pytest.raises(StartRefused, match="HOST:PORT"):
        ObservationSettings.load({"MAHJAR_METRICS": address})


@pytest.mark.parametrize("token", ["short", "changeme-changeme", "aaaaaaaaaaaaaaaaaaaa"])
def test_a_weak_token_is_refused(token: str) -> None:
    with pytest.raises(StartRefused, match="MAHJAR_METRICS_TOKEN"):
        ObservationSettings.load({"MAHJAR_METRICS": "0.0.0.0:9464", "MAHJAR_METRICS_TOKEN": token})


@pytest.mark.parametrize("address", ["collector:4318", "grpc://collector:4317", "/tmp/traces"])
def test_traces_go_to_a_collector_by_http(address: str) -> None:
    with pytest.raises(StartRefused, match="MAHJAR_TRACES"):
        ObservationSettings.load({"MAHJAR_TRACES": address})
