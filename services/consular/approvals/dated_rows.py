"""Dated rows that two people sign: each holds from its day on, and of the rows for one thing one begins on a day."""

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.missions import reference_data
from services.consular.missions.model import PhotoRule, PromiseRule
from shared.errors import Conflict, Invalid

DatedRow = PhotoRule | PromiseRule


def check_day(session: Session, new: DatedRow, same: tuple[str, ...]) -> None:
    """Raises Invalid for the field `valid_from`: in_the_past; rule_that_day where a row that has the `same` columns
    begins on that day. Which of the two counts nobody could say."""
    code = "in_the_past" if _is_over(session, new) else "rule_that_day" if _is_taken(session, new, same) else None
    if code is not None:
        raise Invalid(code, field="valid_from")


def add(session: Session, new: DatedRow, same: tuple[str, ...]) -> None:
    """Adds a signed row at once; the earlier rows stay as they are.

    Raises Conflict (proposal_overtaken) where its day is over, or where another row was signed for it meanwhile.
    """
    if _is_over(session, new) or _is_taken(session, new, same):
        raise Conflict("proposal_overtaken")
    session.add(new)
    session.flush()
    reference_data.reread(session)


def _is_over(session: Session, new: DatedRow) -> bool:
    return new.valid_from < missions.today(session, session.info["mission"])


def _is_taken(session: Session, new: DatedRow, same: tuple[str, ...]) -> bool:
    columns = ("scope", "transaction", "valid_from", *same)
    return any(
        all(getattr(row, name) == getattr(new, name) for name in columns)
        for row in reference_data.rows(session, type(new))
    )
