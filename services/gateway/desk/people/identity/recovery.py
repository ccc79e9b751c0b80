"""A code at the counter for whoever has forgotten the password, after a look at the person and a document."""

from flask import request

from services.gateway.accounts.identity import recover
from services.gateway.accounts.throttle import DESK_SEARCH_BY_ACCOUNT
from services.gateway.desk.people.identity.identity import LONGEST, Answer, page
from services.gateway.web.access.throttling import slow_down
from services.gateway.web.current import accounts, actor, settings, visitor
from services.gateway.web.forms import faults
from shared.errors import Invalid


def give_code() -> Answer:
    """The code is shown once, on this page. It opens nothing without the second factor, where there is one."""
    slow_down(DESK_SEARCH_BY_ACCOUNT, visitor().account)
    form = request.form
    number, document = form.get("recovery_number", "")[:LONGEST], form.get("recovery_document", "")
    try:
        with accounts().scope(actor().mission) as session:
            code, account = recover.give_code(session, settings().secret, actor(), number, document)
            name = account.name_ar
    except Invalid as refusal:
        return page(errors=faults(refusal, prefix="field")), refusal.status
    return page(recovery=code, code_for=name, typed={})
