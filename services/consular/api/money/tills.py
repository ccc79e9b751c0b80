"""Tills at the counter: opened with a float, closed by a count, the safe's money taken to the bank."""

from typing import Any

from flask import Blueprint
from marshmallow import fields, validate

from services.consular.api.request import Keyed, mission_session, run_once, run_once_here
from services.consular.payments.tills import deposit, listing, till
from services.consular.workflow.money import till_difference
from shared.web.service import allowed, body, current_actor, transaction

blueprint = Blueprint("tills", __name__, url_prefix="/desk/tills")
MAX_KINDS = 40


class Count(Keyed):
    """How many there are of each coin or note, by its value in minor units."""

    pieces = fields.Dict(
        keys=fields.String(validate=validate.Length(max=20, error="too_long")),
        values=fields.Integer(strict=True),
        required=True,
        validate=validate.Length(max=MAX_KINDS, error="too_long"),
    )


class CurrencyCount(Count):
    """A count in a currency."""

    currency = fields.String(required=True, validate=validate.Length(max=10, error="unknown_choice"))


@blueprint.get("")
@allowed("till.list")
def list_tills() -> dict[str, Any]:
    """The officer's open tills, closed ones, the safe, deposits, coins and notes."""
    with transaction() as session:
        return listing.overview(session, current_actor())


@blueprint.get("/<reference>")
@allowed("till.list")
def day_sheet(reference: str) -> dict[str, Any]:
    """A till with its entries once it is closed."""
    with mission_session(reference) as session:
        return listing.day_sheet(session, current_actor(), reference)


@blueprint.post("")
@allowed("till.open")
def open_till() -> tuple[dict[str, Any], int]:
    """Opens the officer's till of a currency with a counted float."""
    counted, actor = body(CurrencyCount), current_actor()
    content = {"verb": "till_open", "currency": counted["currency"], "pieces": counted["pieces"]}
    answer = run_once_here(
        counted["key"],
        content,
        lambda session: {"till": till.open_till(session, actor, counted["currency"], counted["pieces"]).reference},
    )
    return answer, 201


@blueprint.post("/deposits")
@allowed("till.deposit")
def make_deposit() -> tuple[dict[str, Any], int]:
    """Takes counted cash from the safe to the bank, with a numbered slip."""
    counted, actor = body(CurrencyCount), current_actor()
    content = {"verb": "deposit", "currency": counted["currency"], "pieces": counted["pieces"]}

    def act(session: Any) -> dict[str, Any]:
        made = deposit.deposit(session, actor, counted["currency"], counted["pieces"])
        return {"deposit": made.reference, "slip": made.slip}

    return run_once_here(counted["key"], content, act), 201


@blueprint.post("/<reference>/close")
@allowed("till.close")
def close_till(reference: str) -> dict[str, Any]:
    """Closes the officer's till by their count; only the answer says what should have been there."""
    counted, actor = body(Count), current_actor()

    def act(session: Any) -> dict[str, Any]:
        closed = till_difference.close(session, actor, reference, counted["pieces"])
        return {"counted": closed.counted_amount, "expected": closed.expected_amount, "variance": closed.variance}

    return run_once(reference, counted["key"], {"verb": "till_close", "pieces": counted["pieces"]}, act)
