"""Challenges that a device solves before a costly step; the form works without one, a few times a day."""

from flask import Blueprint, Response, jsonify

from services.gateway.accounts import challenges
from services.gateway.web.access.costly_steps import counted_person
from services.gateway.web.current import accounts, settings, visitor

blueprint = Blueprint("challenges", __name__)


@blueprint.get(f"/challenges/<any({','.join(challenges.ACTIONS)}):action>")
def show(action: str) -> Response:
    """A challenge for one action of whoever asks."""
    with accounts().scope(None) as session:
        return jsonify(challenges.new_challenge(session, settings().secret, action, counted_person(visitor())))
