"""How applications are asked for over HTTP: by applicants, by the desk, by payers, by the public."""

from services.consular.applications.api import (
    claims,
    desk,
    exceptions,
    letters,
    mandate_desk,
    mandates,
    mine,
    money,
    passports,
    proposals,
    public,
    stock,
    turns,
)

BLUEPRINTS = (
    mine.blueprint,
    mandates.blueprint,
    desk.blueprint,
    mandate_desk.blueprint,
    money.blueprint,
    exceptions.blueprint,
    passports.blueprint,
    public.blueprint,
    stock.blueprint,
    letters.blueprint,
    turns.blueprint,
    proposals.blueprint,
    claims.blueprint,
)
