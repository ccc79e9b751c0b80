"""A bank: the mission's account, and its statements in both formats as a bank would write them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from xml.sax.saxutils import escape

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.transfers.model import BankAccount
from shared.values.money import Money

# Published examples of the two countries' formats; no bank has such an account.
IBANS = {"RUH": "SA0380000000608010167519", "BER": "DE89370400440532013000"}


def open_account(session: Session, currency: str = "", iban: str = "", since: date | None = None) -> BankAccount:
    """An account of the session's mission, in its currency."""
    mission = session.info["mission"]
    account = BankAccount(
        id=str(uuid.uuid4()),
        mission=mission,
        currency=currency or missions.find(session, mission).currency,
        iban=iban or IBANS[mission],
        bic="SPECSARI",
        holder="Specimen Embassy",
        bank="Specimen Bank",
        valid_from=since or missions.today(session, mission) - timedelta(days=400),
        source="test",
        certainty="L",
        approver="tests",
    )
    session.add(account)
    session.flush()
    return account


@dataclass(frozen=True)
class Movement:
    """A movement as a bank knows it. `amount` is signed, in minor units."""

    amount: int
    day: date
    text: str = ""
    reference: str = ""
    party: str = "Rasha Alhussein"
    account: str = ""
    reversal: bool = False


@dataclass(frozen=True)
class Statement:
    """A statement of one account, or a page of it."""

    movements: Sequence[Movement]
    first: date
    last: date
    opening: int = 0
    number: str = "1"
    page: str = ""
    iban: str = IBANS["RUH"]
    currency: str = "SAR"
    grouped: bool = False
    """Whether all credits are the transactions of one entry."""

    @property
    def closing(self) -> int:
        return self.opening + sum(movement.amount for movement in self.movements)


def camt(*statements: Statement) -> bytes:
    """A CAMT.053 file."""
    inner = "".join(map(_camt_statement, statements))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        f"<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>{inner}</BkToCstmrStmt></Document>"
    ).encode()


def _camt_statement(one: Statement) -> str:
    page = f"<StmtPgntn><PgNb>{one.page}</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>" if one.page else ""
    entries = _grouped(one) if one.grouped else "".join(_entry(one, movement) for movement in one.movements)
    return (
        f"<Stmt><Id>{one.number}</Id>{page}<Acct><Id><IBAN>{one.iban}</IBAN></Id></Acct>"
        f"{_balance('OPBD', one.opening, one.first, one.currency)}"
        f"{_balance('CLBD', one.closing, one.last, one.currency)}"
        f"{entries}</Stmt>"
    )


def _balance(code: str, amount: int, day: date, currency: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(amount, currency)}<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _amount(amount: int, currency: str) -> str:
    side = "CRDT" if amount >= 0 else "DBIT"
    return f'<Amt Ccy="{currency}">{plain(amount, currency)}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def plain(amount: int, currency: str) -> str:
    """Without its sign, with a point."""
    return str(abs(Money(amount, currency).major))


def _entry(one: Statement, movement: Movement) -> str:
    reversal = "<RvslInd>true</RvslInd>" if movement.reversal else ""
    return (
        f"<Ntry>{_amount(movement.amount, one.currency)}{reversal}<Sts><Cd>BOOK</Cd></Sts>{_days(movement.day)}"
        f"<NtryDtls><TxDtls>{_details(movement)}</TxDtls></NtryDtls></Ntry>"
    )


def _grouped(one: Statement) -> str:
    total, day = sum(movement.amount for movement in one.movements), one.movements[0].day
    details = "".join(
        f"<TxDtls>{_amount(movement.amount, one.currency)}{_details(movement)}</TxDtls>" for movement in one.movements
    )
    return (
        f"<Ntry>{_amount(total, one.currency)}<Sts>BOOK</Sts>{_days(day)}"
        f"<NtryDtls><Btch><NbOfTxs>{len(one.movements)}</NbOfTxs></Btch>{details}</NtryDtls></Ntry>"
    )


def _days(day: date) -> str:
    return f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"


def _details(movement: Movement) -> str:
    side = "Dbtr" if movement.amount > 0 else "Cdtr"
    account = f"<{side}Acct><Id><IBAN>{movement.account}</IBAN></Id></{side}Acct>" if movement.account else ""
    reference = f"<Refs><AcctSvcrRef>{movement.reference}</AcctSvcrRef></Refs>" if movement.reference else ""
    return (
        f"{reference}<RltdPties><{side}><Pty><Nm>{escape(movement.party)}</Nm></Pty></{side}>{account}</RltdPties>"
        f"<RmtInf><Ustrd>{escape(movement.text)}</Ustrd></RmtInf>"
    )


def mt940(*statements: Statement) -> bytes:
    """A file of MT940 statements; texts are broken into lines of 27 signs, as German banks do."""
    return "\r\n".join(line for one in statements for line in _mt940_lines(one)).encode()


def _mt940_lines(one: Statement) -> list[str]:
    lines = [":20:STATEMENT", f":25:{one.iban}", f":28C:{one.number}/{one.page or 1}"]
    lines.append(f":60F:{_mt940_balance(one.opening, one.first, one.currency)}")
    for movement in one.movements:
        side = ("R" if movement.reversal else "") + ("C" if (movement.amount > 0) != movement.reversal else "D")
        amount = plain(movement.amount, one.currency).replace(".", ",")
        reference = f"//{movement.reference}" if movement.reference else ""
        lines.append(f":61:{movement.day:%y%m%d}{movement.day:%m%d}{side}{amount}NTRFNONREF{reference}")
        parts = [movement.text[at : at + 27] for at in range(0, len(movement.text), 27)][:10]
        purpose = "".join(f"?{20 + number}{part}" for number, part in enumerate(parts))
        account = f"?31{movement.account}" if movement.account else ""
        lines.append(f":86:166?00TRANSFER{purpose}{account}?32{movement.party[:27]}")
    return [*lines, f":62F:{_mt940_balance(one.closing, one.last, one.currency)}", "-"]


def _mt940_balance(amount: int, day: date, currency: str) -> str:
    figures = plain(amount, currency).replace(".", ",")
    return f"{'C' if amount >= 0 else 'D'}{day:%y%m%d}{currency}{figures if ',' in figures else figures + ','}"
