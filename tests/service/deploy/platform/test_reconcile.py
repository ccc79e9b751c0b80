"""The command that compares journal, provider and bank lists what does not fit, and says whether it is overdue."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from deploy.platform import reconcile
from services.consular import missions
from services.consular.payments.providers.stripe.checkout import StripeProvider
from services.consular.payments.reconciliation import rules
from services.consular.payments.reconciliation.model import Discrepancy
from services.consular.payments.transfers.import_statement import import_file
from shared.database.db import Database
from tests.conftest import HOME, officer
from tests.factories.payments.bank import Movement, Statement, camt, open_account


def test_money_in_suspense_is_listed_and_overdue_after_its_day(
    database: Callable[[str], Database], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    consular, nobody = database("consular"), StripeProvider("http://127.0.0.1:9", "secret")
    with consular.scope(HOME) as session:
        open_account(session)
        today = missions.today(session, HOME)
        movement = Movement(12_345, today, "whose is it")
        import_file(session, officer("cashier"), "x", camt(Statement([movement], today, today)))
    assert reconcile.compare(consular, nobody, HOME) == 0
    listed = capsys.readouterr().out
    assert listed.startswith(HOME) and "suspense" in listed and "123.45 SAR" in listed and "nobody" in listed
    monkeypatch.setattr(rules, "ALARM_AFTER", timedelta(days=-1))
    assert reconcile.compare(consular, nobody, HOME) >= 1
    assert "  ! " in capsys.readouterr().out
    with consular.scope(HOME) as session:
        # The last evening of June by UTC, and July already at Riyadh.
        session.execute(update(Discrepancy).values(since=datetime(2026, 6, 30, 22, 30, tzinfo=UTC)))
    reconcile.compare(consular, nobody, HOME)
    assert "  ! 2026-07-01 suspense" in capsys.readouterr().out
