"""Extracts and statements of the civil register."""

from shared.catalogue import conditions as only_if
from shared.catalogue import kin, registration
from shared.catalogue.model import (
    AGENT,
    DOCUMENT,
    HOLDER,
    KIN,
    OWN_OR_KIN,
    RELATIVE,
    Ask,
    Eligibility,
    FeeLine,
    Question,
    RequiredUpload,
    Transaction,
)

PURPOSES = ("residence", "study", "work", "marriage", "court", "other")
PURPOSE = Question("purpose", kind="choice", choices=PURPOSES)
LAW = ("Law 13/2021", "Law 19/2023")
EXTRACT_REQUEST = (Ask("civil_registry", "extract"),)
FEES = (FeeLine("document_from_syria", "civil_affairs"), registration.FEE)
REGISTERED = only_if.living_entry(kin.LAW)
SELF_OR_KIN = (*REGISTERED, Eligibility("self_or_kin", kin.is_self_or_kin, kin.LAW))
DAYS = 3
# Relatives ask in their own name: the form says whose entry they want, and the register decides whether it may be.
BY_HOLDER_OR_AGENT = (HOLDER, AGENT)
# Of several marriages, or divorces, on one entry. A choice is a code, and may travel to the register; a year may not.
LATEST_OR_ALL = ("latest", "all")

INDIVIDUAL_EXTRACT = Transaction(
    slug="individual-extract",
    group="civil_status",
    law=LAW,
    asks=EXTRACT_REQUEST,
    outcome=DOCUMENT,
    working_days=DAYS,
    questions=(PURPOSE, Question("marital_status_shown", kind="choice", choices=("yes", "no")), registration.QUESTION),
    papers=(RequiredUpload("identity"),),
    fees=FEES,
    eligible=(
        Eligibility("registered", only_if.is_registered, kin.LAW),
        Eligibility("alive_or_kin", only_if.is_alive_or_asked_for_by_kin, kin.LAW, expected=True),
    ),
    one_open=False,
    acts=(HOLDER, RELATIVE, AGENT),
    option_questions=("purpose", "marital_status_shown"),
)

BIRTH_STATEMENT = Transaction(
    slug="birth-statement",
    group="civil_status",
    law=LAW,
    asks=EXTRACT_REQUEST,
    outcome=DOCUMENT,
    working_days=DAYS,
    questions=(*kin.OWN_OR_RELATIVE, PURPOSE, registration.QUESTION),
    papers=(RequiredUpload("identity"),),
    fees=FEES,
    eligible=SELF_OR_KIN,
    answer_rules=kin.RULES,
    one_open=False,
    holder=OWN_OR_KIN,
    acts=BY_HOLDER_OR_AGENT,
    option_questions=("purpose",),
)

DEATH_STATEMENT = Transaction(
    slug="death-statement",
    group="civil_status",
    law=LAW,
    asks=EXTRACT_REQUEST,
    outcome=DOCUMENT,
    working_days=DAYS,
    questions=(*kin.DECEASED, PURPOSE, registration.QUESTION),
    papers=(RequiredUpload("identity"),),
    fees=FEES,
    eligible=(*REGISTERED, Eligibility("kin", kin.is_kin, kin.LAW)),
    one_open=False,
    holder=KIN,
    acts=BY_HOLDER_OR_AGENT,
    option_questions=("purpose",),
)

FAMILY_EXTRACT = Transaction(
    slug="family-extract",
    group="civil_status",
    law=LAW,
    asks=EXTRACT_REQUEST,
    outcome=DOCUMENT,
    working_days=DAYS,
    questions=(*kin.OWN_OR_RELATIVE, PURPOSE, registration.QUESTION),
    papers=(RequiredUpload("identity"),),
    fees=FEES,
    eligible=SELF_OR_KIN,
    answer_rules=kin.RULES,
    one_open=False,
    holder=OWN_OR_KIN,
    acts=BY_HOLDER_OR_AGENT,
    option_questions=("purpose",),
)

MARRIAGE_STATEMENT = Transaction(
    slug="marriage-statement",
    group="civil_status",
    law=LAW,
    asks=EXTRACT_REQUEST,
    outcome=DOCUMENT,
    working_days=DAYS,
    questions=(
        *kin.OWN_OR_RELATIVE,
        Question("marriages", kind="choice", choices=LATEST_OR_ALL),
        PURPOSE,
        registration.QUESTION,
    ),
    papers=(RequiredUpload("identity"),),
    fees=FEES,
    eligible=SELF_OR_KIN,
    answer_rules=kin.RULES,
    one_open=False,
    holder=OWN_OR_KIN,
    acts=BY_HOLDER_OR_AGENT,
    option_questions=("purpose", "marriages"),
)

DIVORCE_STATEMENT = Transaction(
    slug="divorce-statement",
    group="civil_status",
    law=LAW,
    asks=EXTRACT_REQUEST,
    outcome=DOCUMENT,
    working_days=DAYS,
    questions=(
        *kin.OWN_OR_RELATIVE,
        Question("divorces", kind="choice", choices=LATEST_OR_ALL),
        PURPOSE,
        registration.QUESTION,
    ),
    papers=(RequiredUpload("identity"),),
    fees=FEES,
    eligible=SELF_OR_KIN,
    answer_rules=kin.RULES,
    one_open=False,
    holder=OWN_OR_KIN,
    acts=BY_HOLDER_OR_AGENT,
    option_questions=("purpose", "divorces"),
)

TRANSACTIONS = (
    INDIVIDUAL_EXTRACT,
    FAMILY_EXTRACT,
    MARRIAGE_STATEMENT,
    DIVORCE_STATEMENT,
    BIRTH_STATEMENT,
    DEATH_STATEMENT,
)
