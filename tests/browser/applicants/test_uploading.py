"""Papers in one gesture: chosen is sent; small, in parts, and over a line that breaks; said where it went wrong."""

import io
import os
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Route, expect

from deploy.demo.demo_data import PASSWORD
from deploy.demo.scenarios.answers import scan
from tests.browser.tools import walking
from tests.browser.tools.visitor import LIMIT_MS, Visitor, hold
from tests.factories.uploads import pdf

Visit = Callable[..., Visitor]
NARROW = {"width": 360, "height": 740}
SLUG = "passport-renewal"


def photo(side: int = 4400, noise: bool = True) -> bytes:
    """A photo as a telephone takes it."""
    picture, content = (
        Image.frombytes("RGB", (side, side * 3 // 4), os.urandom(side * (side * 3 // 4) * 3)),
        io.BytesIO(),
    )
    picture.save(content, "JPEG", quality=92 if noise else 20)
    return content.getvalue()


def at_checklist(visit: Visit, code: str, name: str, scripts: bool = True) -> Visitor:
    """Somebody new at the papers of a draft."""
    who = visit(code, name, scripts=scripts, viewport=NARROW)
    walking.sign_in(who, "father@mahjar.example" if code == "ar" else "woman@mahjar.example")
    who.open(f"/apply/{SLUG}")
    who.click("eligible.begin")
    reference = who.page.url.split("/applications/")[1].split("/")[0]
    who.open(f"/applications/{reference}/papers")
    return who


def chosen(who: Visitor, paper: str, name: str, content: bytes, kind: str = "image/jpeg") -> None:
    """A file is chosen for a paper."""
    file: FilePayload = {"name": name, "mimeType": kind, "buffer": content}
    who.page.locator(f"input[type=file]#{paper}").set_input_files([file])


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_file_that_is_chosen_before_the_script_arrives(visit: Visit, code: str) -> None:
    who = at_checklist(visit, code, "late-script")
    release = hold(who, "**/uploads*.js")
    who.page.goto(who.page.url, wait_until="commit")
    chosen(who, "identity", "identity.jpg", scan(0))
    release()
    expect(who.page.locator("[data-paper=identity] .papers a").first).to_be_visible(timeout=LIMIT_MS)
    # The tests after this one have the same draft.
    who.page.locator("[data-paper=identity] a[href$='/remove']").click()
    who.click("papers.remove.now")
    expect(who.page.locator("[data-paper=identity] .papers a")).to_have_count(0)


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_photo_of_twelve_megabytes_arrives_small_over_a_line_that_breaks(visit: Visit, code: str) -> None:
    who = at_checklist(visit, code, "large-photo")
    large = photo()
    assert len(large) > 12_000_000
    sizes: list[int] = []

    def broken(route: Route) -> None:
        sizes.append(len(route.request.post_data_buffer or b""))
        if len(sizes) in (3, 4):
            route.abort("internetdisconnected")
        else:
            route.continue_()

    who.page.route("**/parts", broken)
    who.page.on("requestfailed", lambda _: None)
    before = len(who.faults)
    chosen(who, "old_passport", "x" * 50 + "-passport-page.jpg", large)
    expect(who.page.locator("[data-paper=old_passport] canvas.preview")).to_be_visible(timeout=LIMIT_MS)
    link = who.page.locator("[data-paper=old_passport] .papers a").first
    expect(link).to_be_visible(timeout=120_000)
    del who.faults[before:]
    assert max(sizes) < 60_000 and sum(sizes) < 8_000_000
    expect(link).to_contain_text("page.jpg")
    expect(who.page.locator("input[type=file]#identity")).to_be_focused()
    expect(who.page.locator("#upload-status")).to_contain_text(who.text("paper.old_passport.label"))
    size = who.page.evaluate(
        """async () => {
          const answer = await fetch(document.querySelector('[data-paper=old_passport] .papers a').href);
          const picture = await createImageBitmap(await answer.blob());
          return [picture.width, picture.height];
        }"""
    )
    assert max(size) == 2480


@pytest.mark.parametrize("code", ("ar", "en"))
def test_what_is_wrong_is_said_beside_the_field(visit: Visit, code: str) -> None:
    who = at_checklist(visit, code, "wrong-files")
    who.expected.update({413, 415, 422})
    chosen(who, "identity", "letter.jpg", b"Dear mission, this is no picture")
    error = who.page.locator("#identity-error")
    expect(error).to_have_text(who.text("refusal.file_type_unknown"), timeout=LIMIT_MS)
    expect(who.page.locator("#identity")).to_be_focused()
    expect(who.page.locator("#identity")).to_have_attribute("aria-invalid", "true")
    chosen(who, "identity", "big.pdf", b"%PDF-1.7" + b"0" * 9_000_000)
    expect(error).to_contain_text("8", timeout=LIMIT_MS)
    chosen(who, "identity", "scan.exe", b"\r\n" + pdf(2), "application/x-msdownload")
    expect(who.page.locator("[data-paper=identity] .thumbnails img")).to_have_count(2, timeout=LIMIT_MS)
    expect(error).to_have_count(0)


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_file_chosen_after_the_end_of_the_session_is_asked_for_again(visit: Visit, code: str) -> None:
    """It does not wait for a line that will never carry it."""
    who = at_checklist(visit, code, "ended")
    page = who.page.url
    who.page.context.clear_cookies()
    chosen(who, "identity", "identity.jpg", scan(0))
    who.page.wait_for_url("**/sign-in?**", timeout=LIMIT_MS)
    expect(who.page.get_by_role("heading", name=who.text("unsent.file.title"))).to_be_visible()
    who.field("identifier").fill("father@mahjar.example" if code == "ar" else "woman@mahjar.example")
    who.field("password").fill(PASSWORD)
    who.click("sign_in.enter")
    who.page.wait_for_url(f"{page}?unsent=file", timeout=LIMIT_MS)
    who.sees("unsent.file.title")


@pytest.mark.parametrize("code", ("ar", "en"))
def test_without_a_script_every_chosen_file_is_sent_by_whatever_button(visit: Visit, code: str) -> None:
    who = at_checklist(visit, code, "no-script", scripts=False)
    for paper in ("old_passport", "identity", "photo"):
        chosen(who, paper, f"{paper}.pdf", pdf(1), "application/pdf")
    names = who.page.locator("section.paper button").evaluate_all("all => all.map(one => one.textContent)")
    assert len(set(names)) == len(names)
    who.look("papers-chosen")
    who.click("papers.onward")
    for paper in ("old_passport", "identity", "photo"):
        expect(who.page.get_by_text(f"{paper}.pdf")).to_be_visible()
    who.page.go_back()
    reference = who.page.url.split("/applications/")[1].split("/")[0]
    who.open(f"/applications/{reference}/papers")
    who.page.locator("[data-paper=photo] .papers a").last.click()
    who.sees("papers.remove.title")
    who.look("remove")
    who.click("papers.remove.now")
    expect(who.page.locator("[data-paper=photo] .papers")).to_have_count(0)
    chosen(who, "photo", "again.pdf", pdf(1), "application/pdf")
    who.page.locator("[data-paper=photo] button").first.click()
    expect(who.page.locator("[data-paper=photo]")).to_contain_text("again.pdf")
