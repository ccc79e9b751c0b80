"""The process that decodes uploads loads no more than it needs: what it holds itself it cannot give to a picture."""

import subprocess
import sys

HEAVY = ("sqlalchemy", "psycopg", "prometheus_client", "opentelemetry", "kombu")
LOADED = (
    "import sys, services.consular.uploads.decoding.server; "
    "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
)


def test_the_decoding_process_loads_neither_database_nor_bus() -> None:
    found = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout.split()
    assert "PIL" in found or "pillow" in found or "pikepdf" in found
    assert [name for name in HEAVY if name in found] == []
