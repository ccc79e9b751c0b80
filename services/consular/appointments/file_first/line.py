"""The line of complete files of a service: who stands where, and when their time may come."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.file_first.rules import Estimate, estimate
from services.consular.appointments.reserved.rules import LEAST_NOTICE, list_order
from services.consular.appointments.seats import openings
from services.consular.appointments.waiting_list.model import WAITING, WaitingEntry
from services.consular.missions import calendar


def line(session: Session, mission: str, service: str) -> list[WaitingEntry]:
    """Those who wait, in the order in which they are given a time."""
    waiting = select(WaitingEntry).where(
        WaitingEntry.mission == mission, WaitingEntry.service == service, WaitingEntry.state == WAITING
    )
    return sorted(session.scalars(waiting), key=lambda each: list_order(each.lost, each.joined_on, each.code))


def expected(session: Session, mission: str, service: str, position: int) -> Estimate | None:
    """When the file at this place of the line may expect its time; None where the mission gives none."""
    first = missions.today(session, mission) + LEAST_NOTICE
    found = openings.availability(session, mission, service, all_seats=True)
    days = [(day.day, day.remaining) for day in found.days if day.day >= first]
    rule = calendar.rule(session, mission, service)
    after = first + timedelta(days=rule.horizon_days)
    week = openings.seats_of_week(openings.hours_of(session, mission, service), after)
    return estimate(days, min(week, 7 * rule.daily_quota), position)
