"""The terms of a proposal in words, as both people read them."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from markupsafe import Markup

from services.gateway.desk.wording import promise_name
from services.gateway.web.language import chosen
from services.gateway.web.presentation import date, has_text, money, t, weekday_name
from shared.catalogue.bulk_actions import EVERY

# As the terms are read aloud; references of phases and closures say nothing to anybody.
ORDER = (
    *("transaction", "standing", "valid_from", "decree", "decreed_on", "transactions", "ends_from", "ends_to", "days"),
    *("photo_transaction", "photo_count", "photo_width", "photo_height", "promise_for", "promise_days"),
    *("address_ar", "address_en", "takes"),
    *("tariff_fee", "tariff_amount", "tariff_currency", "certainty", "waiver_reference", "waiver_reason"),
    *("void_payment", "void_reason"),
    *("case_reference", "priority_kind", "officer_name", "override_reason", "spoil_reason"),
    *("till_reference", "till_expected", "till_counted"),
    *("message_number", "discard_reason"),
    *("law_source", "window_to", "document_code", "revocation_reason"),
    *("rate_base", "rate_value", "rate_quote", "rate_on", "rate_days", "rate_published", "band_reason"),
    *("first_day", "last_day", "title_ar", "title_en", "closes"),
    *("service", "window", "weekdays", "reception", "opens", "closes_at", "slot_minutes", "seats"),
    *("rest_days", "half_days", "horizon_days", "daily_quota", "urgent_quota", "per_month"),
    *("hold_minutes", "free_hours", "arrive_minutes", "affected"),
    *("account_currency", "iban", "bic", "account_holder", "bank_name", "account_source"),
)
DAYS = frozenset({"decreed_on", "ends_from", "ends_to", "valid_from", "window_to", "first_day", "last_day", "rate_on"})
WEEKDAYS = frozenset({"weekdays", "rest_days", "half_days"})


def terms(params: Mapping[str, Any]) -> list[tuple[Markup, object]]:
    """The terms in words, as rows of label and value."""
    given = {"officer_name": params.get("officer_ar" if chosen().code == "ar" else "officer_en"), **params}
    known = [name for name in ORDER if given.get(name) not in (None, "")]
    return [(t(f"field.{name}.label"), _value(name, given[name])) for name in known]


def _value(name: str, value: Any) -> object:
    if name in DAYS:
        return date(str(value))
    if name in ("transaction", "transactions"):
        slugs = [value] if isinstance(value, str) else list(value)
        return Markup(" · ").join(t(f"transaction.{slug}.title") for slug in slugs) or t("desk.proposals.all")
    if name == "photo_transaction":
        return t("desk.photos.every") if value == EVERY else t(f"transaction.{value}.title")
    if name == "promise_for":
        return promise_name(str(value))
    if name == "tariff_fee":
        return fee_name(str(value))
    if name == "takes":
        return t("list.comma").join(value)
    if name in WEEKDAYS:
        return Markup(" · ").join(weekday_name((day + 1) % 7) for day in value) or t("desk.proposals.no_day")
    if name == "service":
        return t(f"turn.service.{value}")
    if name == "priority_kind":
        return t(f"desk.priority.kind.{value}")
    if name in ("till_expected", "till_counted"):
        return money(value)
    if name == "till_reference":
        return Markup('<a class="code" href="{}">{}</a>').format(url_for("desk.till", reference=value), value)
    if name == "case_reference":
        return Markup('<a class="code" href="{}">{}</a>').format(url_for("desk.case", reference=value), value)
    choice = f"field.{name}.choice.{value}"
    return t(choice) if has_text(choice) else value


def fee_name(fee: str) -> Markup:
    """A line of a transaction in words."""
    slug, _, line = fee.partition(":")
    return Markup("{} · {}").format(t(f"transaction.{slug}.title"), t(f"fee.{line}"))
