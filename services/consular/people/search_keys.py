"""Search keys of applications: folded words of names, ends of references and passport numbers.

PostgreSQL uses an index under row-level security only for plain comparisons. So a search is a range over these keys.
"""

import re
from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.consular.people.model import SearchKey
from shared.database import pending
from shared.values import names, references
from shared.values.person import passport_number, plain_signs

NAME, ACTING_NAME, REFERENCE, PASSPORT, BOOKLET = "name", "acting_name", "reference", "passport", "booklet"
PHONE = "phone"
# Fewer signs than this would find half of a mission's files.
SHORTEST_NUMBER, SHORTEST_NAME = 4, 2
LAST_SIGN = "\U0010ffff"
_ZERO_AT_HOME = re.compile(r"\( ?0 ?\)")
# Keys of a kind replace the earlier ones of that kind; what stays is not written again.
_REPLACE = pending.EndWrite(
    "new_search_key",
    """
    keys_sent AS (
        SELECT DISTINCT ON (application, kind) mission, application, kind, keys
        FROM ROWS FROM (jsonb_to_recordset(CAST(:new_search_key AS jsonb))
            AS (mission text, application text, kind text, keys text[])
        ) WITH ORDINALITY AS sent (mission, application, kind, keys, place)
        ORDER BY application, kind, place DESC
    ), removed_search_key AS (
        DELETE FROM search_key USING keys_sent
        WHERE search_key.application = keys_sent.application AND search_key.kind = keys_sent.kind
            AND search_key.key <> ALL (keys_sent.keys)
    ), new_search_key AS (
        INSERT INTO search_key (mission, application, kind, key)
        SELECT mission, application, kind, unnest(keys) FROM keys_sent
        ON CONFLICT DO NOTHING
    )
    """,
)


def store_names(session: Session, application: str, mission: str, kind: str, texts: Iterable[str]) -> None:
    """Replaces the keys of a person's names."""
    _store(session, application, mission, kind, set[str]().union(*map(names.search_keys, texts)))


def store_numbers(session: Session, application: str, mission: str, kind: str, numbers: Iterable[str]) -> None:
    """Replaces the keys of a reference, of passport or of telephone numbers: each from every one of its signs on."""
    signs = [references.plain(number) for number in numbers]
    ends = {text[start:] for text in signs for start in range(max(1, len(text) - SHORTEST_NUMBER + 1))}
    _store(session, application, mission, kind, ends)


def _store(session: Session, application: str, mission: str, kind: str, keys: set[str]) -> None:
    row = {"mission": mission, "application": application, "kind": kind, "keys": sorted(key for key in keys if key)}
    pending.write_at_end(session, _REPLACE, row)


def search_condition(application: InstrumentedAttribute[str], typed: str) -> ColumnElement[bool] | None:
    """Whether an application has all typed words in its names, or the typed signs in one of its numbers.

    None for a text too short to search with.
    """
    conditions = (_by_number(application, typed), _by_name(application, typed))
    known = [condition for condition in conditions if condition is not None]
    return or_(*known) if known else None


def _by_number(application: InstrumentedAttribute[str], typed: str) -> ColumnElement[bool] | None:
    signs = {references.plain(typed), *references.parts(typed)}
    # The zero of calls within a country, as it is printed behind the country's code: +49 (0)151 ...
    signs.add(references.plain(_ZERO_AT_HOME.sub("", plain_signs(typed))))
    with suppress(ValueError):
        signs.add(passport_number(typed))
    # Within a country a telephone number begins with one zero, from abroad some write two before the country's code.
    signs |= {text.lstrip("0") for text in signs if text.isdecimal()}
    ranges = [_begins(text) for text in sorted(signs) if len(text) >= SHORTEST_NUMBER]
    return _has_key(application, (REFERENCE, PASSPORT, BOOKLET, PHONE), or_(*ranges)) if ranges else None


def _by_name(application: InstrumentedAttribute[str], typed: str) -> ColumnElement[bool] | None:
    words = names.search_words(typed)
    if sum(len(min(beginnings, key=len)) for beginnings, _ in words) < SHORTEST_NAME:
        return None
    found = [
        _has_key(
            application, (NAME, ACTING_NAME), or_(*map(_begins, sorted(beginnings)), SearchKey.key == (whole or None))
        )
        for beginnings, whole in words
    ]
    return and_(*found)


def _begins(text: str) -> ColumnElement[bool]:
    return and_(SearchKey.key >= text, SearchKey.key < text + LAST_SIGN)


def _has_key(
    application: InstrumentedAttribute[str], kinds: tuple[str, ...], condition: ColumnElement[bool]
) -> ColumnElement[bool]:
    return application.in_(select(SearchKey.application).where(SearchKey.kind.in_(kinds), condition))
