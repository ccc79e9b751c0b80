"""Looks whether a restored copy holds together: ledger, walls between missions, documents, uploads and keys."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from psycopg import Connection, sql

from deploy.platform.database.roles import DATABASE, SERVICES, connect_as_admin
from services.consular.uploads.storage.sealed import SealedStore
from shared.errors import NotAllowed, Unavailable
from shared.identity.crypto import Keys

ISSUING = ("consular", "civil_registry", "conscription")
SAMPLE = 500
UNWALLED = """
    SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'mission' AND NOT a.attisdropped
    WHERE n.nspname = ANY(%s) AND c.relkind IN ('r', 'p') AND NOT (
        c.relrowsecurity AND c.relforcerowsecurity
        AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'own_mission'))
    ORDER BY 1
"""
OTHERS = "SELECT count(*) FROM consular.application WHERE mission <> %s"
BUSIEST = "SELECT mission FROM consular.application GROUP BY mission ORDER BY count(*) DESC LIMIT 1"
UNBALANCED = "SELECT entry, currency FROM consular.line GROUP BY entry, currency HAVING sum(amount) <> 0 LIMIT 20"
EMPTY = "SELECT id FROM consular.entry WHERE NOT EXISTS (SELECT 1 FROM consular.line WHERE entry = entry.id) LIMIT 20"
CLOSED = """
    SELECT closing_balance.day, closing_balance.account FROM consular.closing_balance
    JOIN consular.close USING (mission, day)
    WHERE closing_balance.amount <> (
        SELECT coalesce(sum(line.amount), 0) FROM consular.line JOIN consular.entry ON entry.id = line.entry
        WHERE entry.mission = close.mission AND line.account = closing_balance.account
        AND line.currency = closing_balance.currency AND entry.booked_at < close.until) LIMIT 20
"""
MISCOUNTED = """
    SELECT kind FROM {}.document_number counter WHERE last < (
        SELECT count(*) FROM {}.document WHERE document.mission = counter.mission AND document.kind = counter.kind
        AND extract(year FROM issued_at AT TIME ZONE (data ->> 'zone')) = counter.year) LIMIT 20
"""
DRAWN = "SELECT code, pdf, sha256 FROM {}.document WHERE pdf IS NOT NULL ORDER BY issued_at DESC LIMIT %s"
REFERRED = "SELECT DISTINCT mission, address FROM consular.blob_use ORDER BY address"
Found = Iterator[str]


def check(admin_url: str, keys: Path, store: SealedStore) -> list[str]:
    """A sentence for everything that does not hold; empty where all is well."""
    with connect_as_admin(admin_url, DATABASE) as connection:
        parts: tuple[Callable[[], Found], ...] = (
            lambda: ledger(connection),
            lambda: walls(connection),
            lambda: documents(connection),
            lambda: uploads(connection, store),
            lambda: key_pairs(keys),
        )
        return [sentence for part in parts for sentence in part()]


def ledger(connection: Connection) -> Found:
    """Every entry balances in each currency, and stored balances are what the entries make."""
    for entry, currency in connection.execute(UNBALANCED):
        yield f"ledger: entry {entry} does not balance in {currency}"
    for (entry,) in connection.execute(EMPTY):
        yield f"ledger: entry {entry} has no lines"
    for day, account in connection.execute(CLOSED):
        yield f"ledger: the balance of {account} at the close of {day} is not what was booked"


def walls(connection: Connection) -> Found:
    """Every table of missions is walled, and the service sees nothing of another mission, nor without one."""
    for (table,) in connection.execute(UNWALLED, [list(SERVICES)]):
        yield f"walls: {table} is open to every mission"
    busiest = connection.execute(BUSIEST).fetchone()
    for mission in ("", *(busiest or ())):
        with connection.transaction(force_rollback=True):
            connection.execute("SET LOCAL ROLE consular")
            connection.execute("SELECT set_config('mahjar.mission', %s, true)", [mission])
            seen = connection.execute(OTHERS, [mission]).fetchone()
        if seen != (0,):
            yield f"walls: the mission {mission or 'of nobody'} sees applications of others"


def documents(connection: Connection) -> Found:
    """Stored files are those that were issued; no number is given twice or beyond its counter."""
    for service in ISSUING:
        name = sql.Identifier(service)
        for (kind,) in connection.execute(sql.SQL(MISCOUNTED).format(name, name)):
            yield f"documents: {service} has issued more of {kind} than it has counted"
        for code, pdf, digest in connection.execute(sql.SQL(DRAWN).format(name), [SAMPLE]):
            if hashlib.sha256(pdf).hexdigest() != digest:
                yield f"documents: the file of {code} is not the one that was issued"


def uploads(connection: Connection, store: SealedStore) -> Found:
    """Every blob that a row names is there, and the key opens it."""
    present = set(store.addresses())
    rows = [(str(mission), str(address)) for mission, address in connection.execute(REFERRED)]
    for place, (mission, address) in enumerate(rows):
        if (mission, address) not in present:
            yield f"uploads: {mission} {address} is missing"
        elif place < SAMPLE:
            try:
                store.get(mission, address)
            except Unavailable:
                yield f"uploads: {mission} {address} cannot be opened: another key, or damaged"


def key_pairs(folder: Path) -> Found:
    """Each service's private key belongs to its public one."""
    for service in SERVICES:
        keys = Keys(folder, service)
        try:
            keys.verify_bytes(b"restored", keys.sign_bytes(b"restored"), service)
        except (NotAllowed, OSError, ValueError, AssertionError):
            yield f"keys: those of {service} are missing or do not belong together"
