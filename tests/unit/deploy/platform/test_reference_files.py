"""The files of reference data: each version is dated, and each table is one that a service names."""

import csv
from pathlib import Path

import pytest

from deploy.platform.database import reference_data
from deploy.platform.database.roles import SERVICES

FOLDERS = sorted(reference_data.SERVICES_FOLDER.glob("*/data"))


def test_every_version_is_dated() -> None:
    """`python -m deploy.platform.database.reference_data` adds a line to `LOADS.csv` for each changed file."""
    assert [path.name for path, _ in reference_data.undated()] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.parent.name))
def test_the_dates_of_a_file_go_forward(folder: Path) -> None:
    rows = reference_data.read(folder / reference_data.LOADS)
    for name in {row["file"] for row in rows}:
        dated = [row["dated"] for row in rows if row["file"] == name]
        assert dated == sorted(dated), name
        assert len(list(folder.rglob(name))) == 1, f"{name} is dated and does not exist"


def test_services_with_files_name_their_tables() -> None:
    assert [folder.parent.name for folder in FOLDERS] == sorted(filter(reference_data.sources, SERVICES))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.parent.name))
def test_every_row_has_every_cell(folder: Path) -> None:
    for path in folder.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        assert {len(row) for row in rows} == {len(head)}, path.name
