"""The pages of expatriates and of the public, one file for each thing people come to do."""

from flask import Flask

from services.gateway.language import PREFIX
from services.gateway.pages import (
    about,
    account,
    applications,
    apply,
    behalf,
    bookings,
    documents,
    home,
    identity,
    invitation,
    mandates,
    notices,
    papers,
    pay,
    provider,
    rulebook,
    services,
    sign_in,
    sign_up,
    track,
    turns,
    upgrade,
    verify,
)

IN_A_LANGUAGE = (
    home,
    services,
    rulebook,
    about,
    sign_in,
    sign_up,
    invitation,
    identity,
    account,
    mandates,
    apply,
    behalf,
    papers,
    pay,
    upgrade,
    applications,
    notices,
    bookings,
    documents,
    track,
    turns,
    verify,
)


def attach(app: Flask) -> None:
    """Puts every page under its language; what machines and printed codes address has none."""
    for page in IN_A_LANGUAGE:
        app.register_blueprint(page.blueprint, url_prefix=PREFIX)
    app.register_blueprint(provider.blueprint)
    app.add_url_rule("/openings", "openings", turns.openings)
    app.add_url_rule("/verify/<code>", "printed", verify.printed)
