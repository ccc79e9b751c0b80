"""In a stack of containers each service is handed its own key and password, and nobody else's."""

from pathlib import Path

import pytest

from deploy.demo.provision import environment_for_ministries
from deploy.platform import provision
from deploy.platform.data_folder import DataFolder
from deploy.platform.database.roles import BUS, SERVICES
from shared.identity.actor import MINISTRIES, PARTNERS

URLS = {name: f"postgresql+psycopg://{name}:password-of-{name}@postgres/mahjar" for name in (*SERVICES, BUS)}

ENVIRONMENT = {"MAHJAR_PUBLIC_URL": "http://localhost:8080", "BUS_URL": "amqp://broker"}

SECRETS = {"session": "s", "provider": "p", "webhook": "w"}


@pytest.fixture
def service_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(provision, "SERVICE_FILES", tmp_path / "service_files")
    folder = DataFolder(tmp_path / "data")
    folder.path.mkdir()
    folder.create_keys((*SERVICES, *PARTNERS))
    secrets = folder.secrets()
    for service in SERVICES:
        (tmp_path / "service_files" / service).mkdir(parents=True)
        provision.write_files(folder, service, provision.environment_for(service, URLS, secrets, ENVIRONMENT))
    return tmp_path / "service_files"


@pytest.mark.parametrize("service", SERVICES)
def test_one_private_key_and_one_password(service_files: Path, service: str) -> None:
    private = [key.name for key in (service_files / service / "keys").iterdir() if not key.name.endswith(".pub.pem")]
    assert private == [f"{service}.pem"]
    environment = (service_files / service / "environment").read_text()
    assert [name for name in SERVICES if f"password-of-{name}" in environment] == [service]


@pytest.mark.parametrize("service", SERVICES)
def test_only_who_takes_payments_knows_the_provider(service_files: Path, service: str) -> None:
    environment = (service_files / service / "environment").read_text()
    assert ("MAHJAR_PROVIDER_SECRET" in environment) == (service == "consular")
    assert ("MAHJAR_WEBHOOK_SECRET" in environment) == (service == "consular")


def test_a_ministry_has_a_key_and_no_password(service_files: Path, tmp_path: Path) -> None:
    (service_files / MINISTRIES).mkdir()
    provision.write_files(DataFolder(tmp_path / "data"), MINISTRIES, environment_for_ministries(URLS, ENVIRONMENT))
    private = [key.name for key in (service_files / MINISTRIES / "keys").iterdir() if not key.name.endswith(".pub.pem")]
    assert private == [f"{MINISTRIES}.pem"]
    assert "password" not in (service_files / MINISTRIES / "environment").read_text()


def test_the_gateway_knows_where_the_provider_is_and_every_service_its_mode() -> None:
    chosen = ENVIRONMENT | {"MAHJAR_SPECIMEN": "0", "MAHJAR_PROVIDER_URL": "https://cards.test", "MAHJAR_MERCHANT": "M"}
    settings = {service: provision.environment_for(service, URLS, SECRETS, chosen) for service in SERVICES}
    assert {one["MAHJAR_SPECIMEN"] for one in settings.values()} == {"0"}
    assert settings["gateway"]["MAHJAR_PROVIDER_URL"] == "https://cards.test"
    assert settings["gateway"]["MAHJAR_MERCHANT"] == "M"
    assert "MAHJAR_PROVIDER_URL" not in settings["conscription"]


@pytest.mark.parametrize("service", SERVICES)
def test_the_authoritys_certificate_goes_to_who_issues(service: str) -> None:
    chosen = ENVIRONMENT | {"MAHJAR_AUTHORITY_CERTIFICATE": "/authority/certificate.pem"}
    settings = provision.environment_for(service, URLS, SECRETS, chosen)
    assert ("MAHJAR_AUTHORITY_CERTIFICATE" in settings) == (service != "gateway")


@pytest.mark.parametrize("service", SERVICES)
def test_where_uploads_lie_is_known_to_their_service_alone(service: str) -> None:
    storing = {"MAHJAR_UPLOADS_KEY": "k", "MAHJAR_S3_URL": "u", "MAHJAR_S3_SECRET_KEY": "s", "MAHJAR_CLAMD": "c"}
    settings = provision.environment_for(service, URLS, SECRETS, ENVIRONMENT | storing)
    known = {name: value for name, value in settings.items() if name in storing}
    assert known == (storing if service == "consular" else {})
    assert ("MAHJAR_UPLOADS" in settings) == (service == "consular")
