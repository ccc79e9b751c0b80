"""Uploads over HTTP: what is served is written anew and sealed off, and a bad file is refused beside its item."""

import io
from collections.abc import Callable

import pytest
from PIL import Image

from tests.conftest import ServiceClient, officer
from tests.factories.applications import Counter
from tests.factories.uploads import JPEG, PDF, PNG, image, pdf

At = Callable[..., Counter]
ZIP_END = b"PK\x05\x06" + b"\x00" * 18


@pytest.fixture
def here(counter: At) -> Counter:
    """An applicant with an empty draft."""
    started = counter()
    started.start("passport-renewal")
    return started


def test_a_file_is_listed_under_its_name_and_served_sealed_off(here: Counter) -> None:
    kept = here.upload("photo", JPEG, "image/jpeg", "../صورة.jpeg").get_json()["paper"]
    assert (kept["name"], kept["filename"], kept["type"], kept["state"], kept["fault"]) == (
        "photo",
        "صورة.jpg",
        "image/jpeg",
        "readable",
        None,
    )
    assert (kept["pages"], kept["thumbnails"]) == (1, 1)
    assert [paper["id"] for paper in here.read()["papers"]] == [kept["id"]]
    content = here.client.get(f"/papers/{kept['id']}", here.person.actor)
    assert (content.content_type, len(content.data)) == ("image/jpeg", kept["bytes"])
    assert content.headers["Content-Disposition"] == f"attachment; filename={here.reference}-photo.jpg"
    assert content.headers["X-Content-Type-Options"] == "nosniff"
    assert content.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize("stated", ["image/gif", "text/html", "application/octet-stream", "image/jpeg"])
def test_the_content_decides_whatever_the_browser_says(here: Counter, stated: str) -> None:
    assert here.upload("photo", PNG, stated, "scan.exe").get_json()["paper"]["filename"] == "scan.png"


@pytest.mark.parametrize("stray", [b"\n", b"\x00", b"x", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("data", [JPEG, PNG, PDF], ids=["jpeg", "png", "pdf"])
def test_a_stray_byte_before_or_after_changes_nothing(here: Counter, data: bytes, stray: bytes) -> None:
    before, after = here.upload("photo", stray + data), here.upload("photo", data + stray)
    assert (before.status_code, after.status_code) == (201, 201), (before.get_json(), after.get_json())
    assert before.get_json()["paper"]["type"] == after.get_json()["paper"]["type"]


@pytest.mark.parametrize(
    ("name", "data", "status", "errors"),
    [
        pytest.param("photo", b"GIF89a" + b"\0" * 20, 415, {"photo": "file_type_unknown"}, id="type not accepted"),
        pytest.param("photo", PNG + ZIP_END, 415, {"photo": "file_two_kinds"}, id="archive behind a png"),
        pytest.param("photo", b"", 422, {"photo": "file_empty"}, id="empty"),
        pytest.param("photo", PNG[:-20], 422, {"photo": "file_unreadable"}, id="cut short"),
        pytest.param("photo", b"\0" * (8 * 1024 * 1024 + 1), 413, {"photo": "file_too_large"}, id="too large"),
        pytest.param("photo", pdf(51), 413, {"photo": "file_too_many_pages"}, id="51 pages"),
        pytest.param("selfie", PNG, 422, {"name": "unknown_paper"}, id="not on the checklist"),
        pytest.param("", PNG, 422, {"name": "required"}, id="no name"),
    ],
)
def test_a_bad_file_is_refused_and_nothing_is_kept(
    here: Counter, name: str, data: bytes, status: int, errors: dict[str, str]
) -> None:
    refused = here.upload(name, data)
    assert (refused.status_code, refused.get_json()["errors"]) == (status, errors)
    assert refused.get_json()["params"].get("pages", 50) == 50
    assert here.read()["papers"] == []


def test_a_file_of_exactly_the_limit_is_taken(here: Counter) -> None:
    full = JPEG + b"\x00" * (8 * 1024 * 1024 - len(JPEG))
    assert here.upload("photo", full).status_code == 201


def test_pages_of_a_pdf_have_thumbnails_and_pictures(here: Counter) -> None:
    kept = here.upload("photo", pdf(3)).get_json()["paper"]
    assert (kept["pages"], kept["thumbnails"]) == (3, 3)
    for path, side in (("thumbnail", 320), ("page", 1754)):
        answers = [here.client.get(f"/papers/{kept['id']}/{path}?page={page}", here.person.actor) for page in (1, 3)]
        assert {answer.content_type for answer in answers} == {"image/jpeg"}
        assert {max(Image.open(io.BytesIO(answer.data)).size) for answer in answers} == {side}
        for page in (0, 4, 99, "x", "-1", "²", ""):
            assert here.client.get(f"/papers/{kept['id']}/{path}?page={page}", here.person.actor).status_code == 404


def test_the_original_is_in_no_answer(here: Counter, service_client: Callable[[str], ServiceClient]) -> None:
    mark = b"a remark that only the original has"
    sent = image("JPEG", comment=mark)
    kept = here.upload("photo", sent).get_json()["paper"]
    answers = [
        here.client.get(f"/papers/{kept['id']}{path}", here.person.actor).data
        for path in ("", "/thumbnail", "/page", "/original", "?role=original", "/thumbnail?page=0")
    ]
    assert not any(mark in answer for answer in answers)


def test_an_officer_reads_and_another_person_does_not(counter: At, here: Counter) -> None:
    other = counter()
    paper = here.upload("photo", PNG).get_json()["paper"]["id"]
    for path in ("", "/thumbnail", "/page"):
        assert other.client.get(f"/papers/{paper}{path}", other.person.actor).status_code == 404
        assert here.client.get(f"/papers/{paper}{path}", officer(mission="BER")).status_code == 404


def test_a_removed_file_is_read_by_nobody(here: Counter) -> None:
    paper = here.upload("photo", PNG).get_json()["paper"]["id"]
    assert here.ask_as_applicant("DELETE", f"/papers/{paper}").status_code == 200
    assert here.read()["papers"] == []
    for path in ("", "/thumbnail", "/page"):
        assert here.client.get(f"/papers/{paper}{path}", here.person.actor).status_code == 404
    assert here.ask_as_applicant("DELETE", f"/papers/{paper}").status_code == 404


def test_too_many_files_for_one_item_are_refused(here: Counter) -> None:
    for _ in range(5):
        assert here.upload("photo", PNG).status_code == 201
    refused = here.upload("photo", PNG)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "too_many_papers")
