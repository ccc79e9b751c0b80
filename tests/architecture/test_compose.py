"""The files of docker compose: one published door, no default secret, and a folder for every volume."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCTION = (ROOT / "docker-compose.yml").read_text()
DEMO = (ROOT / "docker-compose.demo.yml").read_text()
IMAGE = (ROOT / "deploy/platform/containers/Dockerfile").read_text()
REQUIRED = ("MAHJAR_SPECIMEN", "MAHJAR_HOST", "POSTGRES_PASSWORD", "RABBITMQ_PASSWORD", "MAHJAR_SECRET")


def services(text: str) -> dict[str, str]:
    """Each service's part of a file, by its name."""
    part = re.split(r"^(?:services|volumes):$", text, flags=re.MULTILINE)[1]
    names_and_parts = re.split(r"^  ([a-z-]+):", part, flags=re.MULTILINE)[1:]
    return dict(zip(names_and_parts[::2], names_and_parts[1::2], strict=True))


@pytest.mark.parametrize("variable", REQUIRED)
def test_every_secret_must_be_set_and_the_sentence_says_so(variable: str) -> None:
    assert re.search(rf"\$\{{{variable}:\?set {variable} to ", PRODUCTION)
    assert f"{variable}:-" not in PRODUCTION + DEMO


def test_defaults_are_empty_or_no_secrets() -> None:
    defaults = dict(re.findall(r"\$\{([A-Z0-9_]+):-([^}]*)\}", PRODUCTION + DEMO))
    assert {name: value for name, value in defaults.items() if value} == {
        "MAHJAR_AUTHORITY_FOLDER": "authority",
        "MAHJAR_NETWORK": "172.31.77.0/24",
        "MAHJAR_PORT": "8080",
        "MAHJAR_PEOPLE": "20000",
    }


def test_the_proxy_alone_is_published() -> None:
    assert [name for name, part in services(PRODUCTION).items() if "ports:" in part] == ["proxy"]
    published = re.findall(r'ports: \["([^"]*)"', DEMO)
    assert published and all(address.startswith("127.0.0.1:") for address in published)


def test_production_knows_nothing_of_the_demo() -> None:
    assert not {"provider", "ministries"} & services(PRODUCTION).keys()
    assert "deploy.demo" not in PRODUCTION and "target: demo" not in PRODUCTION
    assert "COPY deploy/demo" not in IMAGE.split("AS demo")[0] and "COPY deploy deploy" not in IMAGE


@pytest.mark.parametrize("folder", sorted(set(re.findall(r":(/own/[a-z_]+|/data|/uploads)\b", PRODUCTION + DEMO))))
def test_every_volume_has_a_folder_that_uid_1000_owns(folder: str) -> None:
    made = " ".join(re.findall(r"install --directory --owner mahjar --group mahjar ((?:[^\\\n]|\\\n)*)", IMAGE))
    assert folder in made.split()


def test_every_variable_is_documented() -> None:
    documented = (ROOT / ".env.example").read_text()
    used = set(re.findall(r"\$\{([A-Z0-9_]+)", PRODUCTION))
    assert [name for name in used if f"{name}=" not in documented] == []
