"""`docker compose up` for the demo, played without an engine: all comes up, and a card pays for an extract."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.dev.servers import broker
from tests.factories.environment.containers import compose_file, engine, image, servers
from tests.factories.environment.servers.runner import ROOT

FILES = (ROOT / "docker-compose.yml", ROOT / "docker-compose.demo.yml")
DOCKERFILE = ROOT / "deploy/platform/containers/Dockerfile"
# Under twenty other processes; a quiet machine takes a twentieth of it.
UP_LIMIT, DEMO_LIMIT = 900.0, 400.0
SETTINGS = {
    "MAHJAR_SPECIMEN": "1",
    "MAHJAR_HOST": "localhost",
    "MAHJAR_PEOPLE": "400",
    "POSTGRES_PASSWORD": "0a" * 32,
    "RABBITMQ_PASSWORD": "0b" * 32,
    "MAHJAR_SECRET": "0c" * 32,
}
pytestmark = [
    pytest.mark.skipif(bool(engine.missing()), reason=engine.missing() or "played"),
    pytest.mark.skipif(not broker.available(), reason="RabbitMQ is not installed"),
]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[engine.Engine]:
    folder = tmp_path_factory.mktemp("compose")
    folder.chmod(0o755)
    images = {
        "mahjar": image.build(ROOT, DOCKERFILE, "platform", folder / "platform"),
        "mahjar-demo": image.build(ROOT, DOCKERFILE, "demo", folder / "demo"),
        "postgres:18": servers.postgres(folder),
        "rabbitmq:4": servers.rabbitmq(folder),
    }
    with engine.playing(compose_file.load(FILES, SETTINGS), images, folder) as started:
        started.up(UP_LIMIT)
        yield started


@pytest.mark.timeout(1500)
def test_a_card_pays_for_an_extract(stack: engine.Engine, tmp_path: Path) -> None:
    environment = {**os.environ, "MAHJAR_DATA": str(tmp_path), "MAHJAR_PORT": "8080", "MAHJAR_PEOPLE": "400"}
    command = stack.on_machine(sys.executable, "-m", "deploy.demo", "individual-extract")
    played = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=DEMO_LIMIT
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert [path.read_bytes()[:5] for path in (tmp_path / "demo").glob("*.pdf")].count(b"%PDF-") > 0
