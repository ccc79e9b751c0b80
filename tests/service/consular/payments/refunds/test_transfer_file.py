"""Files for the bank: each approved transfer in exactly one, and the file as it was written."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from services.consular.payments.refunds import transfer_file
from services.consular.payments.refunds.credit_transfer import Account
from services.consular.payments.refunds.model import Refund
from shared.database.db import Database
from shared.errors import Conflict, NotAllowed
from shared.values.money import Money
from tests.conftest import officer
from tests.factories.concurrency import at_once
from tests.factories.payments import CASHIER
from tests.factories.payments.refunds import approved_for_bank, due_in_cash
from tests.factories.refusals import refuses

SessionFor = Callable[..., Session]
MISSION = Account("DE89370400440532013000", "Specimen Mission")


def test_a_file_has_every_approved_transfer_of_its_currency_once(session_for: SessionFor) -> None:
    session = session_for("consular")
    first, second = approved_for_bank(session), approved_for_bank(session)
    due_in_cash(session)
    assert transfer_file.sums(session) == [Money(150_000, "SAR")]
    file = transfer_file.write(session, CASHIER, "SAR", MISSION)
    assert (file.count, file.amount, file.iban) == (2, 150_000, MISSION.iban)
    assert {row.reference for row in (first, second) if row.state == "sent" and row.file == file.reference} == {
        first.reference,
        second.reference,
    }
    assert file.content.count("<CdtTrfTxInf>") == 2 and first.reference in file.content
    with refuses("no_transfers", Conflict):
        transfer_file.write(session, CASHIER, "SAR", MISSION)
    with refuses("no_transfers", Conflict):
        transfer_file.write(session, CASHIER, "EUR", MISSION)
    with refuses("not_allowed", NotAllowed):
        transfer_file.write(session, officer("auditor"), "SAR", MISSION)
    assert transfer_file.read(session, CASHIER, file.reference).content == file.content


def test_a_written_file_is_never_changed(session_for: SessionFor) -> None:
    session = session_for("consular")
    approved_for_bank(session)
    transfer_file.write(session, CASHIER, "SAR", MISSION)
    with pytest.raises(DBAPIError, match=r"permission denied|append-only"):
        session.execute(text("UPDATE refund_file SET content = ''"))


def test_two_files_at_once_share_no_transfer(database: Callable[[str], Database]) -> None:
    consular = database("consular")
    with consular.scope("RUH") as session:
        references = [approved_for_bank(session).reference for _ in range(3)]

    def write() -> str:
        with consular.scope("RUH") as session:
            return transfer_file.write(session, officer("cashier", name=uuid.uuid4().hex), "SAR", MISSION).reference

    results = at_once([write] * 8)
    written = [each for each in results if isinstance(each, str)]
    with consular.scope("RUH") as session:
        files = {session.get_one(Refund, reference).file for reference in references}
    assert len(written) == 1 and files == set(written)
    assert {each.code for each in results if isinstance(each, Conflict)} == {"no_transfers"}
