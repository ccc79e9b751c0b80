"""Prepares a stack of containers: roles, schemas and keys, and for each service the files it alone may read."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.platform.data_folder import DataFolder
from deploy.platform.database import BUS, SERVICES, prepare
from deploy.platform.migrate import migrate
from deploy.platform.paths import SERVICE_FILES, WEB_PORT
from shared import fonts


@dataclass(frozen=True)
class Provisioned:
    """What a deployment may add to: the data folder, the database addresses, the secrets."""

    folder: DataFolder
    admin_url: str
    urls: Mapping[str, str]
    secrets: Mapping[str, str]


def provision(partners: tuple[str, ...] = (), provider_url: str = "") -> Provisioned:
    """Safe to repeat: what exists stays as it is. Keys are created for the services and the given partners."""
    folder, admin_url = DataFolder.from_environment(), os.environ["DATABASE_URL"]
    urls = prepare(admin_url, folder.postgres)
    for service in SERVICES:
        migrate(admin_url, service)
    folder.create_keys((*SERVICES, *partners))
    secrets = folder.secrets()
    for service in SERVICES:
        write_files(folder, service, environment_for(service, urls, secrets, provider_url))
        fonts.prepare(SERVICE_FILES / service / "fonts")
    return Provisioned(folder, admin_url, urls, secrets)


def write_files(folder: DataFolder, name: str, environment: Mapping[str, str]) -> None:
    """Writes its private key, everybody's public keys and its environment; nobody else's password."""
    keys = SERVICE_FILES / name / "keys"
    keys.mkdir(exist_ok=True)
    for key in [*folder.keys.glob("*.pub.pem"), folder.keys / f"{name}.pem"]:
        shutil.copy2(key, keys / key.name)
    write_environment(name, environment)


def write_environment(name: str, environment: Mapping[str, str]) -> None:
    lines = "".join(f"{variable}={value}\n" for variable, value in environment.items())
    (SERVICE_FILES / name / "environment").write_text(lines)


def environment_for(
    service: str, urls: Mapping[str, str], secrets: Mapping[str, str], provider_url: str = ""
) -> dict[str, str]:
    files = SERVICE_FILES / service
    environment = {
        "MAHJAR_DATABASE_URL": urls[service],
        "MAHJAR_BUS_URL": bus_url(urls),
        "MAHJAR_KEYS": str(files / "keys"),
        "MAHJAR_FONTS": str(files / "fonts"),
        "MAHJAR_PUBLIC_URL": os.environ["MAHJAR_PUBLIC_URL"],
        "MAHJAR_SECRET": secrets["session"],
    }
    if service in ("consular", "gateway"):
        environment |= {"MAHJAR_PROVIDER_URL": provider_url}
    if service == "consular":
        environment |= {"MAHJAR_PROVIDER_SECRET": secrets["provider"]}
    if service == "gateway":
        environment |= {f"MAHJAR_URL_{name.upper()}": service_url(name) for name in SERVICES[1:]}
    return environment


def bus_url(urls: Mapping[str, str]) -> str:
    return os.environ.get("BUS_URL") or urls[BUS].replace("postgresql+psycopg://", "pgmq://")


def service_url(service: str) -> str:
    """The address within the stack. Host names have no underscores."""
    return f"http://{service.replace('_', '-')}:{WEB_PORT}"
