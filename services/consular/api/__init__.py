"""The HTTP interface of applications: for applicants, the desk, payers and the public."""

from services.consular.api import (
    applications,
    appointments,
    approvals,
    booking_claims,
    desk,
    draws,
    exceptions,
    identity_checks,
    letters,
    mandate_desk,
    mandates,
    passports,
    payments,
    public,
    stock,
    uploads,
)

BLUEPRINTS = (
    applications.blueprint,
    uploads.blueprint,
    identity_checks.blueprint,
    mandates.blueprint,
    desk.blueprint,
    mandate_desk.blueprint,
    payments.blueprint,
    exceptions.blueprint,
    passports.blueprint,
    public.blueprint,
    stock.blueprint,
    letters.blueprint,
    appointments.blueprint,
    draws.blueprint,
    approvals.blueprint,
    booking_claims.blueprint,
)
