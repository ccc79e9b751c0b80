"""What a service answered."""

from typing import Any


def code_of(answer: Any, field: str = "") -> str:
    """The code of a refusal, or that of one field."""
    body = answer.get_json()
    return str(body["errors"][field] if field else body["code"])
