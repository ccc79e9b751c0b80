"""A stand-in for the mission's bank: takes a transfer and writes the statement of it, a CAMT.053 file."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

from deploy.demo.days import today

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


@dataclass(frozen=True)
class Bank:
    """The bank of one account. Its balance and the number of its last statement stay in a file between runs."""

    books: Path

    def pay(self, iban: str, amount: str, reference: str, payer: str, currency: str = "SAR") -> bytes:
        """The statement of a day on which one transfer came in; amounts in major units."""
        number, opening = self._last()
        closing = opening + Decimal(amount)
        self.books.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.books.write_text(f"{number + 1} {closing}")
        day, account = today(), iban.replace(" ", "")
        entry = (
            f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
            f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>SPEC{number + 1}</AcctSvcrRef>"
            f"<NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>{escape(payer)}</Nm></Pty></Dbtr></RltdPties>"
            f"<RmtInf><Ustrd>{escape(reference.lower())}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )
        balances = _balance("OPBD", opening, day, currency) + _balance("CLBD", closing, day, currency)
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{NAMESPACE}"><BkToCstmrStmt>'
            f"<GrpHdr><MsgId>SPECIMEN-{number + 1}</MsgId></GrpHdr><Stmt><Id>{number + 1}</Id>"
            f"<Acct><Id><IBAN>{account}</IBAN></Id></Acct>{balances}{entry}</Stmt></BkToCstmrStmt></Document>"
        ).encode()

    def _last(self) -> tuple[int, Decimal]:
        if not self.books.exists():
            return 0, Decimal("10000.00")
        number, balance = self.books.read_text().split()
        return int(number), Decimal(balance)


def _balance(code: str, amount: Decimal, day: date, currency: str) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{amount}</Amt>'
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )
