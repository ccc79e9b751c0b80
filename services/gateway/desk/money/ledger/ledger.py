"""The trial balance at any instant, the closed days, and the ledger as a file for accountants."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from flask import Response as Download
from flask import render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from services.gateway.accounts.registration import staff
from services.gateway.clients.consular.money.ledger import Balance
from services.gateway.web.current import accounts, actor, consular
from services.gateway.web.language import chosen
from services.gateway.web.presentation import t
from shared.errors import Invalid

# What the accounts of tills begin with; the account of their officer follows.
CASH = "cash:"
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
        account_words=partial(_account_words, _officers(found["balances"])),
    )


def _sums(balances: Iterable[Balance]) -> list[dict[str, Any]]:
    """What the balances of each currency come to: nothing, or the books are wrong."""
    totals: dict[str, int] = {}
    for balance in balances:
        totals[balance["currency"]] = totals.get(balance["currency"], 0) + balance["amount"]
    return [{"amount": amount, "currency": currency} for currency, amount in totals.items()]


def _officers(balances: Iterable[Balance]) -> dict[str, str]:
    """Whose tills the accounts of cash are, as the page names them."""
    tills = {one["account"].removeprefix(CASH) for one in balances if one["account"].startswith(CASH)}
    with accounts().scope(actor().mission) as session:
        found = staff.find_all(session, tills).items()
        return {till: (one.name_latin if chosen().code == "en" else one.name_ar) or one.email for till, one in found}


def _account_words(officers: Mapping[str, str], code: str) -> Markup:
    """The name of an account in the page's language."""
    family, _, own = code.partition(":")
    if family == "due":
        return Markup("{} {}").format(t("desk.ledger.account.due"), t(f"beneficiary.{own}"))
    if code.startswith(CASH):
        name = officers.get(own) or t("desk.queue.somebody")
        return Markup("{} <bdi>{}</bdi>").format(t("desk.ledger.account.cash"), name)
    return t(f"desk.ledger.account.{code}")


def export(form: str) -> Response:
    """The ledger as a file."""
    answer = Download(consular().ledger.export(actor(), form), content_type=KINDS[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="ledger.{form}"'
    return answer
