"""Which button of a form an officer pressed: no verdict is ever taken for another one."""

from flask import request

from shared.errors import Invalid

VERDICT = "verdict"


def pressed(*buttons: str, name: str = VERDICT) -> str:
    """The value of the pressed button. Raises Invalid where it is missing or none of the form's."""
    value = request.form.get(name, "")
    if value not in buttons:
        raise Invalid("button_needed", field=name)
    return value
