"""How applications are asked for over HTTP: by applicants, by the desk, by payers, by the public."""

from services.consular.applications.api import desk, mine, money, public

BLUEPRINTS = (mine.blueprint, desk.blueprint, money.blueprint, public.blueprint)
