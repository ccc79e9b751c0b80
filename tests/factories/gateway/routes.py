"""Values for the places in addresses of the gateway's routes."""

from werkzeug.routing import Rule
from werkzeug.routing.converters import AnyConverter, IntegerConverter

FILLING = {
    "mismatch": "1",
    "token": "a-link-that-nobody-gave",
    "lang": "ar",
    "slug": "passport-renewal",
    "reference": "RUH-22222-22222-2",
    "which": "passport",
    "mail_id": "0",
    "account_id": "0",
    "step": "passport",
    "name": "photo",
    "paper": "RUH-22222-22222-2",
    "code": "RUH-C2222-22222-22222-222-2",
    "number": "RUH-RC-2026-000001",
    "filename": "site.css",
    "kind": "extension",
    "capacity": "guardian",
    "mandate": "RUH-22222-22222-2",
    "sort": "guardianship",
    "verb": "end",
    "payment": "RUH-P2222-22222-2",
    "service": "passport",
    "mission": "RUH",
    "type": "application",
}


def value_for(rule: Rule, name: str) -> str:
    """A value that the route takes: one of its own words, where it lists them."""
    converter = rule._converters[name]
    if isinstance(converter, IntegerConverter):
        return "1"
    return min(converter.items) if isinstance(converter, AnyConverter) else FILLING[name]
