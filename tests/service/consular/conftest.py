"""Fixtures of the tests that drive consular."""

from collections.abc import Iterator

import pytest

from shared import deadline


@pytest.fixture(scope="session", autouse=True)
def patient_requests() -> Iterator[None]:
    """A request has time enough on a slow machine; how fast answers are is for the benchmarks to say."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deadline, "SERVICE_SECONDS", 300.0)
        yield
