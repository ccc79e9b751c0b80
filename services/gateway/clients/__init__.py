"""Clients of the three services that the gateway asks. Only this package speaks HTTP."""

from services.gateway.clients.civil_registry import CivilRegistry
from services.gateway.clients.conscription import Conscription
from services.gateway.clients.consular import Consular
from services.gateway.clients.http import Client
from shared.identity.crypto import Keys
from shared.settings import Settings


def connect(settings: Settings) -> dict[str, object]:
    """A client of each service by name, all signing with the gateway's key."""
    keys = Keys(settings.keys, "gateway")
    return {
        "consular": Consular.through(Client(settings.url_consular, keys, "consular")),
        "civil_registry": CivilRegistry(Client(settings.url_civil_registry, keys, "civil_registry")),
        "conscription": Conscription(Client(settings.url_conscription, keys, "conscription")),
    }
