"""What administrators have to have verified: numbers that need a lawyer, promised days, fees of a weak source."""

from flask import render_template

from services.gateway.web.current import actor, conscription, consular
from shared.errors import Unavailable


def show() -> str:
    """The page stays up without the recruitment register; it says so then."""
    known = consular().offers.parameters(actor())
    try:
        numbers = conscription().parameters(actor())
    except Unavailable:
        numbers = None
    return render_template("desk/mission/approvals/parameters.html", numbers=numbers, **known)
