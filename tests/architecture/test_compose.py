"""The files of docker compose: one published door, no default secret, and a folder for every volume."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories.environment.containers import compose_file, image

ROOT = Path(__file__).parents[2]
PRODUCTION = (ROOT / "docker-compose.yml").read_text()
DEMO = (ROOT / "docker-compose.demo.yml").read_text()
IMAGE = (ROOT / "deploy/platform/containers/Dockerfile").read_text()
REQUIRED = ("MAHJAR_SPECIMEN", "MAHJAR_HOST", "POSTGRES_PASSWORD", "RABBITMQ_PASSWORD", "MAHJAR_SECRET")

SETTINGS = dict.fromkeys(REQUIRED, "1")


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
        "MAHJAR_BACKUP_FOLDER": "backups",
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


@pytest.mark.parametrize("files", [("docker-compose.yml",), ("docker-compose.yml", "docker-compose.demo.yml")])
def test_the_files_alone_and_merged_follow_the_published_schema(files: tuple[str, ...], tmp_path: Path) -> None:
    merged = tmp_path / "compose.json"
    merged.write_text(json.dumps(compose_file.load([ROOT / name for name in files], SETTINGS)))
    command = ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", *(str(ROOT / name) for name in files)]
    judged = subprocess.run(
        [Path(sys.executable).parent / command[0], *command[1:], merged], capture_output=True, text=True, check=False
    )
    assert judged.returncode == 0, judged.stdout


@pytest.mark.parametrize("missing", REQUIRED)
def test_compose_itself_refuses_without_a_required_variable(missing: str) -> None:
    with pytest.raises(compose_file.MissingVariable, match=f"set {missing} to "):
        compose_file.load([ROOT / "docker-compose.yml"], SETTINGS | {missing: ""})


@pytest.mark.parametrize("files", [("docker-compose.yml",), ("docker-compose.yml", "docker-compose.demo.yml")])
def test_everything_that_serves_or_works_is_checked_and_what_others_wait_for_exists(files: tuple[str, ...]) -> None:
    project = compose_file.load([ROOT / name for name in files], SETTINGS)
    started = compose_file.active_services(project)
    unchecked = {name for name, service in started.items() if "healthcheck" not in service}
    assert unchecked <= {"proxy", "buffer", "provision", "provider", "ministries"}
    for name, service in started.items():
        assert set(service.get("depends_on", {})) <= started.keys(), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source.startswith("./") or source in project["volumes"], (name, volume)


def test_the_gateway_believes_the_containers_network_and_nobody_else() -> None:
    for network in ("172.31.77.0/24", "10.9.8.0/24"):
        project = compose_file.load([ROOT / "docker-compose.yml"], SETTINGS | {"MAHJAR_NETWORK": network})
        assert project["services"]["gateway"]["environment"]["MAHJAR_TRUSTED_PROXIES"] == network
        assert project["networks"]["default"]["ipam"]["config"] == [{"subnet": network}]


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> dict[str, image.Image]:
    folder = tmp_path_factory.mktemp("images")
    dockerfile = ROOT / "deploy/platform/containers/Dockerfile"
    return {target: image.build(ROOT, dockerfile, target, folder / target) for target in ("platform", "demo")}


def files_of(built: image.Image) -> set[str]:
    return {str(path.relative_to(built.files)) for path in built.files.rglob("*") if path.is_file()}


def test_an_image_holds_the_code_and_fonts_and_nothing_that_is_ours_alone(images: dict[str, image.Image]) -> None:
    platform, demo = files_of(images["platform"]), files_of(images["demo"])
    assert {"services/gateway/__init__.py", "deploy/platform/serve.py", "fonts/amiri-400.ttf"} <= platform <= demo
    assert {path for path in demo - platform if not path.startswith("deploy/demo/")} == set()
    for path in demo:
        assert not path.startswith(("tests/", "docs/", ".git/", ".data/", "deploy/dev/")), path
        assert not path.endswith((".pem", ".env", "secrets.json")), path


def test_nothing_in_an_image_runs_as_root_or_imports_what_the_lock_lacks(images: dict[str, image.Image]) -> None:
    for built in images.values():
        assert built.uid == 1000
        assert set(built.folders.values()) == {1000}
        python = built.files / ".venv/bin/python"
        modules = "deploy.platform.provision, services.consular.worker, services.gateway, services.consular.api"
        ran = subprocess.run(
            [python, "-c", f"import {modules}"], cwd=built.files, capture_output=True, text=True, check=False, env={}
        )
        assert ran.returncode == 0, ran.stderr
