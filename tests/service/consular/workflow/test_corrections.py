"""What an officer marks, and nothing else, is put right: each with its reason, compared with what stood before."""

from collections.abc import Callable, Mapping

import pytest
from sqlalchemy import text

from services.consular.uploads import retention
from shared.identity.actor import service
from tests.conftest import HOME
from tests.factories.applications import Counter
from tests.factories.uploads import image, pdf

At = Callable[..., Counter]
PHOTO = {"kind": "paper", "name": "photo", "reason": "photo_unsuitable", "note": "الخلفية ملونة"}
REASON = {"kind": "answer", "name": "delivery_address", "reason": "answer_wrong", "note": ""}


@pytest.fixture
def here(counter: At) -> Counter:
    """A renewal that an officer reviews."""
    return counter().until("in_review")


def marked(here: Counter, *items: Mapping[str, str]) -> None:
    """Returns it with these marks."""
    answer = here.desk("return", items=list(items), note="شكرًا")
    assert answer.status_code == 200, answer.get_json()


def answer_name(here: Counter) -> str:
    """A question of the transaction that is answered in free Latin letters."""
    return next(str(name) for name in here.read()["answers"] if name.startswith("latin_given"))


def test_marks_are_read_with_reason_words_and_what_stood_there(here: Counter) -> None:
    name = answer_name(here)
    marked(here, PHOTO, {"kind": "answer", "name": name, "reason": "answer_wrong", "note": ""})
    shown = here.read()
    assert (shown["status"], shown["timeline"][-1]["reason"]) == ("returned", "marked")
    answer, paper = sorted(shown["corrections"], key=lambda one: one["kind"])
    assert (paper["reason"], paper["note"], paper["open"], paper["changed"]) == (
        *("photo_unsuitable", "الخلفية ملونة", True, False),
    )
    assert [one["id"] for one in paper["before"]] == [one["id"] for one in shown["papers"] if one["name"] == "photo"]
    assert answer["before"] == {name: shown["answers"][name]}


def test_nothing_else_may_be_changed(here: Counter) -> None:
    name = answer_name(here)
    marked(here, PHOTO)
    assert here.save({name: "Other"}).get_json()["errors"] == {name: "not_marked"}
    other = next(one for one in here.read()["papers"] if one["name"] != "photo")
    assert here.upload(other["name"]).get_json()["errors"] == {other["name"]: "not_marked"}
    assert here.ask_as_applicant("DELETE", f"/papers/{other['id']}").status_code == 422


def test_sending_again_with_nothing_changed_says_so_of_each_mark(here: Counter) -> None:
    name = answer_name(here)
    marked(here, PHOTO, {"kind": "answer", "name": name, "reason": "answer_wrong", "note": ""})
    refused = here.submit()
    assert refused.status_code == 422
    assert refused.get_json()["errors"] == {"photo": "paper_unchanged", name: "answer_unchanged"}
    assert here.upload("photo").status_code == 201
    assert here.submit().get_json()["errors"]["photo"] == "paper_unchanged", "the same bytes are no other photo"
    assert here.read()["status"] == "returned"


def test_a_new_file_stands_in_the_place_of_the_marked_one_and_both_are_compared(here: Counter) -> None:
    marked(here, PHOTO)
    before = here.read()["corrections"][0]["before"]
    assert here.upload("photo", image("JPEG", (70, 50)), filename="new.jpg").status_code == 201
    assert here.submit().get_json()["status"] == "in_review"
    shown = here.read()
    now = [one for one in shown["papers"] if one["name"] == "photo"]
    assert [one["filename"] for one in now] == ["new.jpg"]
    mark = shown["corrections"][0]
    assert (mark["open"], mark["changed"], mark["before"]) == (False, True, before)
    assert here.ask_as_officer(f"/papers/{before[0]['id']}").status_code == 200


@pytest.mark.parametrize("reason", ["paper_incomplete", "paper_missing"])
def test_what_was_missing_is_added_to_what_is_there(here: Counter, reason: str) -> None:
    marked(here, {**PHOTO, "reason": reason})
    here.upload("photo", pdf(2))
    assert sum(one["name"] == "photo" for one in here.read()["papers"]) == 2


def test_compared_files_are_kept_until_the_end(here: Counter) -> None:
    marked(here, PHOTO)
    before = here.read()["corrections"][0]["before"][0]["id"]
    here.upload("photo", pdf(2))
    database = here.client.app.extensions["database"]
    with database.scope(HOME) as session:
        session.execute(
            text("UPDATE paper SET removed_at = removed_at - interval '3 days' WHERE removed_at IS NOT NULL")
        )
    with database.scope(HOME) as session:
        retention.end_due(session, service("consular", HOME))
    assert here.ask_as_officer(f"/papers/{before}").status_code == 200
    here.ask_as_applicant("POST", "/withdraw", {"key": "w"})
    with database.scope(HOME) as session:
        assert retention.end_due(session, service("consular", HOME)) == 1
    assert here.ask_as_officer(f"/papers/{before}").status_code == 404


def test_a_second_return_has_marks_of_its_own(here: Counter) -> None:
    name = answer_name(here)
    marked(here, PHOTO)
    here.upload("photo", pdf(2))
    here.submit()
    marked(here, {"kind": "answer", "name": name, "reason": "answer_wrong", "note": ""})
    assert [one["name"] for one in here.read()["corrections"]] == [name]
    assert here.upload("photo").status_code == 422
    assert here.save({name: "Other"}).status_code == 200
    assert here.submit().get_json()["status"] == "in_review"


@pytest.mark.parametrize(
    ("items", "field"),
    [
        ([{**PHOTO, "name": "moon"}], "paper-moon"),
        ([{**PHOTO, "reason": "answer_wrong"}], "paper-photo"),
        ([{**PHOTO, "reason": "because"}], "paper-photo"),
        ([PHOTO, PHOTO], "items"),
        ([{**REASON, "name": "photo"}], "answer-photo"),
    ],
)
def test_marks_that_fit_nothing(here: Counter, items: list[dict[str, str]], field: str) -> None:
    refused = here.desk("return", items=items)
    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, [field])
    assert here.read()["status"] == "in_review"


@pytest.mark.parametrize("change", [{"kind": "moon"}, {"name": ""}, {"note": "x" * 501}, {"reason": None}])
def test_malformed_marks(here: Counter, change: dict[str, object]) -> None:
    assert here.desk("return", items=[{**PHOTO, **change}]).status_code == 422
    assert here.read()["status"] == "in_review"


def test_a_repeated_key_returns_once(here: Counter) -> None:
    codes = [here.desk("return", key="one", items=[PHOTO]).status_code for _ in range(2)]
    assert codes == [200, 200]
    assert here.desk("return", key="one", items=[{**PHOTO, "reason": "paper_wrong"}]).status_code == 409
