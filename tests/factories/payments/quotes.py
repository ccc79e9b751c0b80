"""Older quotes for orders that exist: quotes themselves are never changed."""

from sqlalchemy import select, text, update

from services.consular.payments.orders.model import Order
from shared.database.db import Database

NEW_QUOTE = text(
    "INSERT INTO quote (id, mission, application, transaction, amount, currency, made_at, expires_at) "
    "SELECT gen_random_uuid(), mission, application, transaction, amount, currency, made_at - interval '10 days', "
    "now() - make_interval(days => :days) FROM quote WHERE id = :old RETURNING id"
)
NEW_LINES = text(
    "INSERT INTO quote_line (quote, place, mission, line, beneficiary, tariff_amount, tariff_currency, amount, "
    "currency, source, certainty, rate, rate_source, rate_on) SELECT :new, place, mission, line, beneficiary, "
    "tariff_amount, tariff_currency, amount, currency, source, certainty, rate, rate_source, rate_on "
    "FROM quote_line WHERE quote = :old"
)


def expire_quote(database: Database, application: str, days: int) -> None:
    """Gives the order of an application a quote that ran out so many days ago."""
    with database.scope(application[:3]) as session:
        old = session.scalar(select(Order.quote_id).where(Order.application == application))
        new = session.scalar(NEW_QUOTE, {"old": old, "days": days})
        session.execute(NEW_LINES, {"old": old, "new": new})
        session.execute(update(Order).where(Order.application == application).values(quote_id=new))
