"""Which answers may be kept on a device whose owner asks for it. What others must never find there may not."""

from flask import Flask

from services.gateway.accounts.keyed import keyed_hash
from services.gateway.web.current import settings, visitor
from shared.catalogue.model import Transaction

# A telephone may be taken at a border or lent at home.
NEVER = frozenset({"criminal-record"})
CONSCRIPTION = "conscription"
OWNER_LENGTH = 16


def may_keep_on_device(entry: Transaction) -> bool:
    """Whether a page of the entry offers it: nothing of service in the army, nothing of convictions."""
    asks_conscription = any(ask.authority == CONSCRIPTION for ask in entry.asks)
    return entry.slug not in NEVER and entry.group != CONSCRIPTION and not asks_conscription


def device_owner() -> str:
    """Names the account to the script without saying whose it is: another account finds nothing of this one."""
    return keyed_hash(settings().secret, "device", visitor().account)[:OWNER_LENGTH]


def init_device_drafts(app: Flask) -> None:
    """Gives both to templates."""
    app.jinja_env.globals.update(may_keep_on_device=may_keep_on_device, device_owner=device_owner)
