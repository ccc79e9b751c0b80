"""What browsers and robots ask of a site beside its pages."""

from datetime import timedelta

from flask import Blueprint, Response, jsonify, redirect, url_for
from werkzeug.wrappers import Response as Answer

from services.gateway.web.current import settings
from services.gateway.web.days import now
from services.gateway.web.http.assets import address, send
from services.gateway.web.language import chosen, preferred
from shared.fragments import LANGUAGES

# Of the tokens: paper and green.
PAPER, GREEN = "#f9f5ec", "#25543a"
CONTACT_DAYS = 180
# Nothing there is of use to whoever searches.
PRIVATE = ("desk", "account", "applications", "apply", "identity", "mandates", "notices", "pay", "sign-in", "track")
blueprint = Blueprint("site_files", __name__)
machine_blueprint = Blueprint("machine_files", __name__)


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """What a phone needs to put the platform among its applications, in the language of its page."""
    language, home = chosen(), url_for("home.show")
    icons = [
        {"src": address(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}
        for size in (192, 512)
    ]
    answer = jsonify(
        name=language.text("layout.name"),
        short_name=language.text("layout.name"),
        description=language.text("home.lead"),
        lang=language.code,
        dir=language.direction,
        id=home,
        start_url=home,
        scope="/",
        display="standalone",
        background_color=PAPER,
        theme_color=GREEN,
        icons=icons,
    )
    answer.mimetype = "application/manifest+json"
    return answer


@machine_blueprint.get("/favicon.ico")
def favicon() -> Response:
    """For browsers that ask for it by this name, whatever a page says."""
    return send("favicon.ico")


@machine_blueprint.get("/robots.txt")
def robots() -> Response:
    """What search engines leave out."""
    left_out = [f"Disallow: /{code}/{first}" for code in LANGUAGES for first in PRIVATE]
    return _text(["User-agent: *", *left_out, "Disallow: /verify/"])


@machine_blueprint.get("/.well-known/security.txt")
def security_contact() -> Response:
    """Where a fault of security is reported (RFC 9116)."""
    site = settings().public_url.rstrip("/")
    expires = (now() + timedelta(days=CONTACT_DAYS)).strftime("%Y-%m-%dT00:00:00Z")
    help_pages = [f"{site}{url_for('help.show', lang=code)}#security" for code in LANGUAGES]
    contacts = [f"Contact: {page}" for page in help_pages]
    languages = ", ".join(LANGUAGES)
    canonical = f"{site}{url_for('machine_files.security_contact')}"
    return _text([*contacts, f"Expires: {expires}", f"Preferred-Languages: {languages}", f"Canonical: {canonical}"])


@machine_blueprint.get("/.well-known/change-password")
def change_password() -> Answer:
    """Where password managers lead their owner."""
    return redirect(f"{url_for('account.show', lang=preferred())}#password", 302)


def _text(lines: list[str]) -> Response:
    return Response("\n".join([*lines, ""]), mimetype="text/plain")
