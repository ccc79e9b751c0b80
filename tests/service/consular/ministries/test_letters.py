"""Letters to ministries: numbered, answered once by whoever comes first, and every fault named by its field."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, update

from services.consular.applications.model import Application
from services.consular.ministries.model import Letter, LetterNumber
from shared.database.audit import event
from shared.database.db import Database
from shared.documents.model import Document
from shared.errors import Conflict
from shared.messaging.outbox import outbox
from tests.conftest import ELSEWHERE, HOME, officer
from tests.factories.applications import Counter
from tests.factories.ministries.letters import CONVICTION, answer, answered, consume, letters_of, partner, reply
from tests.factories.refusals import refuses

pytestmark = pytest.mark.clock

At = Callable[..., Counter]
RECORD = "criminal-record"


@pytest.fixture
def sent(counter: At) -> Counter:
    """A record asked for, paid and accepted: its letter is on the way."""
    return counter().until("with_authority", RECORD)


def test_an_accepted_application_writes_one_numbered_letter(sent: Counter, database: Callable[[str], Database]) -> None:
    (letter,) = letters_of(sent)
    assert letter["number"].startswith(f"{HOME}-CS-")
    assert (letter["authority"], letter["ask"], letter["finding"]) == ("criminal_security", "record", None)
    assert letter["reply_by"] > letter["sent_on"]
    with database("consular").scope(HOME) as session:
        said = session.scalars(select(outbox.c.type).where(outbox.c.about == sent.reference)).all()
        paper = session.get(Document, letter["code"])
        assert said == ["letter.sent"]
        assert paper is not None and (paper.kind, paper.number, paper.person) == (
            "ministry-letter",
            letter["number"],
            None,
        )
        # What the ministry needs and no more: no telephone, no address, no place of residence.
        assert set(paper.data["person"]) == {
            *("name", "father", "mother", "born", "birth_place", "entry", "national_number")
        }
        assert {one["question"] for one in paper.data["answers"]} == {"purpose", "destination_country"}


def test_a_reply_at_the_desk_decides_the_application(sent: Counter) -> None:
    (letter,) = letters_of(sent)
    done = answer(sent, letter["code"], reply("clear", sent.person.number))
    assert (done.status_code, done.get_json()["finding"]) == (200, "clear")
    shown = sent.read()
    assert (shown["status"], shown["document"]["owner"]) == ("ready", "consular")
    paper = sent.client.get(f"/documents/{shown['document']['code']}", sent.person.actor).get_json()
    assert (paper["kind"], paper["status"]) == ("criminal-record", "valid")
    assert paper["expires_on"] > paper["issued_on"]


def test_a_name_clash_returns_it_and_the_next_round_writes_another_letter(sent: Counter) -> None:
    (letter,) = letters_of(sent)
    assert answer(sent, letter["code"], reply("name_clash", sent.person.number)).status_code == 200
    shown = sent.read()
    assert (shown["status"], shown["timeline"][-1]["reason"]) == ("returned", "name_clash")
    assert sent.submit().status_code == 200 and sent.desk("accept").status_code == 200
    first, second = letters_of(sent)
    assert (first["round"], second["round"]) == (1, 2)
    late = answer(sent, second["code"], reply("convicted", sent.person.number, entries=[CONVICTION]))
    assert late.status_code == 200 and sent.read()["status"] == "ready"


def test_a_second_reply_changes_nothing(sent: Counter) -> None:
    (letter,) = letters_of(sent)
    answer(sent, letter["code"], reply("clear", sent.person.number))
    again = answer(sent, letter["code"], reply("convicted", sent.person.number, entries=[CONVICTION]))
    assert (again.status_code, again.get_json()["code"]) == (409, "letter_answered")
    assert sent.read()["status"] == "ready"


def test_the_same_request_twice_is_one_reply(sent: Counter) -> None:
    (letter,) = letters_of(sent)
    told = reply("clear", sent.person.number)
    first, second = (answer(sent, letter["code"], told, key="one-and-the-same") for _ in range(2))
    assert first.get_json() == second.get_json() and first.status_code == 200


def test_a_reply_about_somebody_else_is_refused(sent: Counter) -> None:
    (letter,) = letters_of(sent)
    wrong = answer(sent, letter["code"], reply("clear", "01020304050"))
    assert (wrong.status_code, wrong.get_json()["errors"]) == (422, {"national_number": "reply_of_another"})
    assert letters_of(sent)[0]["answered_at"] is None


def test_two_officers_who_answer_at_once_give_one_answer(sent: Counter) -> None:
    (letter,) = letters_of(sent)
    codes: list[int] = []

    def write_letter() -> None:
        codes.append(answer(sent, letter["code"], reply("clear", sent.person.number)).status_code)

    threads = [threading.Thread(target=write_letter) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(codes) == [200, 409]


def test_another_mission_knows_nothing_of_the_letter(sent: Counter) -> None:
    (letter,) = letters_of(sent)
    assert answer(sent, letter["code"], reply("clear", sent.person.number), mission=ELSEWHERE).status_code == 404
    assert sent.client.get(f"/desk/letters/{letter['code']}", officer(mission=ELSEWHERE)).status_code == 404
    assert sent.client.get(f"/letters/{letter['code']}", officer()).status_code == 403


@pytest.mark.parametrize(
    ("told", "errors"),
    [
        ({"finding": ""}, {"finding": "required"}),
        ({"finding": "innocent"}, {"finding": "unknown_choice"}),
        ({"number": " "}, {"number": "required"}),
        ({"number": "ر" * 61}, {"number": "too_long"}),
        ({"dated": "2026-02-30"}, {"dated": "not_a_date"}),
        ({"dated": "2999-01-01"}, {"dated": "in_the_future"}),
        ({"dated": "2019-01-01"}, {"dated": "before_the_letter"}),
        ({"national_number": "12345"}, {"national_number": "national_number"}),
        ({"finding": "convicted"}, {"entries": "entries_needed"}),
        ({"finding": "convicted", "entries": [{**CONVICTION, "court": ""}]}, {"entries-0-court": "required"}),
        ({"finding": "convicted", "entries": [{**CONVICTION, "on": "2999-01-01"}]}, {"entries-0-on": "in_the_future"}),
    ],
)
def test_what_is_wrong_with_a_reply_is_said_by_field(
    sent: Counter, told: dict[str, Any], errors: dict[str, str]
) -> None:
    (letter,) = letters_of(sent)
    wrong = answer(sent, letter["code"], {**reply("clear", sent.person.number), **told})
    assert (wrong.status_code, wrong.get_json()["errors"]) == (422, errors)
    assert sent.read()["status"] == "with_authority"


def test_letters_written_at_once_are_numbered_without_gaps(counter: At, database: Callable[[str], Database]) -> None:
    waiting = [counter(mission="CAI").until("in_review", RECORD) for _ in range(4)]
    threads = [threading.Thread(target=one.desk, args=("accept",)) for one in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with database("consular").scope("CAI") as session:
        numbers = session.scalars(select(Letter.number).order_by(Letter.number)).all()
        last = session.scalars(select(LetterNumber.last).where(LetterNumber.authority == "criminal_security")).one()
    assert [int(number[-4:]) for number in numbers] == list(range(1, last + 1)) and last == 4


def test_a_ministry_fetches_deposits_and_says_so_and_is_heard_once(
    sent: Counter, database: Callable[[str], Database]
) -> None:
    (letter,) = letters_of(sent)
    asked = partner(sent, "GET", f"/letters/{letter['code']}").get_json()
    assert asked["person"]["national_number"] == sent.person.number
    said = answered(sent.reference, letter["code"], "clear")
    with refuses("reply_not_deposited", Conflict):
        consume(database("consular"), said)
    told = reply("clear", sent.person.number)
    first, second = (partner(sent, "POST", f"/letters/{letter['code']}/reply", told).get_json() for _ in range(2))
    assert (first["new"], second["new"]) == (True, False)
    consume(database("consular"), said)
    consume(database("consular"), said)
    assert sent.read()["status"] == "ready"
    assert [step["code"] for step in sent.read()["timeline"]].count("granted") == 1


def test_a_ministry_that_comes_after_the_officer_is_kept_as_late(
    sent: Counter, database: Callable[[str], Database]
) -> None:
    (letter,) = letters_of(sent)
    partner(sent, "POST", f"/letters/{letter['code']}/reply", reply("name_clash", sent.person.number))
    answer(sent, letter["code"], reply("clear", sent.person.number))
    consume(database("consular"), answered(sent.reference, letter["code"], "name_clash"))
    assert sent.read()["status"] == "ready"
    shown = sent.client.get(f"/desk/letters/{letter['code']}", officer()).get_json()
    assert {(one["source"], one["state"]) for one in shown["replies"]} == {("desk", "applied"), ("partner", "late")}
    with database("consular").scope(HOME) as session:
        late = select(func.count()).where(event.c.about == sent.reference, event.c.action == "letter.answered_late")
        assert session.scalar(late) == 1


def test_what_contradicts_the_deposit_or_belongs_elsewhere_goes_before_people(
    sent: Counter, counter: At, database: Callable[[str], Database]
) -> None:
    (letter,) = letters_of(sent)
    other = counter().until("with_authority", RECORD)
    partner(sent, "POST", f"/letters/{letter['code']}/reply", reply("clear", sent.person.number))
    for said, code in (
        (answered(sent.reference, letter["code"], "convicted"), "reply_contradicts"),
        (answered(other.reference, letter["code"], "clear"), "about_another"),
        (answered(sent.reference, letter["code"], "clear", authority="traffic"), "about_another"),
    ):
        with refuses(code):
            consume(database("consular"), said)
    assert sent.read()["status"] == "with_authority"


def test_a_partner_deposits_nothing_about_somebody_else(sent: Counter) -> None:
    (letter,) = letters_of(sent)
    wrong = partner(sent, "POST", f"/letters/{letter['code']}/reply", reply("clear", "01020304050"))
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "reply_of_another")


def test_a_reply_to_a_file_that_was_closed_meanwhile_is_refused_at_the_desk_and_kept_from_the_bus(
    sent: Counter, database: Callable[[str], Database]
) -> None:
    (letter,) = letters_of(sent)
    partner(sent, "POST", f"/letters/{letter['code']}/reply", reply("clear", sent.person.number))
    with database("consular").scope(HOME) as session:
        session.execute(update(Application).where(Application.reference == sent.reference).values(status="withdrawn"))
    closed = answer(sent, letter["code"], reply("clear", sent.person.number))
    assert (closed.status_code, closed.get_json()["code"]) == (409, "letter_closed")
    consume(database("consular"), answered(sent.reference, letter["code"], "clear"))
    assert sent.read()["status"] == "withdrawn"


def test_who_takes_the_money_reads_no_letter(sent: Counter) -> None:
    (letter,) = letters_of(sent)
    answer(sent, letter["code"], reply("convicted", sent.person.number, entries=[CONVICTION]))
    cashier, clerk = officer("cashier"), officer("clerk")
    for path in ("/desk/letters", f"/desk/letters/{letter['code']}", "/desk/mandates"):
        assert sent.client.get(path, cashier).status_code == 403
        assert sent.client.get(path, clerk).status_code == 200
    case = sent.client.get(f"/desk/cases/{sent.reference}", cashier)
    assert (case.status_code, case.get_json()["letters"]) == (200, [])
    assert "convicted" not in case.text
    assert sent.read()["letters"][0]["finding"] == "convicted", "whose record it is reads it"
