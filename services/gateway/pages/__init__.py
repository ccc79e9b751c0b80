"""The pages of expatriates and of the public, a folder per subject."""

from flask import Flask

from services.gateway.pages import site_files
from services.gateway.pages.account import account, kept, notices
from services.gateway.pages.account.contact import channels, contact
from services.gateway.pages.account.factors import factors
from services.gateway.pages.account.identity import identity, passport_check, vouching
from services.gateway.pages.account.recovery import recovery
from services.gateway.pages.account.sign_in import passkey, proof, second_step, sign_in
from services.gateway.pages.account.sign_up import invitation, sign_up
from services.gateway.pages.applications import applications, pending_proof, track
from services.gateway.pages.apply import behalf, draft, fix
from services.gateway.pages.apply.claim import bookings
from services.gateway.pages.apply.uploads import parts, uploads
from services.gateway.pages.appointments import appointments, challenges, chances
from services.gateway.pages.appointments.draws import draws
from services.gateway.pages.appointments.seats import seats
from services.gateway.pages.documents import download, verify
from services.gateway.pages.hall import screen
from services.gateway.pages.help import help as help_pages
from services.gateway.pages.inquiries import contest, inquiries, write
from services.gateway.pages.mandates import mandates
from services.gateway.pages.payments import owed_back, pay, transfer, upgrade
from services.gateway.pages.payments.by_link import payer_link
from services.gateway.pages.payments.card import webhook
from services.gateway.pages.services import about, home, rulebook, service
from services.gateway.web.language import PREFIX

IN_A_LANGUAGE = (
    home,
    service,
    rulebook,
    about,
    help_pages,
    site_files,
    sign_in,
    second_step,
    passkey,
    recovery,
    proof,
    factors,
    sign_up,
    invitation,
    contact,
    channels,
    identity,
    passport_check,
    vouching,
    kept,
    account,
    mandates,
    draft,
    behalf,
    uploads,
    parts,
    fix,
    pay,
    payer_link,
    transfer,
    upgrade,
    applications,
    pending_proof,
    notices,
    bookings,
    download,
    track,
    appointments,
    seats,
    draws,
    owed_back,
    screen,
    chances,
    challenges,
    inquiries,
    write,
    contest,
    verify,
)


def attach(app: Flask) -> None:
    """Registers every page under its language; addresses for machines and printed codes have none."""
    for page in IN_A_LANGUAGE:
        app.register_blueprint(page.blueprint, url_prefix=PREFIX)
    app.register_blueprint(kept.session_blueprint, url_prefix=PREFIX)
    app.register_blueprint(webhook.blueprint)
    app.register_blueprint(site_files.machine_blueprint)
    app.add_url_rule("/openings", "openings", appointments.openings)
    app.add_url_rule("/draws", "draws_data", draws.data)
    app.add_url_rule("/draws/<code>", "draw_data", draws.detail_data)
    app.add_url_rule("/draws/<code>/<name>", "draw_file", draws.file)
    app.add_url_rule("/verify/<code>", "printed", verify.printed)
