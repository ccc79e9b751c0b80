"""What a stack of containers needs once: roles, schemas, keys, demo data, and to each service its own things alone."""

import os
import shutil

from deploy import demo_data
from deploy.data import DataFolder
from deploy.database import BUS, SERVICES, prepare
from deploy.migrate import migrate_all
from deploy.places import OWN, PROVIDER, PROVIDER_PORT, WEB_PORT
from shared.documents import fonts
from shared.identity.actor import MINISTRIES, PARTNERS

PROVIDER_URL = f"http://provider.localhost:{PROVIDER_PORT}"


def furnish() -> None:
    """May be repeated: nothing that is there is made again."""
    folder, admin_url = DataFolder.chosen(), os.environ["DATABASE_URL"]
    urls = prepare(admin_url, folder.postgres)
    migrate_all(admin_url)
    folder.create_keys((*SERVICES, *PARTNERS))
    secrets = folder.secrets()
    for service in SERVICES:
        hand_out(folder, service, told(service, urls, secrets))
    hand_out(folder, MINISTRIES, for_ministries(urls))
    (OWN / PROVIDER / "environment").write_text(as_lines(for_provider(secrets)))
    fonts.prepare(OWN / "gateway" / "fonts")
    for service in SERVICES[1:]:
        fonts.prepare(OWN / service / "fonts")
    demo_data.load(admin_url, urls, secrets["session"])
    print("\n".join(demo_data.accounts()))


def hand_out(folder: DataFolder, service: str, environment: dict[str, str]) -> None:
    """Its own private key and everybody's public ones; nobody else's password."""
    keys = OWN / service / "keys"
    keys.mkdir(exist_ok=True)
    for key in [*folder.keys.glob("*.pub.pem"), folder.keys / f"{service}.pem"]:
        shutil.copy2(key, keys / key.name)
    (OWN / service / "environment").write_text(as_lines(environment))


def told(service: str, urls: dict[str, str], secrets: dict[str, str]) -> dict[str, str]:
    own = OWN / service
    common = {
        "MAHJAR_DATABASE_URL": urls[service],
        "MAHJAR_BUS_URL": bus_of(urls),
        "MAHJAR_KEYS": str(own / "keys"),
        "MAHJAR_FONTS": str(own / "fonts"),
        "MAHJAR_PUBLIC_URL": os.environ["MAHJAR_PUBLIC_URL"],
        "MAHJAR_SECRET": secrets["session"],
    }
    if service == "consular":
        common |= {"MAHJAR_PROVIDER_URL": PROVIDER_URL, "MAHJAR_PROVIDER_SECRET": secrets["provider"]}
    if service == "gateway":
        common |= {f"MAHJAR_URL_{name.upper()}": f"http://{host(name)}:{WEB_PORT}" for name in SERVICES[1:]}
    return common


def for_provider(secrets: dict[str, str]) -> dict[str, str]:
    return {
        "MAHJAR_PROVIDER_SECRET": secrets["provider"],
        "MAHJAR_PUBLIC_URL": os.environ["MAHJAR_PUBLIC_URL"],
        "MAHJAR_PROVIDER_NOTIFY_URL": f"http://gateway:{WEB_PORT}/provider/webhook",
    }


def for_ministries(urls: dict[str, str]) -> dict[str, str]:
    """The bus, its own key and one address; no database."""
    return {
        "MAHJAR_BUS_URL": bus_of(urls),
        "MAHJAR_KEYS": str(OWN / MINISTRIES / "keys"),
        "MAHJAR_URL_CONSULAR": f"http://{host('consular')}:{WEB_PORT}",
    }


def bus_of(urls: dict[str, str]) -> str:
    return os.environ.get("BUS_URL") or urls[BUS].replace("postgresql+psycopg://", "pgmq://")


def host(service: str) -> str:
    """Names of hosts have no underscores."""
    return service.replace("_", "-")


def as_lines(environment: dict[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in environment.items())
