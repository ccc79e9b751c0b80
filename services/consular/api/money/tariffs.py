"""Exchange rates and tariffs for the desk over HTTP; changes of them are proposals with two signatures."""

from typing import Any

from flask import Blueprint

from services.consular import missions
from services.consular.api.request import day_argument
from services.consular.payments.rates.overview import overview
from services.consular.payments.tariffs.overview import tariffs_on
from shared.web.service import allowed, current_actor, transaction

blueprint = Blueprint("tariffs", __name__, url_prefix="/desk")


@blueprint.get("/rates")
@allowed("rate.list")
def list_rates() -> dict[str, Any]:
    """The rates of the actor's mission today."""
    with transaction() as session:
        mission = missions.find(session, current_actor().mission)
        return overview(session, mission.code, mission.currency, missions.today(session, mission.code))


@blueprint.get("/tariffs")
@allowed("rate.list")
def list_tariffs() -> dict[str, Any]:
    """What applied at the actor's mission on the day `on`, by default today; and what is declared for later."""
    with transaction() as session:
        mission = missions.find(session, current_actor().mission)
        today = missions.today(session, mission.code)
        return tariffs_on(session, mission, day_argument("on") or today, today)
