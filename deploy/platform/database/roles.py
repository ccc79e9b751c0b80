"""Creates roles, schemas and databases: who may connect where, and who owns what.

The role `mahjar_owner` owns everything and cannot sign in. A service's role owns nothing and sees its own schema only.
"""

import json
import secrets
from pathlib import Path
from urllib.parse import quote, urlsplit

from psycopg import Connection, connect, sql

SERVICES = ("gateway", "consular", "civil_registry", "conscription")
OWNER, DATABASE, BUS = "mahjar_owner", "mahjar", "bus"
# An arbitrary constant; every Mahjar process takes the same lock.
PREPARING = 7_234_901
LARGE_OBJECT_FUNCTIONS = (
    "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace "
    "AND (proname LIKE 'lo\\_%' OR proname IN ('loread', 'lowrite'))"
)


def prepare(admin_url: str, data: Path) -> dict[str, str]:
    """The database address of each service, and of the bus under `bus`. Safe to repeat."""
    passwords = load_passwords(data / "passwords.json")
    with connect_as_admin(admin_url) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [PREPARING])
        create_roles(admin, passwords)
        create_database(admin, DATABASE, OWNER, visitors=SERVICES)
        create_database(admin, BUS, BUS)
        close_other_databases(admin)
        with connect_as_admin(admin_url, DATABASE) as connection:
            create_schemas(connection)
            close_large_objects(connection)
        with connect_as_admin(admin_url, BUS) as connection:
            close_large_objects(connection)
            create_queues(connection)
    return {BUS: login(admin_url, BUS, passwords[BUS], BUS)} | {
        service: login(admin_url, service, passwords[service]) for service in SERVICES
    }


def load_passwords(file: Path) -> dict[str, str]:
    stored: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    missing = {role: secrets.token_urlsafe(24) for role in (*SERVICES, BUS) if role not in stored}
    if missing:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(json.dumps(stored | missing, indent=1))
    return stored | missing


def create_roles(admin: Connection, passwords: dict[str, str]) -> None:
    existing = {name for (name,) in admin.execute("SELECT rolname FROM pg_roles")}
    if OWNER not in existing:
        run(admin, "CREATE ROLE {} NOLOGIN", OWNER)
        # An administrator who is no superuser may act for the owner too.
        run(admin, "GRANT {} TO CURRENT_USER", OWNER)
    for role, password in passwords.items():
        if role not in existing:
            run(admin, "CREATE ROLE {} LOGIN", role)
        admin.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password)))
    for service in SERVICES:
        run(admin, "ALTER ROLE {} SET search_path = {}", service, service)


def create_database(admin: Connection, name: str, owner: str, visitors: tuple[str, ...] = ()) -> None:
    if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
        run(admin, "GRANT {} TO CURRENT_USER", owner)
        run(admin, "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'", name, owner)
    run(admin, "REVOKE ALL ON DATABASE {} FROM PUBLIC", name)
    for visitor in visitors:
        run(admin, "GRANT CONNECT ON DATABASE {} TO {}", name, visitor)


def close_other_databases(admin: Connection) -> None:
    """Nobody but their owners enters the databases that every cluster has; where others own them they stay."""
    owned = "SELECT datname FROM pg_database WHERE datallowconn AND pg_has_role(datdba, 'USAGE') AND datname <> ALL(%s)"
    for (name,) in admin.execute(owned, [[DATABASE, BUS]]).fetchall():
        run(admin, "REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC", name)


def close_large_objects(connection: Connection) -> None:
    """Only a superuser makes large objects: no wall of missions stands around them. Needs a superuser itself."""
    if connection.info.parameter_status("is_superuser") != "on":
        return
    for (function,) in connection.execute(LARGE_OBJECT_FUNCTIONS).fetchall():
        connection.execute(sql.SQL("REVOKE EXECUTE ON FUNCTION {} FROM PUBLIC").format(sql.SQL(function)))


def create_schemas(connection: Connection) -> None:
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    run(connection, "ALTER DEFAULT PRIVILEGES FOR ROLE {} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC", OWNER)
    for service in SERVICES:
        run(connection, "CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}", service, OWNER)
        run(connection, "GRANT USAGE ON SCHEMA {} TO {}", service, service)


def create_queues(connection: Connection) -> None:
    """Installs the embedded bus, whose SQL can run once only."""
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    if connection.execute("SELECT to_regnamespace('pgmq')").fetchone() == (None,):
        # Loads half a second of libraries that no later start needs.
        from pgmq.install import get_embedded_install_sql

        run(connection, "SET ROLE {}", BUS)
        connection.execute(get_embedded_install_sql())


def connect_as_admin(admin_url: str, database: str | None = None) -> Connection:
    parts = urlsplit(admin_url)
    return connect(
        parts._replace(scheme="postgresql", path=f"/{database}" if database else parts.path).geturl(), autocommit=True
    )


def login(admin_url: str, role: str, password: str, database: str = DATABASE) -> str:
    parts = urlsplit(admin_url)
    host = parts.netloc.rpartition("@")[2]
    netloc = f"{quote(role, safe='')}:{quote(password, safe='')}@{host}"
    return parts._replace(scheme="postgresql+psycopg", netloc=netloc, path=f"/{database}").geturl()


def run(connection: Connection, statement: str, *names: str) -> None:
    """Names are quoted; nothing else is ever put into a statement."""
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
