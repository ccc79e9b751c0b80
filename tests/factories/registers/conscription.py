"""What consular would say to conscription, what conscription answered, and men it has never heard of before."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from deploy.demo import days
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.conscription.handlers import HANDLERS
from shared.database import pending
from shared.messaging.messages import Envelope
from shared.messaging.outbox import outbox
from shared.values import references
from shared.values.dates import STATE_ZONE
from tests.conftest import HOME
from tests.factories.messages.envelopes import envelope

OFFICER = {"kind": "officer", "id": "o", "role": "officer"}


def heard(type: str, person: str, application: str = "", **body: object) -> Envelope:
    """An envelope of consular's, about a new application unless one is named."""
    about = application or references.new(HOME, 10)
    head = {"application": about, "transaction": "cash-allowance", "authority": "conscription", "person": person}
    return envelope(type, "consular", about, {**head, **body}, actor=OFFICER)


def forward(session: Session, person: str, transaction: str = "cash-allowance", **asked: object) -> Envelope:
    """Lets conscription hear of an application, and gives what it heard."""
    body: dict[str, Any] = {"ask": "assess", "options": {}, "transaction": transaction, **asked}
    envelope = heard("application.forwarded", person, **body)
    HANDLERS["application.forwarded"](session, envelope)
    session.flush()
    return envelope


def settle(session: Session, person: str, application: str, transaction: str = "cash-allowance") -> None:
    """Lets conscription hear that its fee is paid."""
    paid = {"payment": "RUH-PAYMT-2", "amount": 2625000, "currency": "SAR", "transaction": transaction}
    HANDLERS["fee.settled"](session, heard("fee.settled", person, application, **paid))
    session.flush()


def enlist(cluster: Postgres, abroad_for: timedelta, born: str | None = None) -> str:
    """A man of thirty whom the directorate knows, abroad for so long until today; `born` is a year alone."""
    person, today = str(uuid4()), days.today(STATE_ZONE)
    number = f"01{uuid4().int % 10**9:09d}"
    names = ("زيد", "سليم", "نموذج", "هدى مثال", "Zayd", "Salim", "Namouzaj")
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute(
            "INSERT INTO conscription.service_record SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, code, 'test', %s,"
            " 'liable', false, %s FROM conscription.recruitment_branch LIMIT 1",
            [person, number, *names, today - timedelta(days=30 * 366), today.year - 30, today],
        )
        if born:
            connection.execute(
                "UPDATE conscription.service_record SET born = %s, born_precision = 'year' WHERE person = %s",
                [f"{born}-01-01", person],
            )
        connection.execute(
            "INSERT INTO conscription.residence_abroad (person, from_on, country) VALUES (%s, %s, 'SA')",
            [person, today - abroad_for],
        )
    return person


def decisions(session: Session, application: str) -> list[dict[str, Any]]:
    """Everything conscription answered about an application, in order."""
    pending.write(session)
    rows = session.execute(select(outbox).where(outbox.c.about == application).order_by(outbox.c.sequence))
    return [row.content["body"] for row in rows]
