"""Many applications out of one: all its rows are copied under new names, by one statement per table."""

import re
import uuid
from collections.abc import Sequence

from psycopg import Connection, sql
from psycopg.rows import tuple_row

from shared.values import references

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HEX = re.compile(r"\b[0-9a-f]{32}\b")
NUMBERED = re.compile(r'"([A-Z]{3}-[A-Z]{2}-\d{4}-\d{6,})"')
# What belongs to an application and names it; uploads stay, since equal files are stored once.
TABLES = """
    SELECT DISTINCT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
    WHERE c.relnamespace = 'consular'::regnamespace AND c.relkind = 'r'
    AND a.attname IN ('application', 'about', 'reference', 'order', 'entry') ORDER BY 1
"""
KEPT = frozenset({"blob_use", "upload"})


def copy_application(connection: Connection, reference: str, count: int) -> dict[str, int]:
    """How many rows of each table were added. The connection is an administrator's; triggers do not fire."""
    rows = rows_of(connection, reference)
    text = " ".join(row for several in rows.values() for row in several)
    named = {*references_in(text), *UUID.findall(text), *NUMBERED.findall(text)}
    # A key that a client made names one request.
    tokens = sorted({token for token in named if is_own(rows, token)} | set(HEX.findall(text)))
    added = {}
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        make_names(connection, tokens, count)
        for table, several in rows.items():
            added[table] = sum(insert(connection, table, row, len(tokens)) for row in several)
        # Counters follow, so that the copies' numbers are counted ones.
        connection.execute("UPDATE consular.document_number SET last = last + %s", [count])
    connection.execute("ANALYZE")
    return added


def rows_of(connection: Connection, reference: str) -> dict[str, list[str]]:
    """The rows that name the application, and the lines of its entries, each as JSON."""
    tables = [table for (table,) in connection.execute(TABLES) if table not in KEPT]
    found: dict[str, list[str]] = {}
    named = {reference}
    # Twice: orders and entries are named by rows that name the application.
    for _ in range(3):
        for table in tables:
            query = sql.SQL("SELECT to_jsonb(t)::text FROM consular.{} t WHERE t::text ~ %s").format(
                sql.Identifier(table)
            )
            found[table] = [row for (row,) in connection.execute(query, ["|".join(sorted(named))])]
        named |= {one for name in ("fee_order", "attempt", "entry") for row in found.get(name, []) for one in key(row)}
    return {table: rows for table, rows in found.items() if rows}


def key(row: str) -> Sequence[str]:
    """The name of a row by which others refer to it."""
    return re.findall(r'"(?:id|reference)": "([^"]+)"', row)


def references_in(text: str) -> set[str]:
    return {word for word in re.findall(r"[A-Z]{3}(?:-[0-9A-Z]{1,5}){2,}", text) if references.is_valid(word)}


def is_own(rows: dict[str, list[str]], token: str) -> bool:
    """Whether a token names a row of the application's own, and not the person, who may have several."""
    naming = re.compile(rf'"(?:id|reference|code|number|application|order|key)": "{token}"')
    return any(naming.search(row) for several in rows.values() for row in several)


def make_names(connection: Connection, tokens: Sequence[str], count: int) -> None:
    """A table of old and new names: a column for each token, a row for each copy."""
    columns = sql.SQL(", ").join(sql.SQL("n{} text").format(sql.SQL(str(place))) for place in range(len(tokens)))
    connection.execute(sql.SQL("CREATE TEMPORARY TABLE names ({}) ON COMMIT DROP").format(columns))
    with connection.cursor(row_factory=tuple_row) as cursor, cursor.copy("COPY names FROM STDIN") as rows:
        for number in range(count):
            rows.write_row([another(token, number) for token in tokens])
    connection.execute("CREATE TEMPORARY TABLE old ON COMMIT DROP AS SELECT %s::text[] AS token", [list(tokens)])


def another(token: str, number: int) -> str:
    """A new name of the same kind."""
    if UUID.fullmatch(token):
        return str(uuid.uuid4())
    if HEX.fullmatch(token):
        return uuid.uuid4().hex
    if references.is_valid(token):
        signs = token.replace("-", "")[references.MISSION_LENGTH : -1]
        return references.new(token[: references.MISSION_LENGTH], len(signs), signs[:1])
    return f"{token[:-6]}{int(token[-6:]) + number + 1:06d}"


def insert(connection: Connection, table: str, row: str, tokens: int) -> int:
    """The copies of one row; what the database numbers itself, it numbers anew."""
    renamed: sql.Composable = sql.SQL("%s::text")
    for place in range(tokens):
        renamed = sql.SQL("replace({}, old.token[{}], names.n{})").format(
            renamed, sql.SQL(str(place + 1)), sql.SQL(str(place))
        )
    # A lateral join, or each column would read the row anew.
    statement = sql.SQL(
        "INSERT INTO consular.{0} OVERRIDING USER VALUE "
        "SELECT copied.* FROM names, old, LATERAL jsonb_populate_record(NULL::consular.{0}, ({1})::jsonb) AS copied"
    ).format(sql.Identifier(table), renamed)
    return connection.execute(statement, [row]).rowcount
