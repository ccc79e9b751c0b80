"""A stand-in for the outside beacon of draws: one value for each second, which is not there before that second."""

import time
from hashlib import sha256
from http import HTTPStatus

from flask import Blueprint, Response, abort

blueprint = Blueprint("beacon", __name__)


@blueprint.get("/beacon/<int:epoch>")
def value(epoch: int) -> Response:
    """The value of a second since 1970. Everybody can compute it beforehand: it is a specimen, and no beacon."""
    if epoch > time.time():
        abort(HTTPStatus.NOT_FOUND)
    return Response(f"specimen beacon {epoch}\n{sha256(str(epoch).encode()).hexdigest()}\n", mimetype="text/plain")
