"""The steps of the scenarios, each through the page that a person would use for it."""

import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from deploy.demo.demo_data import HOME
from deploy.demo.sandbox.bank import Bank
from deploy.demo.sandbox.provider import TEST_NUMBER
from deploy.demo.scenarios.answers import answers, required_uploads, scan
from deploy.demo.scenarios.browser import Browser, Page, UnexpectedPage
from deploy.demo.scenarios.people import DemoPerson
from shared.catalogue import CATALOGUE
from shared.catalogue.model import Transaction
from shared.values.digits import ascii_digits

ANOTHER = 40  # A scan that no other paper of an application has.
WAIT_SECONDS = 60.0
LOOK_SECONDS = 0.2
CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")
SECRET_WORDS = "three unrelated words"  # noqa: S105 - a fictional person's


def register_account(browser: Browser, person: DemoPerson, clerk: Browser) -> bool:
    """Opens an account, declares the identity and has it proven at the counter. False when the person has an account.

    Raises UnexpectedPage when too many have registered here within the hour.
    """
    email = f"{person.national_number}@mahjar.example"
    mailbox = f"{browser.open('/sign-up/code').links('/mailbox')[0]}?to={email}"
    earlier = len(browser.open(mailbox).of("article"))
    form = browser.open("/sign-up").form("/sign-up")
    page = browser.send(form, {"email": email, "password": SECRET_WORDS, "mission": HOME})
    code = next_code(browser, mailbox, earlier)
    if not code:
        return False
    page = browser.send(page.form("/sign-up/code"), {"code": code})
    born = {"born-year": str(person.born.year), "born-month": str(person.born.month), "born-day": str(person.born.day)}
    page = browser.send(page.form("/identity"), person.identity() | born)
    page = browser.send(page.form("/identity/code"), {"code": code_at_counter(clerk, page, person)})
    if any(urlsplit(form.get("action") or "").path.endswith("/identity/code") for form in page.of("form")):
        raise UnexpectedPage(f"not proven: {page.message()}")
    return bool(page.links("/applications"))


def next_code(browser: Browser, mailbox: str, earlier: int) -> str:
    """The code of the next e-mail after so many; empty when it has none. Raises UnexpectedPage when none comes."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        mails = browser.open(mailbox).of("article")
        if len(mails) > earlier:
            found = CODE.search("".join(mails[0].itertext()))
            return found[0] if found else ""
        if time.monotonic() > deadline:
            raise UnexpectedPage("no e-mail came")
        time.sleep(LOOK_SECONDS)


def code_at_counter(clerk: Browser, page: Page, person: DemoPerson) -> str:
    """The clerk sees the person and the card, and gives the code for the account's number."""
    claim = next("".join(one.itertext()) for one in page.of("strong") if one.get("class") == "code")
    form = clerk.open("/desk/identity").form("/desk/identity/code")
    seen = {"claim": claim, "national_number": person.national_number, "document": "identity_card"}
    given = clerk.send(form, seen)
    return next("".join(one.itertext()) for one in given.of("strong") if one.get("class") == "code")


@dataclass
class Steps:
    """One application, from the page of its transaction to its end."""

    applicant: Browser
    person: DemoPerson
    staff: dict[str, Browser]
    slug: str
    by_card: bool = True
    reference: str = ""
    own_answers: dict[str, str] = field(default_factory=dict)
    """Answers that take the place of the scenario's."""
    papers: dict[str, bytes] = field(default_factory=dict)
    bank: Bank | None = None

    @property
    def entry(self) -> Transaction:
        """The catalogue's."""
        return CATALOGUE[self.slug]

    def pay(self) -> None:
        """Pays what is owed, by card or in cash."""
        if self.by_card:
            self.pay_by_card()
        else:
            self.pay_cash()

    def apply(self) -> None:
        """Fills in the application, uploads its papers and submits it."""
        self.hand_in(self.fill())
        self.send()

    def fill(self) -> Page:
        """Answers the questions step by step. Returns the page after them."""
        page = self.applicant.open(f"/apply/{self.slug}")
        page = self.applicant.send(page.form(f"/apply/{self.slug}"), {})
        self.reference = urlsplit(page.url).path.split("/applications/")[1].split("/")[0]
        entry, typed = CATALOGUE[self.slug], answers(self.slug, self.person, self.person.relative)
        typed |= self.own_answers
        for step in dict.fromkeys(question.step for question in entry.questions):
            values: dict[str, str] = {}
            for question in entry.questions:
                if question.step == step:
                    values |= _typed(question.name, question.kind, typed[question.name])
            page = self.applicant.send(page.form(f"/{step}"), values)
        return page

    def send(self) -> None:
        """Reviews the application and submits it."""
        review = self.applicant.open(f"/applications/{self.reference}/review")
        self.applicant.send(review.form("/review"), {})

    def hand_in(self, page: Page) -> None:
        """Uploads every required paper."""
        papers = [paper.name for paper in required_uploads(self.slug)]
        files = {f"file-{name}": (f"{name}.jpg", scan(index), "image/jpeg") for index, name in enumerate(papers)}
        if files:
            self.applicant.send(page.form("/papers"), {}, files=files)

    def pay_by_card(self) -> None:
        """Pays at the provider's page and returns."""
        choice = self.applicant.open(f"/applications/{self.reference}/pay")
        self.at_provider(self.applicant.send(choice.form("/pay"), {}))

    def at_provider(self, hosted: Page) -> None:
        """Pays with the test number on the provider's own page, and asks again until it is known how that ended.

        Raises UnexpectedPage if that stays unknown.
        """
        deadline = time.monotonic() + WAIT_SECONDS
        self.applicant.send(hosted.form(""), {"outcome": "pay", "number": TEST_NUMBER})
        # The provider may lead to another name of this host, where nobody is signed in. While it is unknown how the
        # payment ended, the page links to itself.
        while self.applicant.open(f"/applications/{self.reference}/paid").links("/paid", "main"):
            if time.monotonic() > deadline:
                raise UnexpectedPage(f"not known how the payment of {self.reference} ended")
            time.sleep(LOOK_SECONDS)

    def pay_by_transfer(self) -> None:
        """Reads account, amount and reference, has the bank send them, and the cashier imports the bank's statement."""
        assert self.bank is not None
        choice = self.applicant.open(f"/applications/{self.reference}/pay")
        shown = self.applicant.send(choice.form("/pay/transfer"), {})
        reference, iban = (shown.codes()[place] for place in (0, 2))
        amount = figures(shown.value(1))
        name = f"{self.person.latin_given} {self.person.latin_family}"
        statement = self.bank.pay(iban, amount, reference, name)
        desk = self.staff["cashier"].open("/desk/bank")
        file = {"file": ("statement.xml", statement, "application/xml")}
        self.staff["cashier"].send(desk.form("/desk/bank/statements"), {}, files=file)
        if self.applicant.open(f"/applications/{self.reference}").links("/pay"):
            raise UnexpectedPage(f"the transfer for {self.reference} is not settled")

    def pay_cash(self, ending: str = "/cash") -> None:
        """The cashier takes exactly what is owed into their open till, by the form that ends so."""
        self.open_till()
        page = self.staff["cashier"].open(f"/desk/counter?reference={self.reference}")
        due = next(one for one in page.of("p") if one.get("class") == "due")
        figures = "".join(due.itertext())
        amount = "".join(sign for sign in figures if sign.isdecimal() or sign == ".")
        form = page.form(ending)
        self.staff["cashier"].send(form, {"amount": amount, "currency": form.values.get("currency") or "SAR"})

    def open_till(self, currency: str = "SAR") -> None:
        """The cashier's till of a currency is open, with a float of ten notes."""
        page = self.staff["cashier"].open(f"/desk/tills?currency={currency}")
        if not any("/desk/tills/" in link for link in page.links("")):
            notes = dict.fromkeys(("piece-1000", "piece-5000"), "10")
            self.staff["cashier"].send(page.form("/desk/tills"), notes)

    def accept(self) -> None:
        """The officer accepts, once the person came where they must."""
        if self.entry.appointment:
            self.come()
        page = self.staff["officer"].open(f"/desk/cases/{self.reference}")
        self.staff["officer"].send(page.form("/accept"), {})

    def come(self) -> None:
        """The person comes in, and the clerk looks at who it is."""
        page = self.staff["clerk"].open(f"/desk/cases/{self.reference}")
        self.staff["clerk"].send(page.form("/attend"), {"number": self.person.national_number})

    def send_back(self, reason: str = "paper_unreadable", note: str = "") -> None:
        """The officer marks the first paper for a reason, and writes a word of their own."""
        page, paper = self.staff["officer"].open(f"/desk/cases/{self.reference}"), required_uploads(self.slug)[0].name
        self.staff["officer"].send(page.form("/return"), {f"reason-paper-{paper}": reason, "note": note})

    def mend(self) -> None:
        """The applicant hands the marked paper in anew and sends it again."""
        page, paper = self.applicant.open(f"/applications/{self.reference}/fix"), required_uploads(self.slug)[0].name
        file = {f"file-{paper}": (f"{paper}.jpg", scan(ANOTHER), "image/jpeg")}
        self.applicant.send(page.form("/fix"), {"send": "all"}, files=file)

    def add_evidence(self) -> None:
        """An authority returned it without marks: the applicant hands the papers in anew and sends it again."""
        self.hand_in(self.applicant.open(f"/applications/{self.reference}/papers"))
        self.send()

    def refuse(self, reason: str = "not_entitled") -> None:
        """The officer refuses it, and confirms that on a second page."""
        page = self.staff["officer"].open(f"/desk/cases/{self.reference}/refuse")
        page = self.staff["officer"].send(page.form("/refuse"), {"reason": reason})
        self.staff["officer"].send(page.form("/refuse"), {})

    def withdraw(self) -> None:
        """The applicant takes it back, after reading what becomes of the fee."""
        page = self.applicant.open(f"/applications/{self.reference}/withdraw")
        self.applicant.send(page.form("/withdraw"), {})

    def check_refund(self) -> None:
        """The applicant's page names what is owed back. Raises UnexpectedPage where it does not."""
        page = self.applicant.open(f"/applications/{self.reference}")
        if not any("refund" in (one.get("class") or "") for one in page.of("p")):
            raise UnexpectedPage(f"no refund at {self.reference}: {page.message()}")

    def pay_back(self) -> None:
        """The cashier pays back what is owed, the way it came. Raises UnexpectedPage where it does not arrive."""
        cashier = self.staff["cashier"]
        case = cashier.open(f"/desk/cases/{self.reference}")
        refund = next(link for link in case.links("") if "/desk/refunds/" in link)
        cashier.send(cashier.open(refund).form("/prepare"), {"method": "card" if self.by_card else "cash"})
        if not self.by_card:
            cashier.send(cashier.open(refund).form("/payout"), {})
        deadline = time.monotonic() + WAIT_SECONDS
        while not self._is_paid_back():
            if time.monotonic() > deadline:
                raise UnexpectedPage(f"nothing was paid back for {self.reference}")
            time.sleep(LOOK_SECONDS)

    def _is_paid_back(self) -> bool:
        """Whether the applicant's page says so."""
        page = self.applicant.open(f"/applications/{self.reference}")
        return any((one.get("class") or "").split() == ["refund", "paid"] for one in page.of("p"))

    def collect(self) -> None:
        """The clerk hands the booklet to its holder."""
        page = self.staff["clerk"].open(f"/desk/counter?reference={self.reference}")
        self.staff["clerk"].send(page.form("/collect"), {"national_number": self.person.national_number})

    def until(self, ending: str) -> str:
        """Waits for a link of the application's page that ends so. Raises UnexpectedPage if none appears."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            page = self.applicant.open(f"/applications/{self.reference}")
            links = [link for link in page.links(ending) if "/receipts/" not in link]
            if links:
                return links[0]
            if time.monotonic() > deadline:
                raise UnexpectedPage(f"nothing came of {self.reference}: {page.message()}")
            time.sleep(LOOK_SECONDS)

    def until_document(self) -> str:
        """The link of the paper that was issued."""
        return self.until(".pdf")

    def until_ready(self) -> None:
        """Waits, with the clerk, until the booklet can be handed over."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            page = self.staff["clerk"].open(f"/desk/counter?reference={self.reference}")
            try:
                page.form("/collect")
                return
            except UnexpectedPage:
                if time.monotonic() > deadline:
                    raise
                time.sleep(LOOK_SECONDS)

    def download(self, link: str, name: str) -> None:
        """Downloads a document. Asks again while it is being drawn."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                self.papers[f"{self.reference}-{name}"] = self.applicant.open(link).content
                return
            except UnexpectedPage:
                if time.monotonic() > deadline:
                    raise
                time.sleep(LOOK_SECONDS)


def figures(text: str) -> str:
    """The amount in a text, in Western digits, with a point."""
    return "".join(sign for sign in ascii_digits(text).replace("٫", ".") if sign.isdecimal() or sign == ".").strip(".")


def _typed(name: str, kind: str, value: str) -> dict[str, str]:
    if kind not in ("date", "past_date"):
        return {name: value}
    year, month, day = value.split("-")
    return {f"{name}-year": year, f"{name}-month": month, f"{name}-day": day}
