"""The hostile uploads, made once per run."""

import pytest

from tests.factories.hostile_uploads import HostileUpload
from tests.factories.hostile_uploads.corpus import hostile_uploads


@pytest.fixture(scope="package")
def corpus() -> list[HostileUpload]:
    """Every hostile upload."""
    return hostile_uploads()
