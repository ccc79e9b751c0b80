"""Passports, issued by the mission for the Immigration and Passports Directorate."""

from shared.catalogue import conditions as only_if
from shared.catalogue.model import BOOKLET, AnswerRule, Ask, Eligibility, FeeLine, Paper, Question, Transaction

RENEWAL_LAW = "MOFAE, passport before expiry"

PASSPORT_RENEWAL = Transaction(
    slug="passport-renewal",
    group="travel",
    law=("Law 18/2017", "Decree 119/2025", "MoI decision 1/Sh.Q of 2025-06-26"),
    asks=(Ask("civil_registry", "confirm"),),
    outcome=BOOKLET,
    working_days=14,
    questions=(
        Question("passport_number", kind="passport_number", step="passport"),
        Question("passport_issued_on", kind="past_date", step="passport", hijri=False),
        Question("passport_expires_on", kind="date", step="passport", hijri=False),
        Question("renewal_reason", kind="choice", choices=("expired", "expiring", "pages_full"), step="passport"),
        Question("latin_given_name", kind="latin", max_length=39, step="name"),
        Question("latin_father_name", kind="latin", max_length=39, step="name"),
        Question("latin_family_name", kind="latin", max_length=39, step="name"),
        Question("latin_mother_name", kind="latin", max_length=39, step="name"),
        Question("profession", step="residence"),
        Question("residence_city", step="residence"),
        Question("residence_address", kind="long_text", max_length=300, step="residence"),
        Question("mobile", kind="phone", step="contact"),
        Question("emergency_name", step="contact"),
        Question("emergency_phone", kind="phone", step="contact"),
    ),
    papers=(Paper("old_passport"), Paper("identity"), Paper("photo"), Paper("residence_permit", required=False)),
    fees=(FeeLine("passport_value", "immigration_and_passports"),),
    eligible=(Eligibility("registered", only_if.is_alive_and_registered, "Law 13/2021"),),
    answer_rules=(
        AnswerRule("expires_before_issue", "passport_expires_on", only_if.expires_after_issue),
        AnswerRule("renewal_too_early", "passport_expires_on", only_if.renewal_is_due, RENEWAL_LAW),
    ),
)

TRANSACTIONS = (PASSPORT_RENEWAL,)
