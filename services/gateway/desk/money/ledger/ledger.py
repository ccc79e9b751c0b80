"""The trial balance at any instant, the closed days, and the ledger as a file for accountants."""

from collections.abc import Iterable
from typing import Any

from flask import Response as Download
from flask import render_template, request
from werkzeug.wrappers import Response

from services.gateway.clients.consular.money.ledger import Balance
from services.gateway.web.current import actor, consular
from services.gateway.web.presentation import t
from shared.errors import Invalid

KINDS = {"csv": "text/csv; charset=utf-8", "beancount": "text/plain; charset=utf-8"}


def show() -> str | tuple[str, int]:
    """The balances now, or before the day that was asked for."""
    day = request.args.get("at", "").strip()[:40]
    try:
        return _page(day, consular().ledger.trial_balance(actor(), f"{day}T00:00:00+00:00" if day else ""))
    except Invalid:
        return _page(day, consular().ledger.trial_balance(actor()), wrong=True), 422


def _page(day: str, found: Any, *, wrong: bool = False) -> str:
    return render_template(
        "desk/money/ledger/ledger.html",
        found=found,
        day=day,
        wrong=wrong,
        sums=_sums(found["balances"]),
        account_words=account_words,
    )


def _sums(balances: Iterable[Balance]) -> list[dict[str, Any]]:
    """What the balances of each currency come to: nothing, or the books are wrong."""
    totals: dict[str, int] = {}
    for balance in balances:
        totals[balance["currency"]] = totals.get(balance["currency"], 0) + balance["amount"]
    return [{"amount": amount, "currency": currency} for currency, amount in totals.items()]


def account_words(code: str) -> str:
    """The name of an account in the page's language."""
    family, _, own = code.partition(":")
    if family == "due":
        return f"{t('desk.ledger.account.due')} {t(f'beneficiary.{own}')}"
    return f"{t('desk.ledger.account.cash')} {own}" if family == "cash" else str(t(f"desk.ledger.account.{code}"))


def export(form: str) -> Response:
    """The ledger as a file."""
    answer = Download(consular().ledger.export(actor(), form), content_type=KINDS[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="ledger.{form}"'
    return answer
