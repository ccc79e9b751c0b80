"""Signs of trade with seats: each leads to its files."""

from flask import render_template

from services.gateway.web.current import actor, consular


def show() -> str:
    """Those of the last fortnight at the officer's mission."""
    return render_template("desk/appointments/anomalies.html", anomalies=consular().appointments.anomalies(actor()))
