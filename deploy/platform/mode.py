"""Keeps production and the demo apart: a database or a data folder of the one never starts as the other."""

from collections.abc import Mapping

from psycopg import sql

from deploy.platform.data_folder import DataFolder
from deploy.platform.database import DATABASE, connect_as_admin
from shared.identity.actor import PARTNERS
from shared.production import StartRefused, check_secrets, is_demo

DEMO, PRODUCTION = "Mahjar demo", "Mahjar production"
# Nobody can own an e-mail address of this domain; the demo's accounts do.
DEMO_ACCOUNTS = "%@mahjar.example"


def check_environment(environment: Mapping[str, str], default: str = "") -> bool:
    """Whether this is the demo. Raises StartRefused without a choice, and in production without every secret."""
    if is_demo(environment, default):
        return True
    addresses = [name for name in ("DATABASE_URL", "BUS_URL") if name in environment]
    provider = ["MAHJAR_PROVIDER_SECRET"] if environment.get("MAHJAR_PROVIDER_URL") else []
    check_secrets(environment, ["MAHJAR_SECRET", "MAHJAR_PUBLIC_URL", *addresses, *provider])
    return False


def load_secrets(folder: DataFolder, environment: Mapping[str, str], demo: bool) -> dict[str, str]:
    """The demo's secrets are created in the data folder; those of production come from the environment alone."""
    if demo:
        return folder.secrets()
    return {
        "session": environment["MAHJAR_SECRET"],
        "provider": environment.get("MAHJAR_PROVIDER_SECRET", ""),
    }


def check_folder(folder: DataFolder, demo: bool) -> None:
    """Raises StartRefused in production where the folder holds the sandbox's private keys."""
    if not demo and any((folder.keys / f"{partner}.pem").exists() for partner in PARTNERS):
        raise StartRefused(f"{folder.path} holds the demo's keys: set MAHJAR_DATA to another folder.")


def check_database(admin_url: str, demo: bool) -> None:
    """Marks a new database with its mode. Raises StartRefused where it is of the other mode."""
    with connect_as_admin(admin_url, DATABASE) as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        known = row[0] if row else None
        accounts = connection.execute("SELECT 1 FROM gateway.account WHERE email LIKE %s LIMIT 1", [DEMO_ACCOUNTS])
        if not demo and (known == DEMO or accounts.fetchone()):
            raise StartRefused("The database is a demo's: set DATABASE_URL or MAHJAR_DATA to another one.")
        if demo and known == PRODUCTION:
            raise StartRefused("The database is a production's: set DATABASE_URL or MAHJAR_DATA to another one.")
        if known is None:
            mark = sql.SQL("COMMENT ON DATABASE {} IS {}")
            connection.execute(mark.format(sql.Identifier(DATABASE), sql.Literal(DEMO if demo else PRODUCTION)))
