"""Writes an order to a bank to pay refunds: ISO 20022 pain.001.001.09, which banks of most countries take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from lxml import etree
from lxml.builder import ElementMaker

from shared.values.money import Money

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_E = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE})


@dataclass(frozen=True)
class Account:
    """An account at a bank: a checked IBAN, and its holder in Latin letters."""

    iban: str
    holder: str


@dataclass(frozen=True)
class Transfer:
    """Money for an account; `reference` comes back on the bank's statement."""

    reference: str
    money: Money
    to: Account


def credit_transfer(
    reference: str, made_at: datetime, day: date, debtor: Account, transfers: Sequence[Transfer]
) -> str:
    """The order as text of XML, to be carried out on a day. All transfers are of one currency."""
    count = _E.NbOfTxs(str(len(transfers)))
    total = sum((transfer.money.major for transfer in transfers), Decimal(0))
    instant = made_at.astimezone(UTC).replace(microsecond=0).isoformat()
    document = _E.Document(
        _E.CstmrCdtTrfInitn(
            _E.GrpHdr(
                _E.MsgId(reference),
                _E.CreDtTm(instant),
                count,
                _E.CtrlSum(str(total)),
                _E.InitgPty(_E.Nm(debtor.holder)),
            ),
            _E.PmtInf(
                _E.PmtInfId(reference),
                _E.PmtMtd("TRF"),
                _E.NbOfTxs(str(len(transfers))),
                _E.CtrlSum(str(total)),
                _E.ReqdExctnDt(_E.Dt(day.isoformat())),
                _E.Dbtr(_E.Nm(debtor.holder)),
                _E.DbtrAcct(_E.Id(_E.IBAN(debtor.iban)), _E.Ccy(transfers[0].money.currency)),
                # The bank knows its own identifier by the account.
                _E.DbtrAgt(_E.FinInstnId(_E.Othr(_E.Id("NOTPROVIDED")))),
                _E.ChrgBr(_charges(transfers[0].money.currency)),
                *(_transaction(transfer) for transfer in transfers),
            ),
        )
    )
    text: bytes = etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return text.decode()


def _charges(currency: str) -> str:
    """Who bears what the banks charge: the mission, so that a payer has the whole back. Transfers in euros follow the
    scheme's own level, by which no bank takes its charges out of the money."""
    return "SLEV" if currency == "EUR" else "DEBT"


def _transaction(transfer: Transfer) -> object:
    amount = _E.InstdAmt(str(transfer.money.major), Ccy=transfer.money.currency)
    return _E.CdtTrfTxInf(
        _E.PmtId(_E.EndToEndId(transfer.reference)),
        _E.Amt(amount),
        _E.Cdtr(_E.Nm(transfer.to.holder)),
        _E.CdtrAcct(_E.Id(_E.IBAN(transfer.to.iban))),
        _E.RmtInf(_E.Ustrd(transfer.reference)),
    )
