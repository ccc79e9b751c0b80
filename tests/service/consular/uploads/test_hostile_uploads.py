"""At least 150 hostile uploads, each judged right, under 400 MB and 5 s, with nothing left in what is served."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from services.consular.uploads import rules
from services.consular.uploads.decoding import client
from tests.factories.applications import Counter
from tests.factories.uploads.hostile import CLEAN, HostileUpload
from tests.factories.uploads.hostile.documents import acting, changed, form

LIMIT_MEGABYTES, LIMIT_SECONDS = 400, 5
ROOT = Path(__file__).parents[4]
FORBIDDEN = frozenset(
    "/JS /JavaScript /AA /OpenAction /Launch /URI /EF /AF /Annots /AcroForm /XFA /Names /Metadata /PieceInfo /Outlines "
    "/Ref /Collection".split()
)


def test_the_corpus_has_at_least_150_files_of_different_content(corpus: list[HostileUpload]) -> None:
    assert len({upload.content for upload in corpus}) >= 150
    assert len({upload.name for upload in corpus}) == len(corpus)
    assert {upload.verdict for upload in corpus} == {CLEAN, *rules.FAULTS}


def test_each_is_judged_right_over_http(counter: Callable[..., Counter], corpus: list[HostileUpload]) -> None:
    here = counter()
    here.start("passport-renewal")
    wrong = [found for upload in corpus for found in judged_wrong(here, upload)]
    assert not wrong, "\n".join(wrong)
    assert here.read()["papers"] == []


def judged_wrong(here: Counter, upload: HostileUpload) -> list[str]:
    """What is wrong with the answer to one upload."""
    answer = here.upload("photo", upload.content, "image/jpeg", "../../run.exe")
    got = answer.get_json()
    if upload.verdict != CLEAN:
        wanted = (rules.FAULTS[upload.verdict], {"photo": upload.verdict})
        is_right = (answer.status_code, got.get("errors")) == wanted
        return [] if is_right else [f"{upload.name}: {answer.status_code} {got} instead of {wanted}"]
    if answer.status_code != 201:
        return [f"{upload.name}: {answer.status_code} {got} instead of 201"]
    paper = got["paper"]["id"]
    served = [here.client.get(f"/papers/{paper}{path}", here.person.actor).data for path in ("", "/thumbnail")]
    here.ask_as_applicant("DELETE", f"/papers/{paper}")
    return [f"{upload.name}: {mark!r} is left" for mark in upload.absent for part in served if mark in part]


def test_each_takes_less_than_400_megabytes_and_5_seconds(corpus: list[HostileUpload], tmp_path: Path) -> None:
    for number, upload in enumerate(corpus):
        (tmp_path / f"{number:03}").write_bytes(upload.content)
    command = [sys.executable, "-m", "tests.factories.uploads.decoding_meter", str(tmp_path)]
    environment = {**client.ENVIRONMENT, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=300)
    taken = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(taken) == len(corpus)
    most, longest = max(one["megabytes"] for one in taken), max(one["cpu"] for one in taken)
    print(f"{len(taken)} files: at most {most:.0f} MB and {longest:.1f} s of processor time")
    assert most < LIMIT_MEGABYTES
    assert longest < LIMIT_SECONDS


@pytest.mark.parametrize("name", ["pdf: script at opening", "pdf: action: launch of a program", "pdf: attachment"])
def test_a_pdf_that_acted_still_shows_its_page(name: str) -> None:
    [content] = [upload.content for upload in acting() if upload.name == name]
    decoded = client.decode(content)
    served, thumbnail = decoded.files
    shown = Image.open(io.BytesIO(thumbnail.content))
    red, _, blue = shown.getpixel((shown.width // 3, shown.height * 3 // 4))  # type: ignore[misc]
    assert blue > 200 > 100 > red
    with pikepdf.open(io.BytesIO(served.content)) as document:
        assert set(document.Root.keys()) == {"/Type", "/Pages"}
        assert "/Info" not in document.trailer or not document.docinfo.keys()
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
                assert not FORBIDDEN & set(item.keys())


def test_what_was_typed_into_a_form_stays_to_be_read() -> None:
    decoded = client.decode(changed(lambda document: form(document)))
    shown = Image.open(io.BytesIO(decoded.files[1].content)).convert("L")
    field = shown.crop((0, int(shown.height * 0.88), int(shown.width * 0.2), shown.height))
    assert min(field.tobytes()) < 128
