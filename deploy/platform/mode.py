"""Keeps production and the demo apart: a database or a data folder of the one never starts as the other."""

from collections.abc import Mapping

from psycopg import sql

from deploy.platform.data_folder import DataFolder
from deploy.platform.database.roles import DATABASE, connect_as_admin
from shared.identity.actor import PARTNERS
from shared.production import StartRefused, check_secrets, is_demo
from shared.settings import provider_secrets

DEMO, PRODUCTION = "Mahjar demo", "Mahjar production"
# Nobody can own an e-mail address of this domain; the demo's accounts do.
DEMO_ACCOUNTS = "%@mahjar.example"
MARK = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"


def check_environment(environment: Mapping[str, str], default: str = "") -> bool:
    """Whether this is the demo. Raises StartRefused without a choice, and in production without every secret."""
    if is_demo(environment, default):
        return True
    addresses = [name for name in ("DATABASE_URL", "BUS_URL") if name in environment]
    check_secrets(environment, ["MAHJAR_SECRET", "MAHJAR_PUBLIC_URL", *addresses, *provider_secrets(environment)])
    return False


def load_secrets(folder: DataFolder, environment: Mapping[str, str], demo: bool) -> dict[str, str]:
    """The demo's secrets are created in the data folder; those of production come from the environment alone."""
    if demo:
        return folder.secrets()
    return {
        "session": environment["MAHJAR_SECRET"],
        "provider": environment.get("MAHJAR_PROVIDER_SECRET", ""),
        "webhook": environment.get("MAHJAR_WEBHOOK_SECRET", ""),
    }


def check_folder(folder: DataFolder, demo: bool) -> None:
    """Raises StartRefused in production where the folder holds the sandbox's private keys."""
    if not demo and any((folder.keys / f"{partner}.pem").exists() for partner in PARTNERS):
        raise StartRefused(f"{folder.path} holds the demo's keys: set MAHJAR_DATA to another folder.")


def check_database(admin_url: str, demo: bool) -> None:
    """Raises StartRefused where the database is of the other mode. Runs before anything in it is changed."""
    with connect_as_admin(admin_url) as connection:
        row = connection.execute(MARK, [DATABASE]).fetchone()
    if row and row[0] == (PRODUCTION if demo else DEMO):
        raise _other_mode(demo)


def mark_database(admin_url: str, demo: bool) -> None:
    """Marks a migrated database with its mode. Raises StartRefused in production where demo accounts exist."""
    with connect_as_admin(admin_url, DATABASE) as connection:
        accounts = connection.execute("SELECT 1 FROM gateway.account WHERE email LIKE %s LIMIT 1", [DEMO_ACCOUNTS])
        if not demo and accounts.fetchone():
            raise _other_mode(demo)
        if connection.execute(MARK, [DATABASE]).fetchone() == (None,):
            mark = sql.SQL("COMMENT ON DATABASE {} IS {}")
            connection.execute(mark.format(sql.Identifier(DATABASE), sql.Literal(DEMO if demo else PRODUCTION)))


def _other_mode(demo: bool) -> StartRefused:
    owner = "production's" if demo else "demo's"
    return StartRefused(f"The database is a {owner}: set DATABASE_URL or MAHJAR_DATA to another one.")
