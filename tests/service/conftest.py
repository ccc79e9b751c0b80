"""Fixtures of the tests that drive one service on a real PostgreSQL."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ServiceClient
from tests.service.filing import Counter, Registers


@pytest.fixture
def counter(service_client: Callable[[str], ServiceClient], key_folder: Path) -> Callable[..., Counter]:
    """`counter()`: a new applicant at the mission; `counter(mission="BER")` at another one."""

    def give(**options: object) -> Counter:
        return Counter(service_client("consular"), Registers(key_folder), **options)  # type: ignore[arg-type]

    return give
