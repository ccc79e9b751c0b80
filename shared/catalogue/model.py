"""What a transaction is: one frozen entry from which its pages, checks, fees, route and papers all follow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Facts:
    """What the registers attest about a person, for one purpose, on one day."""

    person: str
    today: date
    sex: str = ""
    born: date = date.min
    alive: bool = True
    registered: bool = True
    service_status: str | None = None
    deferred_until: date | None = None
    last_granted_on: date | None = None
    """When this very transaction was last granted to the person, as the missions know it."""
    capacity: str = "holder"
    """As what the asking person acts: holder, relative, agent or guardian of whom the application is for."""
    kinship: str | None = None
    """What the person is to the holder of the entry asked for, as the register has it; None while nobody is named."""

    @classmethod
    def from_statements(
        cls, statements: Mapping[str, Mapping[str, Any]], today: date, capacity: str = "holder"
    ) -> "Facts":
        """What each register said, put together. Raises KeyError or ValueError when one left something out."""
        civil_facts, service_facts = statements["civil_registry"], statements.get("conscription", {})
        deferred_until = service_facts.get("deferred_until")
        return cls(
            person=str(civil_facts["person"]),
            today=today,
            capacity=capacity,
            sex=str(civil_facts["sex"]),
            born=date.fromisoformat(str(civil_facts["born"])),
            alive=civil_facts["alive"] is True,
            registered=civil_facts["registered"] is True,
            service_status=service_facts.get("service_status"),
            deferred_until=date.fromisoformat(deferred_until) if deferred_until else None,
            kinship=(civil_facts.get("holder") or {}).get("kinship"),
        )


@dataclass(frozen=True)
class Eligibility:
    """A condition of applying: text `eligibility.<code>`, with its law as the source shown beside."""

    code: str
    holds: Callable[[Facts], bool]
    law: str = ""
    expected: bool = False
    """It holds of nearly everybody: pages name it only where it does not."""


@dataclass(frozen=True)
class Question:
    """One thing asked. `kind` names the reader in shared/forms: text, name, latin, date, choice, ...

    Texts are `question.<name>.label`, `.hint` and `question.<name>.choice.<choice>` in the translations.
    """

    name: str
    kind: str = "text"
    required: bool = True
    choices: tuple[str, ...] = ()
    max_length: int = 120
    minimum: int = 0
    maximum: int = 0
    step: str = "details"
    unrecorded: bool = False
    """Whether NOT_RECORDED is an offered answer."""
    hijri: bool = True
    """Whether a date may be given in the Hijri calendar as well; what a booklet prints is Gregorian."""
    asked_if: tuple[str, str] | None = None
    """The choice question and its answer with which alone this one is asked; with another answer it has none."""
    of_the_living: bool = False
    """Whether it is asked only while the person of the application is alive."""

    def concerns(self, answers: Mapping[str, Any]) -> bool:
        """Whether it makes sense of the person of the application, who may be dead."""
        return not (self.of_the_living and answers.get(DECEASED))

    def is_asked(self, answers: Mapping[str, Any]) -> bool:
        """Whether it is asked beside these answers. Where its choice is still open, it may be."""
        if not self.concerns(answers):
            return False
        if self.asked_if is None:
            return True
        name, answer = self.asked_if
        return answers.get(name) in (None, "", answer)


@dataclass(frozen=True)
class AnswerRule:
    """A condition over several answers; broken, it is shown beside `field` as `refusal.<code>`."""

    code: str
    field: str
    holds: Callable[[Mapping[str, object], date], bool]
    law: str = ""


@dataclass(frozen=True)
class RequiredUpload:
    """A paper handed in; text `paper.<name>.label`, with the law that asks for it where one is known."""

    name: str
    required: bool = True
    law: str = ""


@dataclass(frozen=True)
class FeeLine:
    """A line of the price and whom it goes to. Amounts are dated tariff rows, or assessed by the authority.

    With `when` the line is owed only if it holds of the answers.
    """

    name: str
    beneficiary: str
    when: Callable[[Mapping[str, object]], bool] | None = None


@dataclass(frozen=True)
class Tier:
    """One of the speeds an entry is sold at, chosen by the answer `tier`. Its price are the lines owed with it."""

    name: str
    working_days: int


@dataclass(frozen=True)
class Ask:
    """What is asked once the mission has accepted: of a register over the bus, of a ministry by letter."""

    authority: str
    ask: str


@dataclass(frozen=True)
class MissionDocument:
    """A document that the mission issues itself as soon as it accepts; nobody else is asked.

    The snapshot of the document has what is declared here and nothing besides. `identity` are attested facts of the
    applicant, out of IDENTITY. `answers` are names of questions. `holder` names the two questions that hold the
    Arabic and the Latin name, where the document is about somebody else than the applicant.

    Raises ValueError for a fact that the register does not attest, and for one declared twice.
    """

    kind: str
    identity: tuple[str, ...]
    answers: tuple[str, ...] = ()
    holder: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        for names in (self.identity, self.answers):
            if len(set(names)) != len(names):
                raise ValueError(f"{self.kind} declares a fact or an answer twice")
        if unknown := set(self.identity) - set(IDENTITY):
            raise ValueError(f"{self.kind} declares what no register attests: {', '.join(sorted(unknown))}")


# The answer to a question for a name that the register does not have; it is offered beside the field.
NOT_RECORDED = "@not_recorded"
# Stands among the answers where the register attests that the person of the application is dead; nobody types it.
DECEASED = "@deceased"
AT_SUBMIT, AFTER_ASSESSMENT = "at_submit", "after_assessment"
BOOKLET, DOCUMENT, APPOINTMENT = "booklet", "document", "turn"
TIER = "tier"
PHOTO = "photo"
REGISTERS = frozenset({"civil_registry", "conscription"})
# What the civil register attests of an applicant, and documents may say.
IDENTITY = ("name", "father", "mother", "born", "birth_place", "entry", "national_number")
# As what somebody may apply: for themselves, for a relative, with a mandate, for a minor in their care.
HOLDER, RELATIVE, AGENT, GUARDIAN = "holder", "relative", "agent", "guardian"
# The country inside which a relative or an agent may obtain what elsewhere its holder asks for in person.
SYRIA = "SY"
# Whose entry a transaction is about: one's own always; one's own or a relative's; never one's own.
OWN, OWN_OR_KIN, KIN = "own", "own_or_kin", "kin"


@dataclass(frozen=True)
class Transaction:
    """A catalogue entry. Titles are `transaction.<slug>.title`, `.summary`, `.who`, `.next` in the translations.

    Raises ValueError where the mission shall issue the document and the entry contradicts that, and for rules of a
    photo that is not asked for.
    """

    slug: str
    group: str
    law: tuple[str, ...]
    asks: tuple[Ask, ...]
    outcome: str
    working_days: int
    questions: tuple[Question, ...]
    papers: tuple[RequiredUpload, ...]
    fees: tuple[FeeLine, ...]
    eligible: tuple[Eligibility, ...]
    answer_rules: tuple[AnswerRule, ...] = ()
    priced: str = AT_SUBMIT
    one_open: bool = True
    holder: str = OWN
    acts: tuple[str, ...] = (HOLDER,)
    acts_in_syria: tuple[str, ...] = ()
    """As what somebody may apply at an office inside Syria; empty where no such office offers it."""
    appointment: str | None = None
    """The service at the mission for which a turn is booked, where the applicant must come in person."""
    tiers: tuple[Tier, ...] = ()
    urgent: str | None = None
    """The entry an application becomes when its applicant pays the difference to the urgent price."""
    one_of: str | None = None
    """Of all entries that name the same thing here, a person has one application open at a time."""
    missions: tuple[str, ...] = ()
    """The only missions that offer it; empty where all do."""
    option_questions: tuple[str, ...] = field(default=())
    """Answers that travel to the authority as codes; never personal data."""
    issues: MissionDocument | None = None
    """The document that the mission issues on acceptance, where no authority is asked."""
    attested_by: tuple[str, ...] = ()
    """Registers whose facts the conditions need, though nothing is asked of them."""
    photo_rules: bool = False
    """Whether its paper `photo` is that of a passport, counted and measured by the rules of the mission."""

    def __post_init__(self) -> None:
        if self.photo_rules and PHOTO not in {paper.name for paper in self.papers}:
            raise ValueError(f"{self.slug} has rules for a photo and asks for none")
        if self.issues is None:
            return
        shape = (self.asks, self.outcome, self.priced, self.appointment)
        if shape != ((), DOCUMENT, AT_SUBMIT, None):
            raise ValueError(
                f"{self.slug} is issued by the mission on acceptance: nobody is asked, priced at submission"
            )
        declared = {*self.issues.answers, *(self.issues.holder or ())}
        if unknown := declared - {question.name for question in self.questions}:
            raise ValueError(f"{self.slug} issues answers to questions it lacks: {', '.join(sorted(unknown))}")

    @property
    def authorities(self) -> tuple[str, ...]:
        """The registers whose statements are needed before applying; the civil register always confirms the person."""
        registers = (ask.authority for ask in self.asks if ask.authority in REGISTERS)
        return tuple(dict.fromkeys(("civil_registry", *registers, *self.attested_by)))

    @property
    def capacities(self) -> tuple[str, ...]:
        """As what somebody may apply at any place."""
        return tuple(dict.fromkeys((*self.acts, *self.acts_in_syria)))

    def acts_at(self, country: str) -> tuple[str, ...]:
        """As what somebody may apply at a mission, or at an office, in this country; empty where it is not offered."""
        return self.acts_in_syria if country == SYRIA else self.acts

    def days(self, answers: Mapping[str, object]) -> int:
        """Working days promised for these answers: those of the chosen tier, where there are tiers."""
        return next((tier.working_days for tier in self.tiers if tier.name == answers.get(TIER)), self.working_days)

    def owed(self, answers: Mapping[str, object]) -> list[FeeLine]:
        """The lines of the price that are owed with these answers."""
        return [fee for fee in self.fees if fee.when is None or fee.when(answers)]

    def unmet(self, facts: Facts) -> list[Eligibility]:
        """The conditions that do not hold, in order; empty when the person may apply."""
        return [condition for condition in self.eligible if not condition.holds(facts)]
