"""Records of the Ministry of the Interior, asked for by letter: convictions, border crossings, driving licences."""

from shared.catalogue import conditions as only_if
from shared.catalogue import registration
from shared.catalogue.civil_status import PURPOSE
from shared.catalogue.model import (
    AGENT,
    DOCUMENT,
    HOLDER,
    RELATIVE,
    AnswerRule,
    Ask,
    Eligibility,
    FeeLine,
    Question,
    RequiredUpload,
    Transaction,
)

REGISTERED = only_if.living_entry()
FEES_LAW = "Law 19/2023"
# Old booklets say private and public; newer cards have classes.
LICENCE_CATEGORIES = ("a", "b", "c", "c1", "d", "d1", "e", "private", "public")

CRIMINAL_RECORD = Transaction(
    slug="criminal-record",
    group="interior",
    law=(FEES_LAW, "MoI standing order 167/2018"),
    asks=(Ask("criminal_security", "record"),),
    outcome=DOCUMENT,
    working_days=3,
    questions=(PURPOSE, Question("destination_country", max_length=60), registration.QUESTION),
    papers=(RequiredUpload("identity"), RequiredUpload("name_evidence", required=False)),
    fees=(FeeLine("document_from_syria", "criminal_security"), registration.FEE),
    eligible=(*REGISTERED, Eligibility("penal_age", only_if.is_of_penal_age, only_if.PENAL_LAW)),
    acts=(HOLDER, RELATIVE),
)

MOVEMENT_STATEMENT = Transaction(
    slug="movement-statement",
    group="interior",
    law=(FEES_LAW,),
    asks=(Ask("immigration", "movements"),),
    outcome=DOCUMENT,
    working_days=3,
    questions=(
        Question("passport_number", kind="passport_number", step="passport"),
        Question("other_passport_numbers", required=False, max_length=200, step="passport"),
        Question("period_from", kind="past_date", step="period"),
        Question("period_until", kind="past_date", step="period"),
    ),
    papers=(
        RequiredUpload("identity"),
        RequiredUpload("passport_used"),
        RequiredUpload("old_passport", required=False),
    ),
    fees=(FeeLine("movement_statement", "immigration_and_passports"),),
    eligible=REGISTERED,
    answer_rules=(AnswerRule("period_backwards", "period_until", only_if.period_runs_forward),),
    acts=(HOLDER, RELATIVE, AGENT),
)

DRIVING_LICENCE_CHECK = Transaction(
    slug="driving-licence-check",
    group="interior",
    law=(FEES_LAW,),
    asks=(Ask("traffic", "licence"),),
    outcome=DOCUMENT,
    working_days=5,
    questions=(
        Question("licence_number", max_length=40, step="licence"),
        Question("licence_category", kind="choice", choices=LICENCE_CATEGORIES, step="licence"),
        Question("licence_office", max_length=60, step="licence"),
        Question("licence_issued_on", kind="past_date", step="licence"),
        Question("licence_expires_on", kind="date", required=False, step="licence"),
    ),
    papers=(
        RequiredUpload("licence_front"),
        RequiredUpload("licence_back"),
        RequiredUpload("identity"),
        RequiredUpload("residence_permit"),
    ),
    fees=(FeeLine("document_from_syria", "traffic"),),
    eligible=REGISTERED,
    answer_rules=(AnswerRule("licence_ends_before_issue", "licence_expires_on", only_if.licence_runs_forward),),
    acts=(HOLDER, RELATIVE, AGENT),
)

TRANSACTIONS = (CRIMINAL_RECORD, MOVEMENT_STATEMENT, DRIVING_LICENCE_CHECK)
