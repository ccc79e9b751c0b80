"""The hostile uploads, made once per run."""

import pytest

from tests.factories.uploads.hostile import HostileUpload
from tests.factories.uploads.hostile.corpus import hostile_uploads


@pytest.fixture(scope="package")
def corpus() -> list[HostileUpload]:
    """Every hostile upload."""
    return hostile_uploads()
