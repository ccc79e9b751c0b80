"""Opens a staff account by a one-time link: the first administrator's, and those of a new mission's staff.

`python -m deploy.platform.admin invite --email NAME@HOST --mission RUH`, with `--role` for another role than
administrator. It prints the link, which works once and for a day. The gateway's database is found in the environment,
in the files of its container, or in the data folder of a runner.
"""

import argparse
import os
import sys
from collections.abc import Mapping

from deploy.platform.data_folder import DataFolder
from deploy.platform.environment_file import read_environment
from deploy.platform.paths import SERVICE_FILES
from services.consular.data import rows_of
from services.gateway.accounts.registration import first_administrator
from shared.database.db import Database
from shared.errors import Refusal
from shared.i18n import language
from shared.identity.actor import OFFICER_ROLES


def main() -> None:
    chosen = arguments()
    environment = gateway_environment()
    database = Database(environment["MAHJAR_DATABASE_URL"], pool_size=1)
    try:
        with database.scope(None) as session:
            token = first_administrator.invite(session, chosen.email, chosen.role, chosen.mission)
    except Refusal as refusal:
        sys.exit(language("en").text(f"refusal.{next(iter(refusal.errors.values()), refusal.code)}", **refusal.params))
    finally:
        database.engine.dispose()
    hours = first_administrator.VALID_FOR.total_seconds() / 3600
    print(f"This link opens the account of {chosen.email} once, within {hours:.0f} hours:")
    for code in ("ar", "en"):
        print(f"  {environment['MAHJAR_PUBLIC_URL'].rstrip('/')}/{code}/invitation/{token}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="admin", description=__doc__)
    invite = parser.add_subparsers(dest="verb", required=True).add_parser("invite")
    invite.add_argument("--email", required=True)
    invite.add_argument("--mission", required=True, choices=[row["code"] for row in rows_of("mission")])
    invite.add_argument("--role", default="administrator", choices=sorted(OFFICER_ROLES))
    return parser.parse_args()


def gateway_environment() -> Mapping[str, str]:
    """The gateway's settings. Exits with a sentence where there are none."""
    if "MAHJAR_DATABASE_URL" in os.environ:
        return {"MAHJAR_PUBLIC_URL": "http://127.0.0.1:8080", **os.environ}
    for file in (SERVICE_FILES / "gateway" / "environment", DataFolder.from_environment().gateway_environment):
        if file.exists():
            return read_environment(file)
    sys.exit("Start the platform first, or set MAHJAR_DATABASE_URL to the address of the gateway's database.")


if __name__ == "__main__":
    main()
