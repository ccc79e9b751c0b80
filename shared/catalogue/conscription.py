"""Allowances and deferrals of the General Recruitment Directorate: historical since December 2024, unless revived."""

from shared.catalogue import conditions as only_if
from shared.catalogue.model import (
    AFTER_ASSESSMENT,
    AGENT,
    DOCUMENT,
    HOLDER,
    RELATIVE,
    Ask,
    Eligibility,
    FeeLine,
    Question,
    RequiredUpload,
    Transaction,
)

DIRECTORATE = "recruitment_directorate"
ASSESS_REQUEST = (Ask("conscription", "assess"),)
DAYS = 30
SERVICE_LAW, ALLOWANCE_LAW = "Legislative Decree 30/2007", "Legislative Decree 31/2020"

RESIDENCE = (
    Question("residence_city", step="residence"),
    Question("residence_since", kind="past_date", step="residence"),
    Question("residence_permit_number", max_length=40, step="residence"),
    Question("residence_permit_expires_on", kind="date", step="residence"),
)
MOBILE = Question("mobile", kind="phone", step="contact")
RESIDENCE_PAPERS = (
    RequiredUpload("identity"),
    RequiredUpload("movement_statement"),
    RequiredUpload("residence_bond"),
    RequiredUpload("residence_permit"),
    RequiredUpload("photo"),
)
MAN = (
    *only_if.living_entry(),
    Eligibility("man", only_if.is_man, SERVICE_LAW),
)

CASH_ALLOWANCE = Transaction(
    slug="cash-allowance",
    group="conscription",
    law=(SERVICE_LAW, ALLOWANCE_LAW),
    asks=ASSESS_REQUEST,
    outcome=DOCUMENT,
    working_days=DAYS,
    questions=(*RESIDENCE, MOBILE),
    papers=RESIDENCE_PAPERS,
    fees=(FeeLine("cash_allowance", DIRECTORATE),),
    acts=(HOLDER, AGENT),
    eligible=(
        *MAN,
        Eligibility("service_age", only_if.is_of_service_age, SERVICE_LAW),
        Eligibility("owes_service", only_if.owes_compulsory_service, ALLOWANCE_LAW),
    ),
    priced=AFTER_ASSESSMENT,
)

RESERVE_ALLOWANCE = Transaction(
    slug="reserve-cash-allowance",
    group="conscription",
    law=(f"{ALLOWANCE_LAW}, art. 26-e", "Legislative Decree 37/2023", "Legislative Decree 20/2024"),
    asks=ASSESS_REQUEST,
    outcome=DOCUMENT,
    working_days=DAYS,
    questions=(*RESIDENCE, MOBILE),
    papers=(*RESIDENCE_PAPERS, RequiredUpload("medical_board_decision", required=False)),
    fees=(FeeLine("reserve_allowance", DIRECTORATE),),
    acts=(HOLDER, AGENT),
    eligible=(*MAN, Eligibility("of_the_reserve", only_if.is_of_the_reserve, f"{ALLOWANCE_LAW}, art. 26-e")),
    priced=AFTER_ASSESSMENT,
)

MISSED_SERVICE = Transaction(
    slug="missed-service-allowance",
    group="conscription",
    law=(SERVICE_LAW, "Law 33/2014", "Law 35/2017"),
    asks=ASSESS_REQUEST,
    outcome=DOCUMENT,
    working_days=DAYS,
    questions=(Question("residence_city", step="residence"), MOBILE),
    papers=(RequiredUpload("identity"), RequiredUpload("residence_permit"), RequiredUpload("photo")),
    fees=(FeeLine("missed_service_allowance", DIRECTORATE),),
    acts=(HOLDER, AGENT),
    eligible=(
        *MAN,
        Eligibility("past_service_age", only_if.is_past_service_age, SERVICE_LAW),
        Eligibility("missed_service", only_if.owes_compulsory_service, "Law 33/2014"),
    ),
    priced=AFTER_ASSESSMENT,
)

DEFER_REQUEST = (Ask("conscription", "defer"),)
# The fee is that of the residence bond, which the mission draws up; the directorate asks nothing for a deferral.
BOND = (FeeLine("residence_bond", "foreign_affairs"),)
DEFERRAL_PAPERS = (
    RequiredUpload("identity"),
    RequiredUpload("residence_permit"),
    RequiredUpload("passport_exit_stamp"),
)
DEFERRABLE = (
    *MAN,
    Eligibility("service_age", only_if.is_of_service_age, SERVICE_LAW),
    Eligibility("owes_service", only_if.owes_compulsory_service, SERVICE_LAW),
)

RESIDENCE_DEFERRAL = Transaction(
    slug="residence-deferral",
    group="conscription",
    law=(SERVICE_LAW,),
    asks=DEFER_REQUEST,
    outcome=DOCUMENT,
    working_days=DAYS,
    questions=(*RESIDENCE, MOBILE),
    papers=DEFERRAL_PAPERS,
    fees=BOND,
    acts=(HOLDER, RELATIVE, AGENT),
    eligible=(*DEFERRABLE, Eligibility("no_deferral_in_force", only_if.has_no_deferral_in_force, SERVICE_LAW)),
)

RESIDENCE_DEFERRAL_RENEWAL = Transaction(
    slug="residence-deferral-renewal",
    group="conscription",
    law=(SERVICE_LAW,),
    asks=DEFER_REQUEST,
    outcome=DOCUMENT,
    working_days=DAYS,
    questions=(*RESIDENCE, MOBILE),
    papers=(*DEFERRAL_PAPERS, RequiredUpload("previous_deferral")),
    fees=BOND,
    acts=(HOLDER, RELATIVE, AGENT),
    eligible=(*DEFERRABLE, Eligibility("deferral_to_renew", only_if.has_a_deferral_to_renew, SERVICE_LAW)),
)

TRANSACTIONS = (
    CASH_ALLOWANCE,
    RESERVE_ALLOWANCE,
    MISSED_SERVICE,
    RESIDENCE_DEFERRAL,
    RESIDENCE_DEFERRAL_RENEWAL,
)
