"""Has every value that code puts into a key its words? Keys that are put together stand in no line as a whole."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from deploy.dev.checks.texts import value_sets as sets
from shared.catalogue import CATALOGUE, inquiries
from shared.catalogue.model import AGENT, GUARDIAN, HOLDER, RELATIVE, Transaction
from shared.catalogue.reasons import SPOIL_REASONS

Keys = Callable[[], Iterable[str]]


def keys(prefix: str, values: Iterable[Any], *endings: str) -> set[str]:
    """A key of each value, with each of the endings."""
    return {f"{prefix}.{value}{ending}" for value in values for ending in (endings or ("",))}


# What an entry of the catalogue needs, which needs no service to be asked.
def of_entry(entry: Transaction) -> Iterator[str]:
    """The keys that pages and documents put together from one entry."""
    yield from keys(f"transaction.{entry.slug}", ("title", "summary", "who", "next"))
    yield f"group.{entry.group}"
    for question in entry.questions:
        yield from (f"question.{question.name}.label", f"step.{question.step}")
        yield from keys(f"question.{question.name}.choice", question.choices)
    yield from keys("paper", (paper.name for paper in entry.papers), ".label")
    yield from keys("fee", (fee.name for fee in entry.fees))
    yield from keys("beneficiary", (fee.beneficiary for fee in entry.fees))
    yield from keys("question.tier.choice", (tier.name for tier in entry.tiers))
    yield from keys("eligibility", (condition.code for condition in entry.eligible))
    yield from keys("refusal", (rule.code for rule in entry.answer_rules))
    if entry.issues:
        yield from keys(f"document.{entry.issues.kind}", ("title", "statement"))


# By what a key begins with: every key that may come of it. A family that is not here is in UNBOUND.
FAMILIES: dict[str, Keys] = {
    "annotation": lambda: keys("annotation", sets.annotation_kinds()),
    "assurance": lambda: keys("assurance", sets.assurances()),
    "authority": lambda: keys("authority", sets.ministries()),
    "authority.short": lambda: keys("authority.short", sets.ministries()),
    "bank_match": lambda: keys("bank_match", sets.bank_matches()),
    "bank_override": lambda: keys("bank_override", sets.bank_overrides()),
    "bank_reason": lambda: keys("bank_reason", sets.suspense_reasons(), "", ".next"),
    "bank_suggestion": lambda: keys("bank_suggestion", sets.suggestion_reasons()),
    "capacity": lambda: keys("capacity", sets.capacities()),
    "contest": lambda: keys("contest", sets.doubts()),
    "decision": lambda: keys("decision", sets.account_decisions(), "", ".text"),
    "channels.done": lambda: keys("channels.done", ("chosen", "sent", "confirmed")),
    "factors.done": lambda: keys("factors.done", ("passkey", "removed")),
    "decision.state": lambda: keys("decision.state", ("done", "declined")),
    "desk.bank.decision": lambda: keys("desk.bank.decision", ("waiting", "approved", "declined")),
    "desk.bank.done": lambda: keys("desk.bank.done", ("take", "assign", "book", "override")),
    "desk.books.age": lambda: keys("desk.books.age", ("today", "week", "month", "older")),
    "desk.contradiction": lambda: keys("desk.contradiction", sets.contradiction_codes()),
    "desk.figures": lambda: keys("desk.figures", sets.figure_subjects(), "", ".text"),
    "desk.figures.age": lambda: keys("desk.figures.age", ("days", "week", "month", "older")),
    "desk.figures.seat": lambda: keys("desk.figures.seat", ("attended", "booked", "missed")),
    "desk.counter.may_collect": lambda: keys("desk.counter.may_collect", (HOLDER, RELATIVE, AGENT, GUARDIAN)),
    "desk.next": lambda: keys("desk.next", (*sets.statuses(), "visit", "decide", "cash", "hand_over")),
    "desk.parked.verdict": lambda: keys("desk.parked.verdict", ("replay", "discard")),
    "remedy": lambda: keys("remedy", sets.refusal_codes()),
    "discrepancy": lambda: keys("discrepancy", sets.discrepancies()),
    "desk.identity.document": lambda: keys("desk.identity.document", sets.counter_documents()),
    "desk.identity.level": lambda: keys("desk.identity.level", sets.levels()),
    "hall": lambda: keys("hall", ("parked", "missed"), ".title"),
    "hall.done": lambda: keys("hall.done", sets.hall_verbs()),
    "hall.gate": lambda: keys("hall.gate", ("code", "number"), ".needed"),
    "hall.here": lambda: keys("hall.here", sets.hall_counter_states()),
    "hall.park.reason": lambda: keys("hall.park.reason", sets.hall_park_reasons()),
    "hall.screen": lambda: keys("hall.screen", ("number", "counter")),
    "passport_check.file": lambda: keys("passport_check.file", ("passport", "face")),
    "desk.letter.reply_state": lambda: keys("desk.letter.reply_state", sets.reply_states()),
    "desk.letters.state": lambda: keys("desk.letters.state", sets.letter_states()),
    "desk.payment": lambda: keys("desk.payment", sets.attempt_states()),
    "desk.person.age": lambda: keys("desk.person.age", ("month", "year")),
    "desk.proposals.kind": lambda: keys("desk.proposals.kind", sets.bulk_actions()),
    "desk.reason": lambda: keys("desk.reason", sets.officers_reasons()),
    "application.dispute": lambda: keys("application.dispute", ("open", "won", "lost")),
    "dispute.state": lambda: keys("dispute.state", ("open", "won", "lost")),
    "application.refund": lambda: keys("application.refund", sets.refund_states()),
    "desk.refund": lambda: keys("desk.refund", sets.refund_states()),
    "desk.refunds.state": lambda: keys("desk.refunds.state", (*sets.refund_states(), "proposed")),
    "desk.role": lambda: keys("desk.role", sets.roles()),
    "statement.child": lambda: keys("statement.child", ("M", "F")),
    "statement.deceased": lambda: keys("statement.deceased", ("M", "F")),
    "desk.turns.state": lambda: keys("desk.turns.state", ("attended", "excused", "missed")),
    "divorce_type": lambda: keys("divorce_type", sets.divorce_types()),
    "document": lambda: keys("document", sets.document_kinds(), ".title"),
    "chances.entered": lambda: keys("chances.entered", ("entered", "withdrawn", "granted", "lost")),
    "chances.urgent_reason.choice": lambda: keys("chances.urgent_reason.choice", sets.urgent_reasons()),
    "chances.done": lambda: keys("chances.done", ("enter", "left", "join", "leave", "coming", "pass")),
    "draw.desk.done": lambda: keys("draw.desk.done", ("announce", "judge")),
    "draw.file": lambda: keys("draw.file", ("announcement", "entries", "beacon", "result")),
    "draw.state": lambda: keys("draw.state", sets.draw_states()),
    "duplicate.kind": lambda: keys("duplicate.kind", sets.duplicate_kinds()),
    "duplicate.state": lambda: keys("duplicate.state", sets.duplicate_states()),
    "finding": lambda: keys("finding", sets.findings()),
    "letter.ask": lambda: keys("letter.ask", sets.matters()),
    "letter.matter": lambda: keys("letter.matter", sets.matters()),
    "level": lambda: keys("level", sets.levels(), ".title", ".text"),
    "mail": lambda: (
        keys("mail", sets.mail_events(), ".name", ".subject", ".text")
        | keys("mail", sets.sms_events(), ".name", ".sms")
        | keys("mail", sets.notice_mails(), ".line")
    ),
    "mandate.kind": lambda: keys("mandate.kind", sets.mandate_kinds()),
    "mandate.state": lambda: keys("mandate.state", sets.mandate_states()),
    "mission": lambda: keys("mission", sets.missions()),
    "movement.way": lambda: keys("movement.way", sets.crossing_directions()),
    "notice": lambda: keys("notice", sets.notice_kinds()),
    "passport_check.reason": lambda: keys("passport_check.reason", sets.check_reasons()),
    "place.collect": lambda: keys("place.collect", (HOLDER, RELATIVE, AGENT, GUARDIAN)),
    "provision": lambda: keys("provision", sets.provisions()),
    "purpose": lambda: keys("purpose", sets.purposes()),
    "rate_source": lambda: keys("rate_source", sets.rate_sources()),
    "reason": lambda: keys("reason", sets.reasons()),
    "reporter": lambda: keys("reporter", sets.reporters()),
    "role": lambda: keys("role", sets.roles()),
    "rules.certainty": lambda: keys("rules.certainty", ("H", "M", "L")),
    "rules.standing": lambda: keys("rules.standing", sets.transaction_statuses()),
    "service.price.assessed": lambda: keys("service.price.assessed", sets.assessed_transactions()),
    "stage": lambda: keys("stage", sets.stages()),
    "status": lambda: keys("status", sets.statuses()),
    "timeline": lambda: keys("timeline", sets.transition_codes()),
    "appeal.state": lambda: keys("appeal.state", ("accepted", "refused", "waiting")),
    "desk.booklets.state": lambda: keys("desk.booklets.state", ("in_stock", "assigned", "collected", "spoiled")),
    "desk.till_difference": lambda: keys("desk.till_difference", ("too_little", "too_much")),
    "field.spoil_reason.choice": lambda: keys("field.spoil_reason.choice", SPOIL_REASONS),
    "desk.priority.kind": lambda: keys("desk.priority.kind", ("age", "disability", "emergency")),
    "seats.other": lambda: keys("seats.other", ("regular", "urgent")),
    "seats.tier": lambda: keys("seats.tier", ("regular", "urgent")),
    "turn.service": lambda: keys("turn.service", sets.services()),
    "inquiry": lambda: keys("inquiry", ("appeal", "reopen"), "", ".label", ".send"),
    "inquiry.canned": lambda: keys("inquiry.canned", inquiries.CANNED, "", ".text"),
    "inquiry.channel": lambda: keys("inquiry.channel", ("page", *inquiries.WRITTEN_IN)),
    "inquiry.check": lambda: keys("inquiry.check", ("number", "papers", "type", "text", "tie"), "", ".remedy"),
    "inquiry.code.by": lambda: keys("inquiry.code.by", ("mail", "sms", "app")),
    "inquiry.held": lambda: keys("inquiry.held", ("officer", "head_of_mission")),
    "inquiry.next": lambda: keys("inquiry.next", inquiries.NEXT_STEPS),
    "inquiry.rating": lambda: keys("inquiry.rating", range(1, 6)),
    "inquiry.reason": lambda: keys("inquiry.reason", inquiries.REFUSE_REASONS),
    "inquiry.state": lambda: {
        *keys("inquiry.state", (*inquiries.OUTCOMES, "unconfirmed", "waiting", "appealed")),
        *keys("inquiry.state", ("waiting", "appealed"), ".title"),
    },
    "inquiry.step": lambda: keys("inquiry.step", ("answered", "reopened", "appealed", "appeal_decided")),
    "inquiry.type": lambda: keys("inquiry.type", inquiries.TYPES, "", ".synonyms"),
    "desk.inquiries.done": lambda: keys("desk.inquiries.done", ("taken", "answered")),
    "desk.inquiries.held": lambda: keys("desk.inquiries.held", ("officer", "head_of_mission")),
    "desk.inquiries.queue": lambda: keys("desk.inquiries.queue", ("open", "appealed", "overdue", "answered")),
    "promise.next": lambda: keys(
        "promise.next", ("draft", "awaiting_payment", "returned", "in_review", "with_authority", "ready")
    ),
    "promise.owner": lambda: keys("promise.owner", ("you", "officers", "authority", "head")),
    "referral": lambda: keys("referral", inquiries.REFERRALS),
    "referral.bring": lambda: keys("referral.bring", ("number", "passport", "reply")),
    "referral.phone": lambda: keys("referral.phone", ("riyadh", "jeddah")),
    "vouch.relation": lambda: keys("vouch.relation", sets.voucher_relations()),
    "withdraw.rule": lambda: keys("withdraw.rule", sets.withdrawal_rules()),
    **dict.fromkeys(
        ("transaction", "group", "question", "question.tier.choice", "step", "paper", "fee", "beneficiary",
         "eligibility", "law_amount"),
        lambda: {*(key for entry in CATALOGUE.values() for key in of_entry(entry)), *sets.law_amounts()},
    ),
}  # fmt: skip
# Families whose values are no enumeration or tuple that could be asked: a page writes them out, or a form of HTTP.
UNBOUND = frozenset(
    """account.done application bring deceased desk.appeals.done field.closes.choice desk.bookings.encoding
    desk.figures.head desk.parked desk.parked.reason desk.queue desk.refunds field.standing.choice
    desk.ledger.account desk.tills.done desk.tills.kind desk.refunds.done desk.refunds.failure desk.refunds.reason
    desk.bookings.order desk.bookings.order.hint desk.bookings.standing
    desk.bookings.state desk.calendar.certainty desk.calendar.done desk.calendar.kind desk.done desk.event
    desk.identity.done identity.done passport_check desk.mails.done desk.mails.fault desk.mails.owner
    desk.exception desk.letter.makes desk.letter.source desk.letter.step desk.mandates.done desk.method desk.need
    desk.passport.source desk.passports.state desk.person desk.proposals desk.proposals.done desk.proposals.preview
    desk.proposals.state desk.proposals.text desk.proposals.touches desk.refusal desk.service desk.sex
    desk.visit duplicate.reason duplicate.verdict eligible.about error family.deceased_on field form.date hijri.month
    help help.brokers home.how letter.field licence.standing mandates mandates.done mandates.paper marital_status method
    offer
    refund_rule refusal registrar.done registrar.place relation reply.field service.status sex tier verify
    verify.fact numeral page.nationality crossing_point whom whom.choice whom.mandate desk.mandates.check
    desk.mandates.kinship mandate.absence.choice""".split()
)


def uncited(texts: Collection[str]) -> list[str]:
    """Sources that pages show as their data cite them, in whatever language that is."""
    return sorted(one for one in sets.sources() if f"law.{one}" not in texts and f"source.{one}" not in texts)


def complaints(known: Iterable[str], beginnings: Iterable[str]) -> list[str]:
    """Keys of families that have no text in `known`, and beginnings of keys that no family explains."""
    texts = set(known)
    wanted = sorted({key for family in FAMILIES.values() for key in family()})
    families = FAMILIES.keys() | UNBOUND
    strange = sorted({beginning.rstrip(".") for beginning in beginnings} - families)
    return [
        *(f"no text for {key}; add it to shared/translations in both languages" for key in wanted if key not in texts),
        *(f"no text for law.{one} or source.{one}, which is cited" for one in uncited(texts)),
        *(f"{one}: say in FAMILIES of deploy/dev/checks/texts/composed_keys.py which values follow" for one in strange),
    ]
