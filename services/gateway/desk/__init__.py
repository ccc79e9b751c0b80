"""The mission's side of the gateway: pages for people who work in it all day."""

from flask import Blueprint, Flask

from services.gateway.desk.appointments import anomalies, appeals, calendar, day_sheet, priority
from services.gateway.desk.appointments.draws import draws
from services.gateway.desk.appointments.hall import gate, hall
from services.gateway.desk.cases import case, decisions, exceptions
from services.gateway.desk.cases.queue import queue
from services.gateway.desk.correspondence.inquiries import inquiries, write_in
from services.gateway.desk.correspondence.letters import letters
from services.gateway.desk.counter import counter, passports
from services.gateway.desk.mission.approvals import bookings, parameters, proposals
from services.gateway.desk.mission.booklets import booklets
from services.gateway.desk.mission.figures import figures
from services.gateway.desk.mission.parked import parked
from services.gateway.desk.money.bank import bank, books
from services.gateway.desk.money.ledger import ledger
from services.gateway.desk.money.prices import plot, rates, services, tariffs
from services.gateway.desk.money.refunds import refunds
from services.gateway.desk.money.tills import tills
from services.gateway.desk.people.identity import identity, mails, passport_checks, recovery, staff
from services.gateway.desk.people.mandates import mandates
from services.gateway.desk.people.registrar import registrar
from services.gateway.desk.wording import promise_name
from services.gateway.web.language import PREFIX
from shared.catalogue.promises import promise_key


def attach(app: Flask) -> None:
    """Adds the desk's pages; web/access/pages.py has the table of who may open which."""
    desk = Blueprint("desk", __name__, url_prefix=f"{PREFIX}/desk")
    desk.add_url_rule("", "queue", queue.show)
    desk.add_url_rule("/queue.csv", "queue_file", queue.export)
    desk.add_url_rule("/assignments", "assign_cases", queue.take_marked, methods=["POST"])
    desk.add_url_rule("/next", "next_case", queue.open_next, methods=["POST"])
    desk.add_url_rule("/cases/<reference>/assign", "assign_case", decisions.assign, methods=["POST"])
    desk.add_url_rule("/cases/<reference>", "case", case.show)
    desk.add_url_rule("/papers/<paper>", "paper", case.upload_content)
    desk.add_url_rule("/papers/<paper>/thumbnail", "paper_thumbnail", case.upload_thumbnail)
    desk.add_url_rule("/papers/<paper>/page", "paper_page", case.upload_page)
    desk.add_url_rule("/cases/<reference>/accept", "accept", decisions.accept, methods=["POST"])
    desk.add_url_rule("/cases/<reference>/return", "send_back", decisions.send_back, methods=["POST"])
    desk.add_url_rule("/cases/<reference>/refuse", "ask_refuse", decisions.ask_refuse)
    desk.add_url_rule("/cases/<reference>/refuse", "refuse", decisions.refuse, methods=["POST"])
    desk.add_url_rule("/counter", "counter", counter.show)
    desk.add_url_rule("/counter/<reference>/cash", "cash", counter.cash, methods=["POST"])
    desk.add_url_rule("/counter/<reference>/collect", "collect", counter.collect, methods=["POST"])
    desk.add_url_rule("/letters", "letters", letters.list_letters)
    desk.add_url_rule("/letters.csv", "letters_file", letters.export)
    desk.add_url_rule("/letters/<code>", "letter", letters.show)
    desk.add_url_rule("/letters/<code>/reply", "reply", letters.reply, methods=["POST"])
    desk.add_url_rule(
        "/cases/<reference>/payments/<payment>/give-back", "give_back", exceptions.refund_held_payment, methods=["POST"]
    )
    desk.add_url_rule("/cases/<reference>/clear", "clear", exceptions.clear, methods=["POST"])
    _attach_mandates(desk)
    _attach_passports(desk)
    _attach_money(desk)
    _attach_proposals(desk)
    _attach_appointments(desk)
    _attach_identity(desk)
    _attach_inquiries(desk)
    _attach_bank(desk)
    app.jinja_env.globals.update(drawn=plot.draw, promise_name=promise_name, promise_key=promise_key)
    app.register_blueprint(desk)
    app.register_blueprint(registrar.blueprint)


def _attach_bank(desk: Blueprint) -> None:
    desk.add_url_rule("/bank", "bank", bank.show)
    desk.add_url_rule("/bank.csv", "bank_file", bank.export)
    desk.add_url_rule("/bank/statements", "bank_import", bank.import_file, methods=["POST"])
    desk.add_url_rule("/bank/lines/<reference>", "bank_line", bank.line)
    desk.add_url_rule("/bank/lines/<reference>/<verb>", "bank_act", bank.act, methods=["POST"])
    desk.add_url_rule("/bank/decisions/<reference>", "bank_decide", bank.decide, methods=["POST"])
    desk.add_url_rule("/books", "books", books.show)
    desk.add_url_rule("/books/take", "books_take", books.take, methods=["POST"])


def _attach_mandates(desk: Blueprint) -> None:
    desk.add_url_rule("/cases/<reference>/duplicate", "duplicate", decisions.judge_duplicate, methods=["POST"])
    desk.add_url_rule("/mandates", "mandates", mandates.show)
    desk.add_url_rule("/mandates.csv", "mandates_file", mandates.export)
    desk.add_url_rule("/mandates/<reference>", "mandate", mandates.detail)
    desk.add_url_rule("/mandates/<reference>/scan", "mandate_scan", mandates.scan)
    desk.add_url_rule("/mandates/<reference>/scan/page", "mandate_scan_page", mandates.scan_page)
    desk.add_url_rule("/mandates/<reference>/accept", "mandate_accept", mandates.accept, methods=["POST"])
    desk.add_url_rule("/mandates/<reference>/refuse", "mandate_refuse", mandates.refuse, methods=["POST"])


def _attach_passports(desk: Blueprint) -> None:
    desk.add_url_rule("/counter/<reference>/difference", "difference", counter.difference, methods=["POST"])
    desk.add_url_rule("/cases/<reference>/approvals", "approve", passports.approve, methods=["POST"])
    desk.add_url_rule("/cases/<reference>/reprint", "reprint", decisions.reprint, methods=["POST"])
    desk.add_url_rule("/booklets", "booklets", booklets.show)
    desk.add_url_rule("/booklets", "receive_booklets", booklets.receive, methods=["POST"])
    desk.add_url_rule("/booklets/spoiled", "spoil_booklet", booklets.spoil, methods=["POST"])
    desk.add_url_rule("/passports", "passports", passports.check)
    desk.add_url_rule("/passports/<number>/surrender", "surrender", passports.surrender, methods=["POST"])


def _attach_money(desk: Blueprint) -> None:
    desk.add_url_rule("/ledger", "ledger", ledger.show)
    desk.add_url_rule("/ledger/export.<any(csv, beancount):form>", "ledger_file", ledger.export)
    desk.add_url_rule("/tills", "tills", tills.show)
    desk.add_url_rule("/tills", "open_till", tills.open_till, methods=["POST"])
    desk.add_url_rule("/tills/deposits", "deposit", tills.deposit, methods=["POST"])
    desk.add_url_rule("/tills/<reference>", "till", tills.day)
    desk.add_url_rule("/tills/<reference>/close", "close_till", tills.close_till, methods=["POST"])
    desk.add_url_rule("/refunds", "refunds", refunds.show)
    desk.add_url_rule("/refunds.csv", "refunds_file", refunds.export)
    desk.add_url_rule("/refunds/files", "write_refund_file", refunds.write_file, methods=["POST"])
    desk.add_url_rule("/refunds/files/<reference>.xml", "refund_file", refunds.download)
    desk.add_url_rule("/refunds/<reference>", "refund", refunds.detail)
    desk.add_url_rule(
        "/refunds/<reference>/<any(approve, decline):verb>", "approve_refund", refunds.act, methods=["POST"]
    )
    desk.add_url_rule(
        "/refunds/<reference>/<any(prepare, payout, confirm):verb>", "act_on_refund", refunds.act, methods=["POST"]
    )


def _attach_proposals(desk: Blueprint) -> None:
    desk.add_url_rule("/parked", "parked", parked.show)
    desk.add_url_rule("/parked.csv", "parked_file", parked.export)
    desk.add_url_rule("/parked/<int:number>", "parked_message", parked.detail)
    desk.add_url_rule("/parked/<int:number>/replay", "replay_message", parked.replay, methods=["POST"])
    desk.add_url_rule("/rates", "rates", rates.show)
    desk.add_url_rule("/tariffs", "tariffs", tariffs.show)
    desk.add_url_rule("/services", "services", services.show)
    desk.add_url_rule("/figures", "figures", figures.show)
    desk.add_url_rule("/figures.csv", "figures_file", figures.export)
    desk.add_url_rule("/parameters", "parameters", parameters.show)
    desk.add_url_rule("/proposals", "proposals", proposals.show)
    desk.add_url_rule("/proposals/new/<kind>", "ask_proposal", proposals.ask)
    desk.add_url_rule("/proposals/new/<kind>", "propose", proposals.propose, methods=["POST"])
    desk.add_url_rule("/proposals/<reference>", "decide_proposal", proposals.decide, methods=["POST"])
    desk.add_url_rule("/proposals/<reference>/undo", "undo_proposal", proposals.undo, methods=["POST"])
    desk.add_url_rule("/bookings", "bookings", bookings.show)
    desk.add_url_rule("/bookings/phases", "declare_phase", bookings.declare_phase, methods=["POST"])
    desk.add_url_rule("/bookings/imports", "upload_bookings", bookings.upload, methods=["POST"])
    desk.add_url_rule("/bookings/imports/<reference>", "booking_import", bookings.detail)
    desk.add_url_rule("/bookings/imports/<reference>", "decide_import", bookings.decide, methods=["POST"])
    desk.add_url_rule("/bookings/imports/<reference>/answers", "answer_import", bookings.answer, methods=["POST"])
    desk.add_url_rule("/bookings/imports/<reference>/faults.csv", "booking_faults", bookings.faults_file)


def _attach_appointments(desk: Blueprint) -> None:
    desk.add_url_rule("/turns", "turns", day_sheet.show)
    desk.add_url_rule("/turns.csv", "turns_file", day_sheet.export)
    desk.add_url_rule("/turns/<reference>/attend", "attend", day_sheet.attend, methods=["POST"])
    desk.add_url_rule("/turns/<reference>/miss", "miss", day_sheet.miss, methods=["POST"])
    desk.add_url_rule("/gate", "gate", gate.show)
    desk.add_url_rule("/gate", "admit", gate.admit, methods=["POST"])
    desk.add_url_rule("/hall", "hall", hall.show)
    desk.add_url_rule("/hall/call", "hall_call", hall.call, methods=["POST"])
    desk.add_url_rule(
        "/hall/<int:number>/<any(repeat, begin, park, miss, finish):verb>", "hall_act", hall.change, methods=["POST"]
    )
    desk.add_url_rule("/draws", "draws", draws.show)
    desk.add_url_rule("/draws", "announce_draw", draws.announce, methods=["POST"])
    desk.add_url_rule("/draws/<code>/urgency", "judge_urgency", draws.judge, methods=["POST"])
    desk.add_url_rule("/calendar", "calendar", calendar.show)
    desk.add_url_rule("/anomalies", "anomalies", anomalies.show)
    desk.add_url_rule("/appeals", "appeals", appeals.show)
    desk.add_url_rule("/appeals/<reference>", "decide_appeal", appeals.decide, methods=["POST"])
    desk.add_url_rule("/cases/<reference>/priority", "priority", priority.grant, methods=["POST"])


def _attach_inquiries(desk: Blueprint) -> None:
    desk.add_url_rule("/inquiries", "inquiries", inquiries.show)
    desk.add_url_rule("/inquiries.csv", "inquiries_file", inquiries.export)
    desk.add_url_rule("/inquiries/new", "ask_inquiry", write_in.ask)
    desk.add_url_rule("/inquiries/new", "write_inquiry", write_in.send, methods=["POST"])
    desk.add_url_rule("/inquiries/<reference>", "inquiry", inquiries.detail)
    desk.add_url_rule("/inquiries/<reference>/take", "take_inquiry", inquiries.take, methods=["POST"])
    desk.add_url_rule("/inquiries/<reference>/answer", "answer_inquiry", inquiries.answer, methods=["POST"])
    desk.add_url_rule("/inquiries/<reference>/files/<int:number>", "inquiry_file", inquiries.picture)


def _attach_identity(desk: Blueprint) -> None:
    desk.add_url_rule("/identity", "identity", identity.show)
    desk.add_url_rule("/mails", "mails", mails.show)
    desk.add_url_rule("/mails/<mail_id>", "mail", mails.act, methods=["POST"])
    desk.add_url_rule("/identity/code", "identity_code", identity.give_code, methods=["POST"])
    desk.add_url_rule("/identity/recovery", "recovery_code", recovery.give_code, methods=["POST"])
    desk.add_url_rule("/identity/accounts", "identity_account", identity.account, methods=["GET", "POST"])
    desk.add_url_rule(
        "/identity/accounts/<account_id>/freeze", "identity_freeze", identity.put_on_hold, methods=["POST"]
    )
    desk.add_url_rule("/identity/accounts/<account_id>/<kind>", "identity_propose", identity.propose, methods=["POST"])
    desk.add_url_rule("/identity/decisions/<reference>", "identity_decide", identity.decide, methods=["POST"])
    desk.add_url_rule("/identity/letters/<reference>", "identity_letter", identity.print_letter, methods=["POST"])
    desk.add_url_rule("/staff", "staff", staff.show)
    desk.add_url_rule("/staff/new/<kind>", "staff_propose", staff.propose, methods=["POST"])
    desk.add_url_rule("/staff/decisions/<reference>", "staff_decide", staff.decide, methods=["POST"])
    desk.add_url_rule("/identity/checks/<reference>", "identity_check", passport_checks.show)
    desk.add_url_rule("/identity/checks/<reference>", "identity_verdict", passport_checks.decide, methods=["POST"])
    desk.add_url_rule("/identity/checks/<reference>/<which>", "identity_picture", passport_checks.picture)
