"""Prepares a stack of containers for the demo: the platform, the sandbox beside it, and the demo's data."""

import os
from collections.abc import Mapping

from deploy.demo import demo_data
from deploy.platform import provision as platform
from deploy.platform.environment_file import write_environment
from deploy.platform.paths import SERVICE_FILES, WEB_PORT
from shared.identity.actor import MINISTRIES, PARTNERS
from shared.production import StartRefused, is_demo

PROVIDER, PROVIDER_PORT = "provider", 8090
# Browsers resolve *.localhost to their own machine, containers to the provider by this alias.
PROVIDER_URL = f"http://provider.localhost:{PROVIDER_PORT}"
BEACON = f"{PROVIDER_URL}/beacon/{{epoch}}"


def provision() -> None:
    """Safe to repeat: what exists stays as it is. Raises StartRefused outside demo mode."""
    if not is_demo(os.environ, ""):
        raise StartRefused("The demo starts in demo mode only: set MAHJAR_SPECIMEN to 1, or leave the demo's file out.")
    stack = platform.provision({**os.environ, "MAHJAR_PROVIDER_URL": PROVIDER_URL, "MAHJAR_BEACON": BEACON}, PARTNERS)
    platform.write_files(stack.folder, MINISTRIES, environment_for_ministries(stack.urls, os.environ))
    write_environment(SERVICE_FILES / PROVIDER / "environment", environment_for_provider(stack.secrets))
    demo_data.load(stack.admin_url, stack.urls, stack.secrets["session"])
    print("\n".join(demo_data.accounts()))


def environment_for_provider(secrets: Mapping[str, str]) -> dict[str, str]:
    return {
        "MAHJAR_PROVIDER_SECRET": secrets["provider"],
        "MAHJAR_WEBHOOK_SECRET": secrets["webhook"],
        "MAHJAR_PUBLIC_URL": os.environ["MAHJAR_PUBLIC_URL"],
        "MAHJAR_PROVIDER_NOTIFY_URL": f"http://gateway:{WEB_PORT}/provider/webhook",
    }


def environment_for_ministries(urls: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """The bus, its own key and one address; no database."""
    return {
        "MAHJAR_SPECIMEN": "1",
        "MAHJAR_BUS_URL": platform.bus_url(urls, environment),
        "MAHJAR_KEYS": str(SERVICE_FILES / MINISTRIES / "keys"),
        "MAHJAR_URL_CONSULAR": platform.service_url("consular"),
    }
