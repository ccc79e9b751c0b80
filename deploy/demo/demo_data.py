"""The demo's people, registers, stock and accounts: plainly fictional, loaded once, kept between runs."""

import os
from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from deploy.demo import specimen_rates
from deploy.demo.accounts import DemoAccount, ensure_demo
from deploy.demo.population import load as load_population
from deploy.demo.population import specimens, unusual
from deploy.demo.population.specimens import Specimen
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.consular import missions
from services.consular.passports import booklets
from services.consular.payments.tariffs import transaction_status
from services.consular.payments.tills import advance
from services.consular.payments.transfers import accounts as accounts_of_missions
from services.consular.payments.transfers.model import BankAccount
from services.gateway.accounts.factors.authenticators import SPECIMEN_CODE
from shared.catalogue.model import NOT_RECORDED
from shared.database.db import Database
from shared.identity import actor
from shared.values.money import Money

PASSWORD = "specimen-pass-2026"  # noqa: S105 - printed at every start, good for fictional people only
HOME, ELSEWHERE, IN_SYRIA = "RUH", "BER", "DAM"
PEOPLE = 20_000
BOOKLETS = {HOME: 500, ELSEWHERE: 50, IN_SYRIA: 50}
FIRST_SERIALS = {HOME: 900_000_001, ELSEWHERE: 910_000_001, IN_SYRIA: 920_000_001}
# Published examples of the two countries' formats; nobody has these accounts.
BANK_ACCOUNTS = {
    HOME: ("SAR", "SA0380000000608010167519", "SPECSARI"),
    ELSEWHERE: ("EUR", "DE89370400440532013000", "SPECDEFF"),
}
# What the safe holds at first, so that a till is opened with money that somebody has put in.
ADVANCES = {
    HOME: {"SAR": 500_000, "USD": 100_000, "EUR": 100_000},
    ELSEWHERE: {"EUR": 300_000, "USD": 100_000},
    IN_SYRIA: {"USD": 100_000},
}
ACTIVATED_ON = date(2025, 1, 1)
ACTIVATION = "specimen decree of the demo data"
ACTIVATED = (
    "cash-allowance",
    "reserve-cash-allowance",
    "missed-service-allowance",
    "residence-deferral",
    "residence-deferral-renewal",
    "visit-facilitation",
)
STAFF_NAMES = {
    "clerk": ("ميس نموذج", "Mays Namouzaj"),
    "officer": ("زياد نموذج", "Ziad Namouzaj"),
    "cashier": ("هالة نموذج", "Hala Namouzaj"),
    "head_of_mission": ("نديم نموذج", "Nadim Namouzaj"),
    "auditor": ("سلام نموذج", "Salam Namouzaj"),
    "registrar": ("وفاء نموذج", "Wafaa Namouzaj"),
    "administrator": ("غسان نموذج", "Ghassan Namouzaj"),
}
STAFF = tuple(STAFF_NAMES)
EXPATRIATES = (specimens.ABROAD, specimens.WOMAN, specimens.FATHER)


def load(admin_url: str, urls: Mapping[str, str], secret: str) -> None:
    """Idempotent: what is there stays as it is."""
    with connect_as_admin(admin_url, DATABASE) as connection:
        load_population(connection, people=int(os.environ.get("MAHJAR_PEOPLE", PEOPLE)))
        specimen_rates.load(connection)
    _stock_missions(Database(urls["consular"], pool_size=1))
    gateway = Database(urls["gateway"], pool_size=1)
    with gateway.scope(None) as session:
        ensure_demo(session, secret, _accounts())
    gateway.engine.dispose()


def _stock_missions(consular: Database) -> None:
    """A stock of blank booklets, and the legacy transactions switched on by dated rows."""
    for mission, stock in BOOKLETS.items():
        with consular.scope(mission) as session:
            first = FIRST_SERIALS[mission]
            if not booklets.counts(session).get("in_stock"):
                serials = [f"S{first + place}" for place in range(stock)]
                booklets.receive(session, actor.service("consular", mission), mission, serials)
            if mission in BANK_ACCOUNTS:
                open_account(session, mission)
            for currency, amount in ADVANCES[mission].items():
                money = Money(amount, currency)
                advance.receive_advance(
                    session, actor.service("consular", mission), money, f"demo-{mission}-{currency}"
                )
    with consular.scope(HOME) as session:
        # By rows of each mission: for all missions together they stay historical, and every page says so.
        for mission_row in missions.list_all(session):
            for slug in ACTIVATED:
                row = (slug, transaction_status.ACTIVE, ACTIVATED_ON, ACTIVATION, "demo")
                transaction_status.declare_status(session, *row, certainty="L", scope=mission_row.code)
    consular.engine.dispose()


def open_account(session: Session, mission: str) -> None:
    """The mission's bank account, under a number that banks publish as an example."""
    currency, iban, bic = BANK_ACCOUNTS[mission]
    row = BankAccount(
        id=f"{mission}-specimen", mission=mission, currency=currency, iban=iban, bic=bic, holder="Specimen Embassy",
        bank="Specimen Bank", valid_from=ACTIVATED_ON, source="specimen of the demo data", certainty="L",
        approver="demo",
    )  # fmt: skip
    accounts_of_missions.declare(session, row)


def _accounts() -> list[DemoAccount]:
    staff = [_officer(role, HOME) for role in STAFF]
    staff += [_officer("officer", ELSEWHERE), *(_officer(role, IN_SYRIA) for role in ("clerk", "officer", "cashier"))]
    return [*staff, *(_expatriate(person) for person in EXPATRIATES)]


def _officer(role: str, mission: str) -> DemoAccount:
    suffix = "" if mission == HOME else f".{mission.lower()}"
    name_ar, name_latin = STAFF_NAMES[role]
    email = f"{role.replace('_', '-')}{suffix}@mahjar.example"
    return DemoAccount(email, PASSWORD, role, mission, name_ar=name_ar, name_latin=name_latin)


def _expatriate(person: Specimen) -> DemoAccount:
    return DemoAccount(
        email=f"{person.key}@mahjar.example",
        password=PASSWORD,
        person=person.person,
        number=person.national_number,
        name_ar=f"{person.given_name} {person.father_name} {person.family_name}",
        name_latin=f"{person.latin_given} {person.latin_father} {person.latin_family}",
    )


def accounts() -> list[str]:
    """Lines of accounts to sign in with, and of specimens whose identity a new account may confirm."""
    lines = [f"{account.email:<32} {account.role}, {account.mission}" for account in _accounts()]
    known = (*specimens.SPECIMENS, *unusual.UNUSUAL)
    free = [person for person in known if person not in EXPATRIATES and person.died_on is None]
    return [
        f"accounts  password of all: {PASSWORD}; second step of staff: {SPECIMEN_CODE}",
        *(f"  {line}" for line in lines),
        "specimens to register with (national number, names and birth date as below)",
        *(f"  {' · '.join(_printed(value) for value in person.identity().values())}" for person in free),
    ]


def _printed(value: str) -> str:
    """A field of the identity card; where the register has none, the form's own choice says so."""
    return "(not recorded)" if value == NOT_RECORDED else value
