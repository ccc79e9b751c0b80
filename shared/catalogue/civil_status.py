"""Extracts and statements of the civil register."""

from shared.catalogue import conditions as only_if
from shared.catalogue.model import DOCUMENT, Ask, Eligibility, FeeLine, Paper, Question, Transaction

PURPOSES = ("residence", "study", "work", "marriage", "court", "other")

INDIVIDUAL_EXTRACT = Transaction(
    slug="individual-extract",
    group="civil_status",
    law=("Law 13/2021", "Law 19/2023"),
    asks=(Ask("civil_registry", "extract"),),
    outcome=DOCUMENT,
    working_days=3,
    questions=(
        Question("purpose", kind="choice", choices=PURPOSES),
        Question("marital_status_shown", kind="choice", choices=("yes", "no")),
    ),
    papers=(Paper("identity"),),
    fees=(FeeLine("document_from_syria", "civil_affairs"),),
    eligible=(Eligibility("registered", only_if.is_alive_and_registered, "Law 13/2021, art. 22"),),
    one_open=False,
    option_questions=("purpose", "marital_status_shown"),
)

TRANSACTIONS = (INDIVIDUAL_EXTRACT,)
