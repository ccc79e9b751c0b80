"""Prepares a stack of containers: roles, schemas and keys, and for each service the files it alone may read."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.platform.data_folder import DataFolder
from deploy.platform.database.migrate import migrate_all
from deploy.platform.database.roles import BUS, SERVICES, prepare
from deploy.platform.environment_file import write_environment
from deploy.platform.mode import check_database, check_environment, check_folder, load_secrets, mark_database
from deploy.platform.paths import METRICS_PORT, SERVICE_FILES, UPLOADS, WEB_PORT
from shared.settings.mail import MailSettings
from shared.settings.observation import ObservationSettings
from shared.settings.uploads import UploadSettings

# Where metrics are shown and traces are sent.
OBSERVING = ("MAHJAR_METRICS_TOKEN", "MAHJAR_TRACES")
# Passed on as they are to every service.
# Both sides of a card payment: who opens the page, and who leads the payer there.
PROVIDER = ("MAHJAR_PROVIDER_URL", "MAHJAR_PROVIDER_PAGE", "MAHJAR_PROVIDER_KIND")
SHARED = ("MAHJAR_SPECIMEN", "MAHJAR_PUBLIC_URL", "MAHJAR_MERCHANT", "MAHJAR_PROVIDER_NAME", "MAHJAR_TERMS_URL")
AUTHORITY = ("MAHJAR_AUTHORITY_CERTIFICATE", "MAHJAR_AUTHORITY_KEY", "MAHJAR_AUTHORITY_ROOTS")
# Where the outside beacon of draws is.
DRAWING = ("MAHJAR_BEACON",)
# Where the mission's service stores uploads, who scans them, and where exchange rates come from.
STORING = (
    "MAHJAR_UPLOADS_KEY",
    "MAHJAR_S3_URL",
    "MAHJAR_S3_ACCESS_KEY",
    "MAHJAR_S3_SECRET_KEY",
    "MAHJAR_S3_REGION",
    "MAHJAR_CLAMD",
    "MAHJAR_CLAMD_DOWN",
    "MAHJAR_RATES",
)
MAILING = ("MAHJAR_SMTP_URL", "MAHJAR_MAIL_FROM", "MAHJAR_BOUNCES", "MAHJAR_SMS_URL", "MAHJAR_SMS_TOKEN")
ISSUING = ("consular", "civil_registry", "conscription")


@dataclass(frozen=True)
class Provisioned:
    """What a deployment may add to: the data folder, the database addresses, the secrets."""

    folder: DataFolder
    admin_url: str
    urls: Mapping[str, str]
    secrets: Mapping[str, str]


def provision(environment: Mapping[str, str] = os.environ, partners: tuple[str, ...] = ()) -> Provisioned:
    """Safe to repeat: what exists stays as it is. Keys are created for the services and the given partners.

    Raises StartRefused for a missing or default secret, and for a database or folder of the other mode.
    """
    demo = check_environment({"DATABASE_URL": "", **environment})
    UploadSettings.load(environment, specimen=demo)
    ObservationSettings.load(environment)
    MailSettings.load(environment, specimen=demo, required=not demo)
    folder, admin_url = DataFolder.from_environment(), environment["DATABASE_URL"]
    check_folder(folder, demo)
    check_database(admin_url, demo)
    urls = prepare(admin_url, folder.postgres)
    migrate_all(admin_url)
    mark_database(admin_url, demo)
    folder.create_keys((*SERVICES, *partners))
    secrets = load_secrets(folder, environment, demo)
    for service in SERVICES:
        write_files(folder, service, environment_for(service, urls, secrets, environment))
    return Provisioned(folder, admin_url, urls, secrets)


def write_files(folder: DataFolder, name: str, environment: Mapping[str, str]) -> None:
    """Writes its private key, everybody's public keys and its environment; nobody else's password."""
    keys = SERVICE_FILES / name / "keys"
    keys.mkdir(exist_ok=True)
    for key in [*folder.keys.glob("*.pub.pem"), folder.keys / f"{name}.pem"]:
        shutil.copy2(key, keys / key.name)
    write_environment(SERVICE_FILES / name / "environment", environment)


def environment_for(
    service: str, urls: Mapping[str, str], secrets: Mapping[str, str], environment: Mapping[str, str]
) -> dict[str, str]:
    """The environment of one service. Only the mission's service knows the card provider's secret."""
    files = SERVICE_FILES / service
    passed_on = (*SHARED, *OBSERVING, *(AUTHORITY if service in ISSUING else ()))
    settings = {name: environment[name] for name in passed_on if environment.get(name)}
    settings |= {
        "MAHJAR_DATABASE_URL": urls[service],
        "MAHJAR_BUS_URL": bus_url(urls, environment),
        "MAHJAR_KEYS": str(files / "keys"),
        "MAHJAR_SECRET": secrets["session"],
    }
    if environment.get("MAHJAR_METRICS_TOKEN"):
        settings |= {"MAHJAR_METRICS": f"0.0.0.0:{METRICS_PORT}"}
    if service in ("consular", "gateway"):
        settings |= {name: environment.get(name, "") for name in PROVIDER}
    if service == "consular":
        settings |= {"MAHJAR_PROVIDER_SECRET": secrets["provider"], "MAHJAR_WEBHOOK_SECRET": secrets["webhook"]}
        settings |= {"MAHJAR_UPLOADS": str(UPLOADS)}
        settings |= {name: environment[name] for name in (*STORING, *DRAWING) if environment.get(name)}
    if service == "gateway":
        settings |= {name: environment[name] for name in MAILING if environment.get(name)}
        settings |= {f"MAHJAR_URL_{name.upper()}": service_url(name) for name in SERVICES[1:]}
    return settings


def bus_url(urls: Mapping[str, str], environment: Mapping[str, str]) -> str:
    """The broker's address where BUS_URL names one, else the queues in PostgreSQL."""
    return environment.get("BUS_URL") or urls[BUS].replace("postgresql+psycopg://", "pgmq://")


def service_url(service: str) -> str:
    """The address within the stack. Host names have no underscores."""
    return f"http://{service.replace('_', '-')}:{WEB_PORT}"
