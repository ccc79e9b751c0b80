"""Each process by itself knows every table that its rows point to: a flush fails otherwise, and only there."""

import subprocess
import sys

import pytest

SORT = """
import importlib, sys
importlib.import_module(sys.argv[1])
tables = importlib.import_module(sys.argv[2]).Base.metadata.sorted_tables
assert len(tables) > 3
"""


@pytest.mark.parametrize("module", ["worker", "api"])
@pytest.mark.parametrize("service", ["consular", "civil_registry", "conscription"])
def test_a_process_knows_the_tables_that_its_rows_point_to(service: str, module: str) -> None:
    words = [f"services.{service}.{module}", f"services.{service}.model"]
    ended = subprocess.run([sys.executable, "-c", SORT, *words], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-600:]
