"""Missions as people look for them: by country and name in the alphabet of the page, one's own first."""

from babel import Locale
from flask import Flask

from services.gateway.clients.consular.mission.offers import Mission
from services.gateway.web.current import visitor_or_none
from services.gateway.web.days import missions
from services.gateway.web.language import chosen
from services.gateway.web.presentation import mission_name
from shared.values.names import fold, matches_search

# Folded; the alphabet leaves it out.
ARTICLE = "ال"
# Regions and test codes that CLDR lists among the countries.
NO_COUNTRY = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"})
Groups = list[tuple[str, list[Mission]]]


def country_name(code: str) -> str:
    """The country in the page's language."""
    return str(Locale(chosen().code).territories.get(code, code))


def countries() -> list[str]:
    """Every country by its name, in the alphabet of the page. What CLDR numbers are parts of the world."""
    names = Locale(chosen().code).territories
    return sorted((name for code, name in names.items() if len(code) == 2 and code not in NO_COUNTRY), key=order)


def order(name: str) -> str:
    """By what a name is sorted: spelling habits and the article do not matter."""
    return fold(name).removeprefix(ARTICLE)


def groups(typed: str = "") -> Groups:
    """The missions whose name or country begins with what was typed, by country."""
    visitor = visitor_or_none()
    own = visitor.mission if visitor else ""
    by_country: dict[str, list[Mission]] = {}
    for mission in sorted(missions(), key=lambda one: (one["code"] != own, order(mission_name(one["code"])))):
        country = country_name(mission["country"])
        if not typed or matches_search(typed, [mission["name_ar"], mission["name_en"], *_country_names(mission)]):
            by_country.setdefault(country, []).append(mission)
    return sorted(by_country.items(), key=lambda group: (group[1][0]["code"] != own, order(group[0])))


def _country_names(mission: Mission) -> list[str]:
    return [str(Locale(code).territories.get(mission["country"], "")) for code in ("ar", "en")]


def init_lists(app: Flask) -> None:
    """Gives the lists to templates."""
    app.jinja_env.globals.update(mission_groups=groups, countries=countries)
