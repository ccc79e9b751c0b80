"""Passports: what must be looked into first, what a lost number means everywhere, and who may have which."""

import uuid
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from deploy.demo.days import today
from services.consular.passports.model import LostPassport, Passport
from shared.catalogue import passports
from shared.catalogue.model import NOT_RECORDED
from shared.database.audit import event
from shared.database.db import Database
from shared.values.dates import add_years
from tests.conftest import ELSEWHERE, HOME, officer
from tests.factories.applications import Counter, Person
from tests.factories.approvals import Signing
from tests.factories.concurrency import together
from tests.factories.ministries.letters import answer, letters_of, reply

At = Callable[..., Counter]
Databases = Callable[[str], Database]
HEAD, OFFICER, CLERK = officer("head_of_mission"), officer("officer"), officer("clerk")
PASSPORTS = [entry.slug for entry in passports.TRANSACTIONS]


def approve(
    here: Counter, what: str, outcome: str = "approved", reason: str = "رأيته بنفسي", **more: object
) -> TestResponse:
    """An officer says what they found."""
    who = more.pop("who", HEAD)
    return here.desk("approvals", who, what=what, outcome=outcome, reason=reason, **more)  # type: ignore[arg-type]


def in_review(here: Counter, slug: str, **changed: object) -> Counter:
    """Filed with some answers changed, paid, and the applicant has come."""
    here.fill(slug)
    assert here.save(changed).status_code == 200
    assert here.submit().status_code == 200, here.submit().get_json()
    assert here.pay().status_code == 200
    assert here.come().status_code == 200
    return here


def wants(here: Counter) -> list[str]:
    """What the desk still has to look into."""
    case = here.client.get(f"/desk/cases/{here.reference}", HEAD).get_json()
    return [need["what"] for need in case["passport"]["needs"] if need["done"] is None]


def refused(answer_: TestResponse) -> tuple[int, str]:
    return answer_.status_code, str(answer_.get_json()["code"])


@pytest.mark.clock
def test_a_printed_passport_keeps_its_lines_and_issues_a_page(counter: At, database: Databases) -> None:
    here = counter().until("ready", "passport-first")
    shown = here.read()
    page = here.client.get(f"/documents/{shown['document']['code']}", here.person.actor).get_json()
    assert (page["kind"], page["status"], shown["document"]["owner"]) == ("passport-page", "valid", "consular")
    with database("consular").scope(HOME) as session:
        passport = session.scalars(select(Passport).where(Passport.application == here.reference)).one()
        assert passport.mrz is not None and passport.printed is not None
        first, second = passport.mrz.splitlines()
        assert first == "P<SYRALHUSSEIN<<RASHA".ljust(44, "<")
        assert second.startswith(passport.number[-9:]) and here.person.number in second
        assert passport.printed["given"] == "Rasha"


def test_a_reprint_revokes_the_first_page(counter: At) -> None:
    here = counter().until("ready", "passport-first-urgent")
    first = here.read()["document"]["code"]
    here.stock()
    assert here.desk("reprint", OFFICER, reason="misprint").status_code == 200
    assert here.read()["document"]["code"] == first
    assert refused(here.desk("reprint", HEAD, reason="damaged")) == (409, "already_proposed")
    Signing(here.client, HOME).override("reprint", here.reference)
    second = here.read()["document"]["code"]
    states = [here.client.get(f"/verify/{code}", HEAD).get_json()["status"] for code in (first, second)]
    assert states == ["revoked", "valid"]


@pytest.mark.parametrize("mission", [HOME, ELSEWHERE])
def test_a_first_passport_is_for_those_who_never_had_one(counter: At, mission: str) -> None:
    here = counter().until("collected")
    again = counter(person=here.person, mission=mission).start("passport-first")
    assert refused(again) == (422, "had_a_passport")


def test_who_had_a_passport_meanwhile_is_refused_at_submission(counter: At) -> None:
    first = counter()
    first.fill("passport-first")
    assert refused(first.submit([])) == (422, "statement_missing")
    with first.client.app.extensions["database"].scope(HOME) as session:
        session.add(Passport(mission=HOME, number=f"N{uuid.uuid4().int % 10**9:09}", application="x",
                             person=first.person.id, state="collected"))  # fmt: skip
    assert refused(first.submit()) == (422, "had_a_passport")


@pytest.mark.parametrize("mission", [HOME, ELSEWHERE])
@pytest.mark.parametrize("second", ["passport-lost", "passport-renewal-urgent"])
def test_one_open_file_for_a_passport_whatever_it_is_called(counter: At, second: str, mission: str) -> None:
    here = counter()
    assert here.start("passport-renewal").status_code == 201
    answer_ = counter(person=here.person, mission=mission).start(second)
    assert refused(answer_) == (409, "passport_already_open")
    assert answer_.get_json()["params"]["reference"] == here.reference


def test_a_passport_that_waits_to_be_collected_is_still_open(counter: At) -> None:
    here = counter().until("ready")
    assert refused(counter(person=here.person).start("passport-damaged")) == (409, "passport_already_open")


def test_of_two_files_begun_at_once_one_is_refused(counter: At) -> None:
    person = Person()
    asked = [partial(counter(person=person).start, slug) for slug in PASSPORTS[:4]]
    assert together(*asked) == [201, 409, 409, 409]


def test_another_spelling_is_confirmed_with_a_reason_before_it_is_printed(counter: At) -> None:
    here = in_review(counter(), "passport-renewal", latin_family_name="Alhusain")
    case = here.client.get(f"/desk/cases/{here.reference}", OFFICER).get_json()["passport"]
    assert case["mrz"][0].startswith("P<SYRALHUSAIN<<RASHA<")
    assert [(one["known"], one["source"]) for one in case["divergences"]] == [("Alhussein", "register")]
    assert refused(here.desk("accept", OFFICER)) == (422, "needs_name_spelling")
    assert approve(here, "name_spelling", who=CLERK).status_code == 403
    assert approve(here, "name_spelling", reason="  ").get_json()["errors"] == {"reason": "required"}
    assert approve(here, "name_spelling", reason="x" * 301).get_json()["errors"] == {"reason": "too_long"}
    assert approve(here, "name_spelling", "declined").get_json()["errors"] == {"outcome": "unknown_choice"}
    assert approve(here, "haircut").get_json()["errors"] == {"what": "unknown_choice"}
    assert refused(approve(here, "no_tampering")) == (409, "not_needed")
    assert [approve(here, "name_spelling", who=OFFICER, key="once").status_code for _ in range(2)] == [200, 200]
    assert refused(approve(here, "name_spelling")) == (409, "approved_before")
    assert here.desk("accept", OFFICER).status_code == 200


def test_a_name_that_the_register_has_not_is_confirmed_with_a_reason_before_it_is_printed(counter: At) -> None:
    parts = ("father", "family", "mother")
    none = dict.fromkeys(parts, "")
    person = Person(changes={"name": {"ar": {"given": "يتيم", **none}, "latin": {"given": "Rasha", **none}}})
    typed = {"latin_family_name": "Alassad", "latin_mother_name": "Hillary", "latin_father_name": NOT_RECORDED}
    here = in_review(counter(person=person), "passport-first", **typed)
    case = here.client.get(f"/desk/cases/{here.reference}", OFFICER).get_json()["passport"]
    assert [(one["question"], one["typed"], one["known"]) for one in case["divergences"]] == [
        ("latin_family_name", "Alassad", ""),
        ("latin_mother_name", "Hillary", ""),
    ]
    assert refused(here.desk("accept", OFFICER)) == (422, "needs_name_spelling")
    assert approve(here, "name_spelling").status_code == 200
    assert here.desk("accept", OFFICER).status_code == 200


def test_a_spelling_changed_after_it_was_confirmed_is_looked_at_again(counter: At) -> None:
    here = in_review(counter(), "passport-renewal", latin_family_name="Alhusain")
    approve(here, "name_spelling")
    here.desk("return", reason="answer_wrong")
    here.save({"latin_family_name": "Alhusein"})
    assert here.submit().status_code == 200
    assert wants(here) == ["name_spelling"]


def early(counter: At) -> Counter:
    told = {
        "renewal_reason": "early",
        "early_reason": "تأشيرة",
        "passport_expires_on": add_years(today(), 3).isoformat(),
    }
    return in_review(counter(), "passport-renewal", **told)


@pytest.mark.clock
def test_only_the_head_of_the_mission_lets_a_passport_be_renewed_early(counter: At) -> None:
    here = early(counter)
    assert refused(here.desk("accept", OFFICER)) == (422, "needs_early_renewal")
    assert approve(here, "early_renewal", who=OFFICER).status_code == 403
    assert approve(here, "early_renewal").status_code == 200
    assert refused(here.desk("accept", HEAD)) == (422, "own_verdict")
    assert here.desk("accept", OFFICER).status_code == 200


def test_an_early_renewal_that_was_declined_is_refused_and_paid_back(counter: At) -> None:
    here = early(counter)
    assert approve(here, "early_renewal", "declined").status_code == 200
    assert refused(here.desk("accept", OFFICER)) == (422, "needs_early_renewal")
    assert refused(approve(here, "early_renewal")) == (409, "approved_before")
    assert here.desk("refuse", OFFICER, reason="early_renewal_declined").status_code == 200
    assert [one["amount"] for one in here.read()["refunds"]] == [75_000]


def test_a_damaged_passport_is_handed_in_and_examined_first(counter: At) -> None:
    here = in_review(counter(), "passport-damaged")
    assert wants(here) == ["booklet_surrendered", "no_tampering"]
    assert approve(here, "booklet_surrendered", who=CLERK).status_code == 200
    assert approve(here, "no_tampering", who=CLERK).status_code == 403
    assert refused(here.desk("accept", OFFICER)) == (422, "needs_no_tampering")
    assert approve(here, "no_tampering", who=OFFICER).status_code == 200
    assert here.desk("accept", OFFICER).status_code == 200
    here.grant("passport-damaged")
    number = here.read()["answers"]["passport_number"]
    assert here.desk("collect", CLERK, national_number=here.person.number).status_code == 200
    found = here.client.get(f"/desk/passports/{number}", CLERK).get_json()
    assert (found["issued"]["state"], found["lost"]) == ("cancelled", None)


def test_signs_of_tampering_end_in_a_refusal_with_fee_and_fine_back(counter: At) -> None:
    here = in_review(counter(), "passport-damaged")
    approve(here, "booklet_surrendered")
    approve(here, "no_tampering", "declined")
    assert refused(here.desk("accept", OFFICER)) == (422, "needs_no_tampering")
    assert here.desk("refuse", OFFICER, reason="signs_of_tampering").status_code == 200
    assert [one["amount"] for one in here.read()["refunds"]] == [75_000 + 22_500]


@pytest.mark.clock
def test_a_lost_passport_waits_for_clearance_and_its_days_count_from_there(counter: At) -> None:
    here = counter().until("with_authority", "passport-lost")
    assert here.read()["due_on"] is None
    here.stock()
    here.decide("granted")
    assert here.read()["status"] == "with_authority"
    (letter,) = letters_of(here)
    assert answer(here, letter["code"], reply("cleared", here.person.number)).status_code == 200
    shown = here.read()
    assert shown["status"] == "ready" and shown["due_on"] is not None
    assert "cleared" in [line["code"] for line in shown["timeline"]]


def test_a_loss_that_is_not_cleared_is_refused_and_paid_back(counter: At) -> None:
    here = counter().until("with_authority", "passport-lost")
    (letter,) = letters_of(here)
    assert answer(here, letter["code"], reply("not_cleared", here.person.number)).status_code == 200
    shown = here.read()
    assert (shown["status"], [one["amount"] for one in shown["refunds"]]) == ("refused", [97_500])


def test_a_number_reported_lost_is_lost_at_every_mission_and_stays_so(counter: At, database: Databases) -> None:
    held = counter().until("collected", "passport-first")
    number, page = held.read()["collection"]["number"], held.read()["document"]["code"]
    here = counter(person=held.person)
    here.fill("passport-lost")
    here.save({"passport_number": number})
    assert here.submit().status_code == 200
    assert here.client.get(f"/verify/{page}", HEAD).get_json()["status"] == "revoked"
    elsewhere = officer("clerk", ELSEWHERE)
    found = here.client.get(f"/desk/passports/{number}", elsewhere).get_json()
    assert (found["issued"], found["lost"]["reported_at"]) == (None, HOME)
    here.ask_as_applicant("POST", "/withdraw", {"key": uuid.uuid4().hex})
    renewing = counter(person=held.person)
    renewing.fill("passport-renewal")
    renewing.save({"passport_number": number})
    assert renewing.submit().get_json()["errors"] == {"passport_number": "passport_reported_lost"}
    with database("consular").scope(HOME) as session:
        assert session.get_one(LostPassport, number).application == here.reference


def test_no_event_holds_the_number_of_a_passport(counter: At, database: Databases) -> None:
    here, number = counter(), f"N{uuid.uuid4().int % 10**9:09d}"
    here.fill("passport-lost")
    here.save({"passport_number": number})
    here.submit()
    assert here.client.get(f"/desk/passports/{number}", CLERK).status_code == 200
    assert here.client.post(f"/desk/passports/{number}/surrender", CLERK, {}).status_code == 200
    with database("consular").scope(HOME) as session:
        told = session.execute(select(event).where(event.c.action.startswith("passport.")).order_by(event.c.id)).all()
    done = [row.action for row in told if row.about == here.reference]
    assert done == ["passport.reported_lost", "passport.read", "passport.surrendered"]
    assert not [row for row in told if number in str(row)]


def test_a_found_passport_is_handed_in_once(counter: At) -> None:
    here = counter()
    here.fill("passport-lost")
    here.submit()
    path = f"/desk/passports/{here.read()['answers']['passport_number']}/surrender"
    assert here.client.post(path, officer("cashier"), {}).status_code == 403
    assert here.client.post(path, CLERK, {}).get_json()["lost"]["surrendered_at"] == HOME
    assert refused(here.client.post(path, CLERK, {})) == (409, "passport_surrendered_before")
    assert refused(here.client.post("/desk/passports/N999999999/surrender", CLERK, {})) == (
        404,
        "passport_not_reported",
    )
    assert here.client.get("/desk/passports/seven", CLERK).get_json()["errors"] == {"number": "passport_number"}


def test_a_collected_replacement_leaves_the_lost_one_lost(counter: At) -> None:
    here = counter().until("with_authority", "passport-lost")
    here.stock()
    here.decide("granted")
    (letter,) = letters_of(here)
    answer(here, letter["code"], reply("cleared", here.person.number))
    assert here.desk("collect", CLERK, national_number=here.person.number).status_code == 200
    found = here.client.get(f"/desk/passports/{here.read()['answers']['passport_number']}", CLERK).get_json()
    assert (found["issued"]["state"], found["lost"]["reported_at"]) == ("lost", HOME)


def test_a_mistyped_number_that_is_mended_was_never_lost(counter: At) -> None:
    here = in_review(counter(), "passport-lost")
    mistyped = here.read()["answers"]["passport_number"]
    assert here.desk("return", OFFICER, reason="answer_wrong").status_code == 200
    here.save({"passport_number": "N987650001"})
    assert here.submit().status_code == 200
    asked = {
        number: here.client.get(f"/desk/passports/{number}", HEAD).get_json() for number in (mistyped, "N987650001")
    }
    assert [bool(asked[number].get("lost")) for number in asked] == [False, True]


def test_nobody_reports_another_persons_passport(counter: At) -> None:
    number = counter().until("collected").read()["collection"]["number"]
    here = counter()
    here.fill("passport-lost")
    here.save({"passport_number": number})
    assert here.submit().get_json()["errors"] == {"passport_number": "passport_of_another"}


@pytest.mark.parametrize("second", [HOME, ELSEWHERE])
def test_a_number_somebody_reported_lost_is_theirs(counter: At, second: str) -> None:
    here = counter()
    here.fill("passport-lost")
    number = here.read()["answers"]["passport_number"]
    assert here.submit().status_code == 200
    other = counter(mission=second)
    other.fill("passport-lost")
    other.save({"passport_number": number})
    assert other.submit().get_json()["errors"] == {"passport_number": "passport_of_another"}
    here.ask_as_applicant("POST", "/withdraw", {"key": uuid.uuid4().hex})
    again = counter(mission=second, person=here.person)
    again.fill("passport-lost")
    again.save({"passport_number": number})
    assert again.submit().status_code == 200


@pytest.mark.clock
@pytest.mark.parametrize("slug", PASSPORTS)
def test_a_minor_without_a_guardian_is_not_eligible(counter: At, slug: str) -> None:
    here = counter(person=Person(changes={"born": "2015-03-01"}))
    here.fill(slug)
    answer_ = here.submit()
    assert refused(answer_) == (422, "not_eligible")
    assert answer_.get_json()["params"]["condition"] == "of_age_or_in_care"
