"""Payments to the General Recruitment Directorate: historical since December 2024, activated by a dated row only."""

from shared.catalogue import conditions as only_if
from shared.catalogue.model import AFTER_ASSESSMENT, DOCUMENT, Ask, Eligibility, FeeLine, Paper, Question, Transaction

CASH_ALLOWANCE = Transaction(
    slug="cash-allowance",
    group="conscription",
    law=("Legislative Decree 30/2007", "Legislative Decree 31/2020"),
    asks=(Ask("conscription", "assess"),),
    outcome=DOCUMENT,
    working_days=30,
    questions=(
        Question("residence_city", step="residence"),
        Question("residence_since", kind="past_date", step="residence"),
        Question("residence_permit_number", max_length=40, step="residence"),
        Question("residence_permit_expires_on", kind="date", step="residence"),
        Question("mobile", kind="phone", step="contact"),
    ),
    papers=(
        Paper("identity"),
        Paper("movement_statement"),
        Paper("residence_bond"),
        Paper("residence_permit"),
        Paper("photo"),
    ),
    fees=(FeeLine("cash_allowance", "recruitment_directorate"),),
    eligible=(
        Eligibility("registered", only_if.is_alive_and_registered, "Law 13/2021"),
        Eligibility("man", only_if.is_man, "Legislative Decree 30/2007"),
        Eligibility("service_age", only_if.is_of_service_age, "Legislative Decree 30/2007"),
        Eligibility("owes_service", only_if.owes_compulsory_service, "Legislative Decree 31/2020"),
    ),
    priced=AFTER_ASSESSMENT,
)

TRANSACTIONS = (CASH_ALLOWANCE,)
