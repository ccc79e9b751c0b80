"""What the clock does with seats: draws, lines up files, serves the list, holds what was given, asks who comes."""

from services.consular.appointments.lottery.beacon import read_beacon
from services.consular.appointments.lottery.close import close_due
from services.consular.appointments.lottery.conduct import due_beacons
from services.consular.missions import each_mission
from services.consular.workflow.seats.confirmations import ask_and_free
from services.consular.workflow.seats.draws import conduct_draw
from services.consular.workflow.seats.files import line_up
from services.consular.workflow.seats.offers import hold_offered, to_hold
from services.consular.workflow.seats.waiting import serve_list
from shared.database.db import Database
from shared.identity.actor import Actor


def give_seats(database: Database, actor: Actor) -> None:
    """Does all that is due at every mission. A draw whose beacon is late waits for the next run."""
    for worker, today in each_mission(database, actor):
        with database.scope(worker.mission) as session:
            close_due(session, worker)
            beacons = due_beacons(session)
        # The beacon is asked for between two transactions.
        for code, address in beacons.items():
            beacon = read_beacon(address)
            if beacon is not None:
                with database.scope(worker.mission) as session:
                    conduct_draw(session, worker, code, beacon)
        with database.scope(worker.mission) as session:
            ask_and_free(session, worker, today)
            line_up(session, worker, today)
            serve_list(session, worker, today)
            given = to_hold(session)
        for reference in given:
            with database.scope(worker.mission) as session:
                hold_offered(session, worker, reference)
