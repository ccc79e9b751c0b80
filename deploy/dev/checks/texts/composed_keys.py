"""Has every value that code puts into a key its words? Keys that are put together stand in no line as a whole."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from deploy.dev.checks.texts import audit_actions
from deploy.dev.checks.texts import document_values as documents
from deploy.dev.checks.texts import money_values as money
from deploy.dev.checks.texts import people_values as people
from deploy.dev.checks.texts import value_sets as sets
from shared.catalogue import CATALOGUE, inquiries
from shared.catalogue.bulk_actions import BOTH, PAYMENTS, SEATS
from shared.catalogue.kin import KINSHIPS, SELF
from shared.catalogue.model import AGENT, GUARDIAN, HOLDER, RELATIVE, Transaction
from shared.catalogue.reasons import SPOIL_REASONS

Keys = Callable[[], Iterable[str]]
SEXES, OF_SEX = ("M", "F"), (".M", ".F")


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
        yield from keys(f"document.{entry.issues.kind}.answer", entry.issues.answers)


# By what a key begins with: every key that may come of it. A family that is not here is in UNBOUND.
FAMILIES: dict[str, Keys] = {
    "annotation": lambda: keys("annotation", documents.annotation_kinds()),
    "assurance": lambda: keys("assurance", people.assurances()),
    "authority": lambda: keys("authority", documents.ministries()),
    "authority.short": lambda: keys("authority.short", documents.ministries()),
    "bank_match": lambda: keys("bank_match", money.bank_matches()),
    "bank_override": lambda: keys("bank_override", money.bank_overrides()),
    "bank_reason": lambda: keys("bank_reason", money.suspense_reasons(), "", ".next"),
    "bank_suggestion": lambda: keys("bank_suggestion", money.suggestion_reasons()),
    "capacity": lambda: keys("capacity", people.capacities()),
    "contest": lambda: keys("contest", people.doubts()),
    "decision": lambda: keys("decision", people.account_decisions(), "", ".text"),
    "channels.done": lambda: keys("channels.done", ("chosen", "sent", "confirmed")),
    "factors.done": lambda: keys("factors.done", ("passkey", "removed")),
    "decision.state": lambda: keys("decision.state", ("done", "declined")),
    "desk.action": lambda: keys("desk.action", audit_actions.actions()),
    "desk.bank.decision": lambda: keys("desk.bank.decision", ("waiting", "approved", "declined")),
    "desk.bank.owner": lambda: keys("desk.bank.owner", ("you", "other", "none")),
    "desk.bank.done": lambda: keys("desk.bank.done", ("take", "assign", "book", "override")),
    "desk.bank.refunds": lambda: keys("desk.bank.refunds", ("refund_paid", "refund_returned")),
    "desk.books.age": lambda: keys("desk.books.age", ("today", "week", "month", "older")),
    "desk.contradiction": lambda: keys("desk.contradiction", sets.contradiction_codes()),
    "desk.figures": lambda: keys("desk.figures", sets.figure_subjects(), "", ".text"),
    "desk.figures.age": lambda: keys("desk.figures.age", ("days", "week", "month", "older")),
    "desk.figures.seat": lambda: keys("desk.figures.seat", ("attended", "booked", "missed")),
    "desk.counter.may_collect": lambda: keys("desk.counter.may_collect", (HOLDER, RELATIVE, AGENT, GUARDIAN)),
    "desk.next": lambda: keys("desk.next", (*sets.statuses(), "visit", "decide", "cash", "hand_over")),
    "desk.parked.verdict": lambda: keys("desk.parked.verdict", ("replay", "discard")),
    "remedy": lambda: keys("remedy", sets.refusal_codes()),
    "discrepancy": lambda: keys("discrepancy", money.discrepancies()),
    "desk.identity.document": lambda: keys("desk.identity.document", people.counter_documents()),
    "desk.identity.level": lambda: keys("desk.identity.level", people.levels()),
    "hall": lambda: keys("hall", ("parked", "missed"), ".title"),
    "hall.done": lambda: keys("hall.done", sets.hall_verbs()),
    "hall.gate": lambda: keys("hall.gate", ("code", "number"), ".needed"),
    "hall.here": lambda: keys("hall.here", sets.hall_counter_states()),
    "hall.park.reason": lambda: keys("hall.park.reason", sets.hall_park_reasons()),
    "hall.screen": lambda: keys("hall.screen", ("number", "counter")),
    "passport_check.file": lambda: keys("passport_check.file", ("passport", "face")),
    "desk.letter.reply_state": lambda: keys("desk.letter.reply_state", documents.reply_states()),
    "desk.letters.state": lambda: keys("desk.letters.state", documents.letter_states()),
    "desk.payment": lambda: keys("desk.payment", money.attempt_states()),
    "desk.person.age": lambda: keys("desk.person.age", ("month", "year")),
    "desk.proposals.kind": lambda: keys("desk.proposals.kind", sets.bulk_actions()),
    "desk.reason": lambda: keys("desk.reason", sets.officers_reasons()),
    "application.dispute": lambda: keys("application.dispute", ("open", "won", "lost")),
    "dispute.state": lambda: keys("dispute.state", ("open", "won", "lost")),
    "application.refund": lambda: keys("application.refund", money.refund_states()),
    "desk.refund": lambda: keys("desk.refund", money.refund_states()),
    "desk.refunds.state": lambda: keys("desk.refunds.state", (*money.refund_states(), "proposed")),
    "desk.role": lambda: keys("desk.role", people.actor_roles()),
    "statement.child": lambda: keys("statement.child", ("M", "F")),
    "statement.deceased": lambda: keys("statement.deceased", ("M", "F")),
    "desk.turns.state": lambda: keys("desk.turns.state", ("attended", "excused", "missed")),
    "divorce_type": lambda: keys("divorce_type", documents.divorce_types()),
    "document": lambda: (
        keys("document", documents.document_kinds(), ".title") | keys("document", documents.documents_of_findings())
    ),
    "chances.entered": lambda: keys("chances.entered", ("entered", "withdrawn", "granted", "lost")),
    "chances.urgent_reason.choice": lambda: keys("chances.urgent_reason.choice", sets.urgent_reasons()),
    "chances.done": lambda: keys("chances.done", ("enter", "left", "join", "leave", "coming", "pass")),
    "draw.desk.done": lambda: keys("draw.desk.done", ("announce", "judge")),
    "draw.file": lambda: keys("draw.file", ("announcement", "entries", "beacon", "result")),
    "draw.state": lambda: keys("draw.state", sets.draw_states()),
    "duplicate.kind": lambda: keys("duplicate.kind", people.duplicate_kinds()),
    "duplicate.state": lambda: keys("duplicate.state", people.duplicate_states()),
    "finding": lambda: keys("finding", documents.findings()),
    "letter.ask": lambda: keys("letter.ask", documents.matters()),
    "letter.matter": lambda: keys("letter.matter", documents.matters()),
    "level": lambda: keys("level", people.levels(), ".title", ".text"),
    "mail": lambda: (
        keys("mail", sets.mail_events(), ".name", ".subject", ".text")
        | keys("mail", sets.sms_events(), ".name", ".sms")
        | keys("mail", sets.notice_mails(), ".line")
    ),
    "mandate.kind": lambda: keys("mandate.kind", people.mandate_kinds()),
    "mandate.state": lambda: keys("mandate.state", people.mandate_states()),
    "mission": lambda: keys("mission", sets.missions()),
    "movement.way": lambda: keys("movement.way", documents.crossing_directions()),
    "notice": lambda: keys("notice", sets.notice_kinds()),
    "passport_check.reason": lambda: keys("passport_check.reason", people.check_reasons()),
    "place.collect": lambda: keys("place.collect", (HOLDER, RELATIVE, AGENT, GUARDIAN)),
    "provision": lambda: keys("provision", sets.provisions()),
    "purpose": lambda: keys("purpose", documents.purposes()),
    "rate_source": lambda: keys("rate_source", money.rate_sources()),
    "reason": lambda: keys("reason", sets.reasons()),
    "reporter": lambda: keys("reporter", documents.reporters()),
    "role": lambda: keys("role", people.roles()),
    "rules.certainty": lambda: keys("rules.certainty", ("H", "M", "L")),
    "rules.standing": lambda: keys("rules.standing", sets.transaction_statuses()),
    "service.price.assessed": lambda: keys("service.price.assessed", money.assessed_transactions()),
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
        "promise.next",
        ("draft", "awaiting_payment", "held", "unknown", "returned", "in_review", "with_authority", "ready"),
    ),
    "promise.owner": lambda: keys("promise.owner", ("you", "officers", "authority", "head", "provider")),
    "referral": lambda: keys("referral", inquiries.REFERRALS),
    "referral.bring": lambda: keys("referral.bring", ("number", "passport", "reply")),
    "referral.phone": lambda: keys("referral.phone", ("riyadh", "jeddah")),
    "vouch.relation": lambda: keys("vouch.relation", people.voucher_relations()),
    "withdraw.rule": lambda: keys("withdraw.rule", money.withdrawal_rules()),
    "account.done": lambda: keys("account.done", ("password", "sessions", "mission", "contact")),
    "application": lambda: keys("application", sets.application_texts()),
    "bring": lambda: keys("bring", documents.things_to_bring()),
    "crossing_point": lambda: keys("crossing_point", documents.crossing_codes()),
    "deceased": lambda: keys("deceased", SEXES),
    "desk.appeals.done": lambda: keys("desk.appeals.done", ("accept", "refuse")),
    "desk.bookings.encoding": lambda: keys("desk.bookings.encoding", sets.encodings()),
    "desk.bookings.order": lambda: keys("desk.bookings.order", sets.date_orders()),
    "desk.bookings.order.hint": lambda: keys("desk.bookings.order.hint", (*sets.date_orders(), "both", "unknown")),
    "desk.bookings.row": lambda: keys("desk.bookings.row", sets.booking_columns()),
    "desk.bookings.standing": lambda: keys("desk.bookings.standing", ("ahead", "open", "over")),
    "desk.bookings.state": lambda: keys("desk.bookings.state", ("previewed", "kept", "dropped")),
    "desk.calendar.certainty": lambda: keys("desk.calendar.certainty", ("H", "M", "L")),
    "desk.calendar.kind": lambda: keys("desk.calendar.kind", sets.closure_kinds()),
    "desk.done": lambda: keys("desk.done", sets.acts_on_a_case(), "", ".next"),
    "desk.exception": lambda: keys("desk.exception", money.queue_flags(), "", ".next"),
    "desk.figures.head": lambda: keys("desk.figures.head", sets.heads_of_figures()),
    "desk.identity.done": lambda: keys(
        "desk.identity.done",
        ("frozen", "proposed", "decided", "passport_accepted", "passport_refused", "contested"),
    ),
    "desk.kinship": lambda: keys("desk.kinship", KINSHIPS),
    "desk.ledger.account": lambda: keys("desk.ledger.account", money.accounts()),
    "desk.letter.makes": lambda: keys("desk.letter.makes", documents.finding_outcomes()),
    "desk.letter.source": lambda: keys("desk.letter.source", documents.reply_sources()),
    "desk.letter.step": lambda: keys("desk.letter.step", documents.letter_steps()),
    "desk.mails.done": lambda: keys("desk.mails.done", ("take", "settle")),
    "desk.mails.fault": lambda: keys("desk.mails.fault", ("bounced", "gave_up", "refused")),
    "desk.mails.owner": lambda: keys("desk.mails.owner", ("me", "other", "nobody")),
    "desk.mandates.check": lambda: keys(
        "desk.mandates.check", ("kinship", *people.absences(), "identity", "under_age")
    ),
    "desk.mandates.done": lambda: keys("desk.mandates.done", ("accepted", "refused")),
    "desk.mandates.kinship": lambda: keys("desk.mandates.kinship", (*people.deed_kinships(), "none")),
    "desk.method": lambda: keys("desk.method", money.methods()),
    "desk.need": lambda: keys("desk.need", sets.passport_needs()),
    "desk.parked": lambda: keys("desk.parked", ("minutes", "hours", "days")),
    "desk.passport.source": lambda: keys("desk.passport.source", sets.name_sources()),
    "desk.passports.state": lambda: keys("desk.passports.state", sets.passport_states()),
    "desk.person": lambda: keys("desk.person", ("name", "father", "mother")),
    "desk.proposals": lambda: keys("desk.proposals", ("hours_on_rest", "days_over", "moved", "cancelled", "left")),
    "desk.proposals.done": lambda: keys("desk.proposals.done", ("proposed", "approve", "decline", "undo")),
    "desk.proposals.preview": lambda: keys("desk.proposals.preview", sets.proposal_forms()),
    "desk.proposals.state": lambda: keys("desk.proposals.state", sets.proposal_states()),
    "desk.proposals.text": lambda: keys("desk.proposals.text", sets.proposal_forms()),
    "desk.proposals.touches": lambda: keys("desk.proposals.touches", ("messages", "bookings", "turns", "applications")),
    "desk.queue": lambda: keys("desk.queue", (*sets.columns_of_the_queue(), "unmarked", "none_left")),
    "desk.refunds": lambda: keys("desk.refunds", ("reference", "amount", "age", "why", "method")),
    "desk.refunds.done": lambda: keys("desk.refunds.done", money.refund_acts()),
    "desk.refunds.failure": lambda: keys("desk.refunds.failure", money.refund_failures()),
    "desk.refunds.reason": lambda: keys("desk.refunds.reason", money.refund_reasons()),
    "desk.service": lambda: keys("desk.service", documents.service_statuses()),
    "desk.sex": lambda: keys("desk.sex", SEXES),
    "desk.tills.done": lambda: keys("desk.tills.done", money.till_acts()),
    "desk.tills.kind": lambda: keys("desk.tills.kind", money.till_entries()),
    "desk.visit": lambda: keys("desk.visit", ("booked", "attended", "missed")),
    "duplicate.reason": lambda: keys("duplicate.reason", people.duplicate_reasons()),
    "duplicate.verdict": lambda: keys("duplicate.verdict", people.duplicate_verdicts()),
    "eligible.about": lambda: keys("eligible.about", (RELATIVE, AGENT, GUARDIAN)),
    "error": lambda: keys("error", sets.explained_errors(), ".title", ".text"),
    "family.deceased_on": lambda: keys("family.deceased_on", SEXES),
    "field": lambda: keys("field", {*sets.proposal_fields(), "email", "role"}, ".label"),
    "field.closes.choice": lambda: keys("field.closes.choice", (SEATS, PAYMENTS, BOTH)),
    "field.standing.choice": lambda: keys("field.standing.choice", sets.transaction_statuses()),
    "form.date": lambda: keys("form.date", ("day", "month", "year", "gregorian", "hijri")),
    "help": lambda: keys("help", sets.help_topics(), ".title", ".text"),
    "help.brokers": lambda: keys("help.brokers", ("money", "code", "hold", "papers")),
    "hijri.month": lambda: keys("hijri.month", range(1, 13)),
    "home.how": lambda: keys("home.how", ("who", "fill", "pay", "follow", "take")),
    "identity.done": lambda: keys("identity.done", ("declared", "proven", "reported", "letter")),
    "kinship": lambda: keys("kinship", documents.kinships(), *OF_SEX),
    "licence.standing": lambda: keys("licence.standing", documents.licence_findings()),
    "mandate.absence.choice": lambda: keys("mandate.absence.choice", people.absences()),
    "mandates": lambda: keys("mandates", ("accept", "decline", "end")),
    "mandates.done": lambda: keys("mandates.done", ("granted", "handed_in", "accept", "decline", "end"), "", ".text"),
    "mandates.paper": lambda: keys("mandates.paper", people.deeds(), "", ".lead"),
    "marital_status": lambda: keys("marital_status", ("single", "married", "divorced", "widowed"), *OF_SEX),
    "method": lambda: keys("method", money.methods()),
    "numeral": lambda: keys("numeral", documents.numerals()),
    "offer": lambda: keys("offer", sets.inactive_statuses()),
    "page.nationality": lambda: keys("page.nationality", SEXES),
    "passport_check": lambda: keys("passport_check", ("refused", "expired")),
    "refusal": lambda: keys("refusal", sets.upload_faults()),
    "registrar.done": lambda: keys("registrar.done", ("correct", "dismiss")),
    "registrar.place": lambda: keys("registrar.place", documents.register_sides()),
    "relation": lambda: keys("relation", ("head", "wife", "son", "daughter", "member")),
    "reminder.text": lambda: keys("reminder.text", documents.reminders()),
    "reply.field": lambda: keys("reply.field", documents.reply_fields()),
    "service.status": lambda: keys("service.status", sets.inactive_statuses(), ".title", ".text"),
    "sex": lambda: keys("sex", SEXES),
    "tier": lambda: keys("tier", documents.allowance_tiers()),
    "verify": lambda: keys("verify", ("valid", "expired", "revoked", "unknown"), ".title", ".text"),
    "verify.fact": lambda: keys("verify.fact", documents.verified_fact_names()),
    "whom": lambda: keys("whom", (RELATIVE, GUARDIAN), ".title", ".lead", ".note"),
    "whom.choice": lambda: keys("whom.choice", (SELF, RELATIVE, GUARDIAN), "", ".hint"),
    "whom.dead": lambda: keys("whom.dead", ("f", "m")),
    "whom.mandate": lambda: keys("whom.mandate", (AGENT, GUARDIAN)),
    "working.border_days": lambda: keys("working.border_days", documents.border_days()),
    **dict.fromkeys(
        ("transaction", "group", "question", "question.tier.choice", "step", "paper", "fee", "beneficiary",
         "eligibility", "law_amount"),
        lambda: {*(key for entry in CATALOGUE.values() for key in of_entry(entry)), *documents.law_amounts()},
    ),
}  # fmt: skip
# Families of which every page asks first whether there is a text, and those whose values only a test can collect:
# tests/unit/gateway/desk/cases/test_history.py has every step of a case.
UNBOUND = frozenset("desk.event desk.parked.reason desk.refusal desk.parked.kind letter.field refund_rule".split())


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
