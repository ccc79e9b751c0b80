"""Visits of men who owe their service, allowed by the Foreign Ministry: historical since December 2024."""

from shared.catalogue import conditions as only_if
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

SERVICE_LAW = "Legislative Decree 30/2007"
VISIT_RULES = "MOFAE, visit facilitation"

VISIT_FACILITATION = Transaction(
    slug="visit-facilitation",
    group="foreign_affairs",
    law=(SERVICE_LAW, VISIT_RULES),
    asks=(Ask("foreign_affairs", "visit"),),
    outcome=DOCUMENT,
    working_days=10,
    questions=(
        Question("passport_number", kind="passport_number", step="journey"),
        Question("last_left_on", kind="past_date", step="journey"),
        Question("left_how", kind="choice", choices=("regular", "irregular"), step="journey"),
        Question("visit_from", kind="date", step="journey"),
        Question("recruitment_branch", max_length=60, step="service"),
        Question("mobile", kind="phone", step="contact"),
    ),
    papers=(
        RequiredUpload("identity"),
        RequiredUpload("exit_proof"),
        RequiredUpload("movement_statement"),
        RequiredUpload("settlement_decision", required=False),
    ),
    fees=(FeeLine("visit_request", "foreign_affairs"),),
    eligible=(
        *only_if.living_entry(),
        Eligibility("man", only_if.is_man, SERVICE_LAW),
        Eligibility("owes_service", only_if.owes_compulsory_service, VISIT_RULES),
        Eligibility("visit_not_repeated", only_if.may_visit_again, VISIT_RULES),
    ),
    answer_rules=(AnswerRule("visit_before_leaving", "visit_from", only_if.visits_after_leaving),),
    acts=(HOLDER, RELATIVE, AGENT),
    attested_by=("conscription",),
)

TRANSACTIONS = (VISIT_FACILITATION,)
