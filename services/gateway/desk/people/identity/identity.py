"""Identity at the desk: a code for whoever shows a document, doubts, and what two officers decide."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts.factors import second_step
from services.gateway.accounts.identity import contests, counter, decisions, find, letters
from services.gateway.accounts.levels import level_of
from services.gateway.accounts.model import Account, AccountDecision
from services.gateway.accounts.throttle import DESK_SEARCH_BY_ACCOUNT
from services.gateway.desk.verdicts import pressed
from services.gateway.web.access.pages import PAGES
from services.gateway.web.access.throttling import slow_down
from services.gateway.web.current import accounts, actor, consular, settings, visitor
from services.gateway.web.forms import faults
from services.gateway.web.presentation import t
from shared.errors import Invalid, NotAllowed, Refusal

Answer = Response | str | tuple[str, int]
LONGEST = 300


def show() -> str:
    """The form of the counter; doubts and decisions for those who decide."""
    return page(done=request.args.get("done", ""))


def page(**more: Any) -> str:
    """The page of identity, with what an act on it has to say."""
    waiting = consular().identity_checks.waiting(actor()) if visitor().role in PAGES["desk.identity_check"] else []
    with accounts().scope(actor().mission) as session:
        decides = visitor().role in PAGES["desk.identity_account"]
        doubts = [(doubt, account_view(session, account)) for doubt, account in find.open_contests(session, actor())]
        signed = decisions.list_decisions(session, actor(), decisions.IDENTITY_KINDS) if decides else []
        return render_template(
            "desk/people/identity/identity.html",
            documents=[(name, t(f"desk.identity.document.{name}")) for name in counter.DOCUMENTS],
            decides=decides,
            doubts=doubts if decides else [],
            checks=[(one, _name(session, one["account"])) for one in waiting],
            letters=[(one, account_view(session, account)) for one, account in letters.waiting(session, actor())],
            decisions=[decision_view(session, one) for one in signed],
            me=visitor().account,
            **{"errors": {}, "code": None, "recovery": None, "done": "", "typed": request.form, **more},
        )


def _name(session: Any, account_id: str) -> str:
    account = session.get(Account, account_id)
    return account.name_ar if account else ""


def account_view(session: Any, account: Account) -> dict[str, Any]:
    """What the desk shows of an account: no contact, nothing of its contents."""
    return {
        "id": account.id,
        "name": account.name_ar or account.claim or account.id[:8],
        "level": level_of(account),
        "assurance": account.assurance,
        "claim": account.claim,
        "created_at": account.created_at,
        "frozen_at": account.frozen_at,
        "disabled": account.disabled_at is not None,
        "has_factor": second_step.has_factor(session, account.id),
    }


def decision_view(session: Any, decision: AccountDecision) -> dict[str, Any]:
    """A decision with the accounts it is about."""
    both = {"account": decision.account_id, "other": decision.other_account_id}
    about = {name: account_view(session, session.get_one(Account, key)) for name, key in both.items() if key}
    return {
        "reference": decision.reference,
        "kind": decision.kind,
        "reason": decision.reason,
        "state": decision.state,
        "proposed_at": decision.proposed_at,
        "decided_at": decision.decided_at,
        "own": decision.proposer == visitor().account,
        "params": decision.params,
        "decline_reason": decision.decline_reason,
        **about,
    }


def give_code() -> Answer:
    """A code for the account whose claim and number the officer typed; it is shown once, on this page."""
    slow_down(DESK_SEARCH_BY_ACCOUNT, visitor().account)
    form = request.form
    claim, number = form.get("claim", "")[:LONGEST], form.get("national_number", "")[:LONGEST]
    try:
        with accounts().scope(actor().mission) as session:
            code, account = counter.give_code(
                session, settings().secret, actor(), claim, number, form.get("document", "")
            )
            name = account.name_ar
    except NotAllowed:
        raise
    except Refusal as refusal:
        field = {"claim_unknown": "claim", "claim_closed": "claim"}.get(refusal.code)
        errors = faults(refusal, prefix="field")
        return page(errors={field: errors[""]} if field else errors), refusal.status
    return page(code=code, code_for=name, typed={})


def account() -> str:
    """The accounts that somebody's claim, e-mail or national number leads to, with what may be decided about them."""
    return _account_page()


def _account_page(**more: Any) -> str:
    query = request.values.get("q", "").strip()[:LONGEST]
    slow_down(DESK_SEARCH_BY_ACCOUNT, visitor().account)
    with accounts().scope(actor().mission) as session:
        found = (
            [account_view(session, one) for one in find.search(session, settings().secret, actor(), query)]
            if query
            else []
        )
    return render_template(
        "desk/people/identity/account.html",
        found=found,
        q=query,
        **{"errors": {}, "about": "", "typed": request.form, **more},
    )


def put_on_hold(account_id: str) -> Answer:
    """Freezes an account at once, with a reason."""
    try:
        with accounts().scope(actor().mission) as session:
            account = find.find(session, actor(), account_id)
            contests.hold_by_officer(session, actor(), account, request.form.get("reason", "")[: LONGEST + 1])
    except Refusal as refusal:
        return _refused(refusal, f"freeze-{account_id}")
    return redirect(url_for("desk.identity", done="frozen"), 303)


def propose(kind: str, account_id: str) -> Answer:
    """Puts a decision about an account before a second officer."""
    form = request.form
    other = form.get("other", "")[:LONGEST] or None
    try:
        if kind == "merge" and other is None:
            raise Invalid("choose", field="other", label=t("decision.kept"))
        with accounts().scope(actor().mission) as session:
            decisions.propose(session, actor(), kind, form.get("reason", "")[: LONGEST + 1], account_id, other)
    except Refusal as refusal:
        return _refused(refusal, f"{kind}-{account_id}")
    return redirect(url_for("desk.identity", done="proposed"), 303)


def _refused(refusal: Refusal, about: str) -> Answer:
    if isinstance(refusal, NotAllowed) or not (request.form.get("q") or ""):
        raise refusal
    return _account_page(errors=faults(refusal, prefix="field"), about=about), refusal.status


def decide(reference: str) -> Answer:
    """The second officer signs, or declines with a reason."""
    form: Mapping[str, str] = request.form
    try:
        verdict = pressed("approve", "decline")
        with accounts().scope(actor().mission) as session:
            if verdict == "approve":
                decisions.approve(session, actor(), settings().secret, reference)
            else:
                decisions.decline(session, actor(), reference, form.get("decline_reason", "")[: LONGEST + 1])
    except NotAllowed:
        raise
    except Refusal as refusal:
        return page(errors=faults(refusal, prefix="field"), about=reference), refusal.status
    return redirect(url_for("desk.identity", done="decided"), 303)


def print_letter(reference: str) -> Answer:
    """The letter with its code, to be printed once and sent to the address of the mission's register."""
    address_known = request.form.get("address_known") == "yes"
    try:
        with accounts().scope(actor().mission) as session:
            code, account = letters.print_letter(
                session, settings().secret, actor(), reference, address_known=address_known
            )
            name = account.name_ar
    except NotAllowed:
        raise
    except Refusal as refusal:
        return page(errors=faults(refusal, prefix="field"), about=reference), refusal.status
    return render_template("desk/people/identity/letter.html", code=code, name=name)
