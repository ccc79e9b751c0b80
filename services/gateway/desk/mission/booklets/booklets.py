"""The stock of blank booklets: how many there are, a delivery by its first and last number, one that is spoiled."""

import re
from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.desk.cases.details import may
from services.gateway.desk.wording import refusal_text
from services.gateway.web.current import actor, consular
from services.gateway.web.presentation import t
from shared.catalogue.reasons import SPOIL_REASONS
from shared.errors import NotAllowed, Refusal, Unavailable
from shared.values.digits import whole_number
from shared.values.person import passport_number

Answer = Response | str | tuple[str, int]
# One delivery; the service takes as many.
BOX = 2_000
LONGEST = 60
_SERIAL = re.compile(r"([A-Z]?)([0-9]+)")


class NotASeries(ValueError):
    """What is wrong with a first and a last number: the field, and the key of its text."""

    def __init__(self, field: str, key: str) -> None:
        super().__init__(key)
        self.field, self.key = field, key


def show() -> str:
    """The counts and both forms."""
    numbers = {name: whole_number(request.args.get(name, "")) for name in ("count", "served")}
    return _page({}, done=request.args.get("done", ""), **({} if None in numbers.values() else numbers))


def receive() -> Answer:
    """Takes a delivery into the stock."""
    typed = {name: request.form.get(name, "")[:LONGEST] for name in ("first", "last")}
    try:
        series = numbers_between(typed["first"], typed["last"])
    except NotASeries as wrong:
        return _page({wrong.field: t(wrong.key)}, typed=typed), 422
    delivery = consular().booklets.receive(actor(), series)
    count, served = delivery["received"], delivery["served"]
    return redirect(url_for("desk.booklets", done="received", count=count, served=served), 303)


def spoil() -> Answer:
    """Writes a blank booklet off, with its reason."""
    typed = {name: request.form.get(name, "")[:LONGEST] for name in ("serial", "reason")}
    errors = {} if typed["reason"] in SPOIL_REASONS else {"reason": t("desk.reason_needed")}
    try:
        serial = passport_number(typed["serial"])
    except ValueError:
        errors = {"serial": t("refusal.serial_malformed"), **errors}
    if errors:
        return _page(errors, typed=typed), 422
    try:
        consular().booklets.spoil(actor(), serial, typed["reason"])
    except (NotAllowed, Unavailable):
        raise
    except Refusal as refusal:
        return _page({"serial": refusal_text(refusal)}, typed=typed), refusal.status
    return redirect(url_for("desk.booklets", done="spoiled"), 303)


def numbers_between(first: str, last: str) -> list[str]:
    """Every serial number from the first to the last one; without a last one the first alone.

    Raises NotASeries for what is no serial number, two that do not belong together, or more than a box.
    """
    try:
        start = passport_number(first)
    except ValueError as error:
        raise NotASeries("first", "refusal.serial_malformed") from error
    try:
        end = passport_number(last) if last.strip() else start
    except ValueError as error:
        raise NotASeries("last", "refusal.serial_malformed") from error
    (letter, low), (other_letter, high) = (_SERIAL.fullmatch(serial).groups() for serial in (start, end))  # type: ignore[union-attr]
    count = int(high) - int(low) + 1
    if letter != other_letter or len(low) != len(high) or count < 1:
        raise NotASeries("last", "desk.booklets.no_series")
    if count > BOX:
        raise NotASeries("last", "desk.booklets.too_many")
    return [f"{letter}{int(low) + step:0{len(low)}}" for step in range(count)]


def _page(errors: Mapping[str, object], **more: object) -> str:
    return render_template(
        "desk/mission/booklets/booklets.html",
        counts=consular().booklets.counts(actor()),
        spoil_reasons=SPOIL_REASONS,
        errors=errors,
        may=may,
        **{"typed": {}, "done": "", **more},
    )
