"""Reasons as officers give them: chosen from a list, or in their own words."""

from collections.abc import Container

from shared.errors import Invalid
from shared.values.person import strip_controls


def check_choice(choice: str, choices: Container[str], field: str) -> None:
    """Raises Invalid on the field (required, unknown_choice)."""
    if choice not in choices:
        raise Invalid("unknown_choice" if choice else "required", field=field)


def required_text(text: str, longest: int, field: str) -> str:
    """The text without invisible characters. Raises Invalid on the field (required, too_long)."""
    clean = optional_text(text, longest, field)
    if clean is None:
        raise Invalid("required", field=field)
    return clean


def optional_text(text: str, longest: int, field: str) -> str | None:
    """As `required_text`; None where nothing is left. Raises Invalid on the field (too_long)."""
    clean = strip_controls(text)
    if len(clean) > longest:
        raise Invalid("too_long", field=field)
    return clean or None
