"""A refusal is compared by its exact code: a test that takes any code passes when the wrong rule refuses."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shared.errors import Refusal


@contextmanager
def refuses(code: str, kind: type[Refusal] = Refusal) -> Iterator[pytest.ExceptionInfo[Refusal]]:
    """What happens inside is refused with exactly this code; `kind` says with which status."""
    with pytest.raises(kind) as raised:
        yield raised
    assert raised.value.code == code
