"""Tills: opened with a counted float, closed by a count that nothing helps, and the safe's cash taken to the bank."""

import uuid
from typing import Any

from flask import redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from services.gateway.clients.consular.money.tills import Pieces
from services.gateway.desk.cases.details import may
from services.gateway.desk.wording import refusal_text
from services.gateway.web.current import actor, consular
from services.gateway.web.presentation import money, t
from shared.errors import NotAllowed, NotFound, Refusal, Unavailable
from shared.values.digits import ascii_digits, is_digits

Answer = Response | str | tuple[str, int]
PREFIX = "piece-"
# Nobody counts more of one coin.
MAX_DIGITS, MAX_PIECES = 6, 100_000
DONE = frozenset({"opened", "deposited"})


def show() -> Answer:
    """Open tills, closed ones, the safe; a form for each thing to count."""
    return _page()


def _page(**more: Any) -> str:
    overview = consular().tills.overview(actor())
    wanted = request.values.get("currency", "")
    denominations = {row["currency"]: row["pieces"] for row in overview["denominations"]}
    currencies = list(denominations)
    currency = wanted if wanted in currencies else currencies[0]
    done = request.args.get("done", "")
    return render_template(
        "desk/money/tills/tills.html",
        overview=overview,
        currencies=currencies,
        currency=currency,
        pieces=denominations[currency],
        may=may,
        done=done if done in DONE else "",
        key=str(uuid.uuid4()),
        refusal_text=refusal_text,
        **{"errors": {}, "typed": {}, "about": "", **more},
    )


def open_till() -> Answer:
    """Opens a till with the float that was counted."""
    currency, key = request.form.get("currency", ""), request.form.get("key", "")
    return _act("open", "opened", lambda pieces: consular().tills.open(actor(), currency, pieces, key))


def deposit() -> Answer:
    """Takes counted cash from the safe to the bank."""
    currency, key = request.form.get("currency", ""), request.form.get("key", "")
    return _act("deposit", "deposited", lambda pieces: consular().tills.deposit(actor(), currency, pieces, key))


def close_till(reference: str) -> Answer:
    """Closes a till; its day sheet says what should have been there."""
    pieces, errors = _pieces()
    if errors:
        return _day(reference, errors=errors, typed=_typed()), 422
    try:
        consular().tills.close(actor(), reference, pieces, request.form.get("key", ""))
    except (NotFound, NotAllowed, Unavailable):
        raise
    except Refusal as refused:
        return _day(reference, refused=refused, typed=_typed()), refused.status
    return redirect(url_for("desk.till", reference=reference), 303)


def _act(about: str, done: str, act: Any) -> Answer:
    pieces, errors = _pieces()
    if errors:
        return _page(about=about, errors=errors, typed=_typed()), 422
    try:
        act(pieces)
    except (NotFound, NotAllowed, Unavailable):
        raise
    except Refusal as refused:
        return _page(about=about, refused=refused, typed=_typed()), refused.status
    return redirect(url_for("desk.tills", done=done), 303)


def _typed() -> dict[str, str]:
    return {name: text.strip()[:20] for name, text in request.form.items() if name.startswith(PREFIX)}


def _pieces() -> tuple[Pieces, dict[str, Markup]]:
    """The counted pieces in any digits; an empty field is none. With errors by field.

    Nothing counted is no count of nothing: an empty till, or float, is counted with a 0.
    """
    pieces: Pieces = {}
    errors: dict[str, Markup] = {}
    if not any(_typed().values()):
        return pieces, {next(iter(_typed()), ""): t("desk.tills.not_counted")}
    for name, text in _typed().items():
        digits = ascii_digits(text or "0")
        if is_digits(digits) and len(digits) <= MAX_DIGITS and int(digits) <= MAX_PIECES:
            pieces[name.removeprefix(PREFIX)] = int(digits)
        else:
            errors[name] = t("desk.tills.not_a_count")
    return pieces, errors


def day(reference: str) -> Answer:
    """The day sheet of a till, or the form of its count while it is open."""
    return _day(reference)


def _day(reference: str, **more: Any) -> str:
    till = consular().tills.day_sheet(actor(), reference)
    known = {row["currency"]: row["pieces"] for row in consular().tills.overview(actor())["denominations"]}
    return render_template(
        "desk/money/tills/till.html",
        till=till,
        pieces=known.get(till["currency"], []),
        signed=lambda amount: money({"amount": amount, "currency": till["currency"]}),
        may=may,
        key=str(uuid.uuid4()),
        refusal_text=refusal_text,
        **{"errors": {}, "typed": {}, **more},
    )
