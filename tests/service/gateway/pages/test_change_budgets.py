"""Each change from a page to its answer sends no more statements, over all services, than its budget."""

from collections.abc import Callable

import pytest

from deploy.demo.population import specimens
from shared.values.money import exponent
from tests.factories.applications import Counter
from tests.factories.environment.statement_meter import StatementMeter
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import EMPTY_TILL, begin, fill

RENEWAL = "passport-renewal"


@pytest.fixture
def me(gateway: Gateway) -> Browser:
    """Somebody signed in."""
    return gateway.visitor(person=specimens.SERVED)


def test_starting_and_sending_in(me: Browser, counter: Callable[..., Counter], statements: StatementMeter) -> None:
    # What the process keeps of the reference data is read by the first one.
    counter().until("awaiting_payment")
    page = f"/en/apply/{RENEWAL}"
    token, key = me.token(page), me.hidden(page, "key")
    with statements.within("start"):
        begun = me.post(page, csrf_token=token, key=key)
    assert begun.status_code == 303
    reference = begin(me, RENEWAL) if "/questions/" not in begun.location else begun.location.split("/")[3]
    fill(me, RENEWAL, reference)
    review = f"/en/applications/{reference}/review"
    token, key = me.token(review), me.hidden(review, "key")
    with statements.within("submit"):
        sent = me.post(review, csrf_token=token, key=key)
    assert (sent.status_code, sent.location) == (303, f"/en/applications/{reference}/pay")
    me.submit(f"/en/applications/{reference}/withdraw", key="sent")


def test_taking_cash_accepting_and_handing_over(
    gateway: Gateway, counter: Callable[..., Counter], statements: StatementMeter
) -> None:
    # What the process keeps of the reference data is read by the first one.
    counter().until("in_review")
    here = counter().until("awaiting_payment")
    owed = here.read()["quote"]
    page = f"/en/desk/counter?reference={here.reference}"
    amount = str(owed["cash_total"] // 10 ** exponent(owed["currency"]))
    cashier, officer = gateway.visitor("cashier"), gateway.visitor("officer")
    cashier.post("/en/desk/tills", **cashier.form("/en/desk/tills"), **EMPTY_TILL)
    form = {"csrf_token": cashier.token(page), "key": cashier.hidden(page, "key")}
    with statements.within("settle in cash"):
        taken = cashier.post(
            f"/en/desk/counter/{here.reference}/cash", amount=amount, currency=owed["currency"], **form
        )
    assert (taken.status_code, here.read()["status"]) == (303, "in_review")
    here.come()
    page = f"/en/desk/cases/{here.reference}"
    form = {"csrf_token": officer.token(page), "key": officer.hidden(page, "key")}
    with statements.within("accept"):
        accepted = officer.post(f"{page}/accept", **form)
    assert (accepted.status_code, here.read()["status"]) == (303, "with_authority")
    here.grant(RENEWAL)
    page = f"/en/desk/counter?reference={here.reference}"
    form = {"csrf_token": officer.token(page), "key": officer.hidden(page, "key")}
    with statements.within("collect"):
        collected = officer.post(
            f"/en/desk/counter/{here.reference}/collect", national_number=here.person.number, **form
        )
    assert (collected.status_code, here.read()["status"]) == (303, "collected")
