"""Moves uploads of an earlier version into the store, and compares the store with the rows.

`python -m deploy.platform.uploads transfer` may be stopped and repeated. `check` names blobs that rows miss and blobs
without a row, and ends with 1 when one is missing; `check --delete` deletes those without a row. The settings are found
in the environment, or in the files of the mission's container.
"""

import argparse
import os
import sys
from collections.abc import Mapping

from sqlalchemy import select

from deploy.platform.environment_file import read_environment
from deploy.platform.paths import SERVICE_FILES
from services.consular.missions import each_mission
from services.consular.uploads import transfer
from services.consular.uploads.intake import Intake, open_intake
from services.consular.uploads.model import StoredBlob
from shared.database.db import Database
from shared.errors import Unavailable
from shared.identity.actor import service
from shared.settings import Settings

NAME = "consular"


def main() -> None:
    chosen = arguments()
    settings = Settings.load(NAME, environment())
    database = Database(settings.database_url, pool_size=1)
    intake = open_intake(settings, database)
    try:
        if chosen.verb == "transfer":
            print(f"moved: {transfer_all(intake)}")
        elif compare(intake, delete=chosen.delete):
            sys.exit(1)
    except Unavailable as refusal:
        sys.exit(f"Stopped, and nothing is lost: {refusal.code}. Repeat the command once this is mended.")
    finally:
        database.engine.dispose()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="uploads", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("transfer")
    verbs.add_parser("check").add_argument("--delete", action="store_true")
    return parser.parse_args()


def environment() -> Mapping[str, str]:
    """The settings of the mission's service. Exits with a sentence where there are none."""
    if "MAHJAR_DATABASE_URL" in os.environ:
        return os.environ
    file = SERVICE_FILES / NAME / "environment"
    if not file.exists():
        sys.exit("Run this in the mission's container, or set the variables of its service.")
    return {**os.environ, **read_environment(file)}


def transfer_all(intake: Intake) -> int:
    """Moves what is left at every mission. Raises Unavailable."""
    return sum(
        transfer.transfer_uploads(intake, actor) + transfer.transfer_scans(intake, actor)
        for actor, _ in each_mission(intake.database, service(NAME))
    )


def compare(intake: Intake, *, delete: bool) -> int:
    """Prints what the store and the rows do not share; the number of missing blobs. Raises Unavailable."""
    stored = set(intake.storage.addresses())
    known: set[tuple[str, str]] = set()
    for actor, _ in each_mission(intake.database, service(NAME)):
        with intake.database.scope(actor.mission) as session:
            rows = session.execute(select(StoredBlob.mission, StoredBlob.address).where(~StoredBlob.deleting))
            known |= {(mission, address) for mission, address in rows}
    for mission, address in sorted(known - stored):
        print(f"missing: {mission} {address}")
    for mission, address in sorted(stored - known):
        print(f"without a row: {mission} {address}")
        if delete:
            intake.storage.delete(mission, address)
    print(f"{len(stored)} blobs, {len(known - stored)} missing, {len(stored - known)} without a row")
    return len(known - stored)


if __name__ == "__main__":
    main()
