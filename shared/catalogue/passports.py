"""Passports, issued by the mission for the Immigration and Passports Directorate."""

from dataclasses import replace

from shared.catalogue import conditions as only_if
from shared.catalogue import minors, registration
from shared.catalogue.conditions import REGULAR, URGENT
from shared.catalogue.model import (
    AGENT,
    BOOKLET,
    GUARDIAN,
    HOLDER,
    RELATIVE,
    TIER,
    AnswerRule,
    Ask,
    FeeLine,
    Question,
    RequiredUpload,
    Tier,
    Transaction,
)

DIRECTORATE, MINISTRY, PASSPORT = "immigration_and_passports", "foreign_affairs", "passport"
LAW = ("Law 18/2017", "Decree 119/2025", "MoI decision 1/Sh.Q of 2025-06-26")
FINE_LAW = "Law 2/2018"
RENEWAL_LAW, LOSS_LAW, DAMAGE_LAW = "MOFAE, passport before expiry", "MOFAE, passport lost abroad", "MOFAE FAQ"
# MOFAE, renewal: 14 working days, urgent ones in one to three.
REGULAR_DAYS, URGENT_DAYS = 14, 3
CONFIRM_REQUEST = (Ask("civil_registry", "confirm"),)

NAME = (
    Question("latin_given_name", kind="latin", max_length=39, step="name"),
    Question("latin_father_name", kind="latin", max_length=39, step="name", unrecorded=True),
    Question("latin_family_name", kind="latin", max_length=39, step="name", unrecorded=True),
    Question("latin_mother_name", kind="latin", max_length=39, step="name", unrecorded=True),
    # Needed only of somebody whose entry names no place of birth; the document then says that they declared it.
    Question("birth_place", required=False, max_length=60, step="name"),
    Question("latin_birth_place", kind="latin", required=False, max_length=60, step="name"),
)
RESIDENCE = (
    Question("profession", step="residence"),
    Question("residence_city", step="residence"),
    Question("residence_address", kind="long_text", max_length=300, step="residence"),
    Question("mobile", kind="phone", step="contact"),
    Question("emergency_name", kind="name", step="contact"),
    Question("emergency_phone", kind="phone", step="contact"),
    replace(registration.QUESTION, step="contact"),
)
NUMBER = Question("passport_number", kind="passport_number", step="passport")
ISSUED_ON = Question("passport_issued_on", kind="past_date", step="passport", hijri=False)
EXPIRES_ON = Question("passport_expires_on", kind="date", step="passport", hijri=False)
EXPIRY_RULE = AnswerRule("expires_before_issue", "passport_expires_on", only_if.expires_after_issue)
IDENTITY = (RequiredUpload("identity"), RequiredUpload("photo"), RequiredUpload("residence_permit", required=False))
# MOFAE, first passport: the parents' identity papers are asked, whatever the age.
PARENTS = RequiredUpload("parents_identity", law=minors.LAW)
VALUE = (FeeLine("passport_value", DIRECTORATE), registration.FEE)
# Ministry of Communications on passports of expatriates: relatives inside Syria obtain them without a booking, and pay
# in foreign currency. A lost or damaged one is looked into where its holder is.
ACTS_IN_SYRIA = (HOLDER, GUARDIAN, RELATIVE, AGENT)
ELIGIBLE = (*only_if.living_entry(), *minors.ELIGIBLE)

TIERS = (Tier(REGULAR, REGULAR_DAYS), Tier(URGENT, URGENT_DAYS))
TIER_QUESTION = Question(TIER, kind="choice", choices=(REGULAR, URGENT), step=TIER)
TIERED_FEES = (
    FeeLine("passport_value", DIRECTORATE, only_if.is_regular),
    FeeLine("passport_value_urgent", DIRECTORATE, only_if.is_urgent),
    registration.FEE,
)

PASSPORT_RENEWAL = Transaction(
    slug="passport-renewal",
    group="travel",
    law=LAW,
    asks=CONFIRM_REQUEST,
    outcome=BOOKLET,
    photo_rules=True,
    working_days=REGULAR_DAYS,
    questions=(
        NUMBER,
        ISSUED_ON,
        EXPIRES_ON,
        Question(
            "renewal_reason",
            kind="choice",
            choices=("expired", "expiring", "pages_full", only_if.EARLY),
            step="passport",
        ),
        Question(
            "early_reason",
            kind="long_text",
            required=False,
            max_length=300,
            step="passport",
            asked_if=("renewal_reason", only_if.EARLY),
        ),
        *NAME,
        *RESIDENCE,
    ),
    papers=(RequiredUpload("old_passport"), *IDENTITY),
    fees=VALUE,
    eligible=ELIGIBLE,
    answer_rules=(
        EXPIRY_RULE,
        AnswerRule("renewal_too_early", "passport_expires_on", only_if.renewal_may_be_asked, RENEWAL_LAW),
        AnswerRule("early_reason_needed", "early_reason", only_if.says_why_early, RENEWAL_LAW),
    ),
    acts=(HOLDER, GUARDIAN),
    acts_in_syria=ACTS_IN_SYRIA,
    appointment=PASSPORT,
    urgent="passport-renewal-urgent",
    one_of=PASSPORT,
)

PASSPORT_RENEWAL_URGENT = replace(
    PASSPORT_RENEWAL, slug="passport-renewal-urgent", working_days=URGENT_DAYS, urgent=None
)

PASSPORT_FIRST = Transaction(
    slug="passport-first",
    group="travel",
    law=(*LAW, minors.LAW),
    asks=CONFIRM_REQUEST,
    outcome=BOOKLET,
    photo_rules=True,
    working_days=REGULAR_DAYS,
    questions=(*NAME, *RESIDENCE),
    papers=(*IDENTITY, PARENTS),
    fees=VALUE,
    eligible=ELIGIBLE,
    acts=(HOLDER, GUARDIAN),
    acts_in_syria=ACTS_IN_SYRIA,
    appointment=PASSPORT,
    urgent="passport-first-urgent",
    one_of=PASSPORT,
)

PASSPORT_FIRST_URGENT = replace(PASSPORT_FIRST, slug="passport-first-urgent", working_days=URGENT_DAYS, urgent=None)

PASSPORT_LOST = Transaction(
    slug="passport-lost",
    group="travel",
    law=(*LAW, FINE_LAW, LOSS_LAW),
    asks=(*CONFIRM_REQUEST, Ask("immigration", "clearance")),
    outcome=BOOKLET,
    photo_rules=True,
    working_days=REGULAR_DAYS,
    questions=(
        TIER_QUESTION,
        NUMBER,
        replace(ISSUED_ON, required=False),
        Question("lost_on", kind="past_date", step="loss"),
        Question("lost_at", step="loss"),
        Question("police_office", step="loss"),
        Question("police_report_number", max_length=40, step="loss"),
        Question("loss_account", kind="long_text", max_length=1000, step="loss"),
        Question("loss_declared", kind="choice", choices=("yes",), step="loss"),
        *NAME,
        *RESIDENCE,
    ),
    papers=(RequiredUpload("police_report"), *IDENTITY, RequiredUpload("lost_passport_copy", required=False)),
    fees=(*TIERED_FEES, FeeLine("loss_fine", MINISTRY)),
    eligible=ELIGIBLE,
    answer_rules=(AnswerRule("lost_before_issue", "lost_on", only_if.lost_after_issue),),
    acts=(HOLDER, GUARDIAN),
    appointment=PASSPORT,
    tiers=TIERS,
    one_of=PASSPORT,
)

PASSPORT_DAMAGED = Transaction(
    slug="passport-damaged",
    group="travel",
    law=(*LAW, FINE_LAW, DAMAGE_LAW),
    asks=CONFIRM_REQUEST,
    outcome=BOOKLET,
    photo_rules=True,
    working_days=REGULAR_DAYS,
    questions=(
        TIER_QUESTION,
        NUMBER,
        ISSUED_ON,
        EXPIRES_ON,
        Question("damage", kind="choice", choices=("water", "torn", "chip", "missing_page", "other"), step="damage"),
        Question("damaged_on", kind="past_date", step="damage"),
        Question("damage_account", kind="long_text", max_length=1000, step="damage"),
        *NAME,
        *RESIDENCE,
    ),
    papers=(RequiredUpload("damaged_passport"), *IDENTITY),
    fees=(*TIERED_FEES, FeeLine("damage_fine", MINISTRY)),
    eligible=ELIGIBLE,
    answer_rules=(EXPIRY_RULE, AnswerRule("damaged_before_issue", "damaged_on", only_if.damaged_after_issue)),
    acts=(HOLDER, GUARDIAN),
    appointment=PASSPORT,
    tiers=TIERS,
    one_of=PASSPORT,
)

TRANSACTIONS = (
    PASSPORT_RENEWAL,
    PASSPORT_RENEWAL_URGENT,
    PASSPORT_FIRST,
    PASSPORT_FIRST_URGENT,
    PASSPORT_LOST,
    PASSPORT_DAMAGED,
)
