"""Typed text goes back into the form it came from, whatever it holds, and nothing else of the page changes."""

import html5lib
import pytest

from services.gateway.accounts.kept_forms import Kept
from services.gateway.web.sent_forms.refill import bare, refill

PAGE = """<!doctype html>
<html lang="en"><head><title>x</title></head><body>
<form method="get" action="/en/search"><input name="note" value="sought"></form>
<form method="post" action="/en/case/return?review=1#there">
<input type="hidden" name="csrf_token" value="new"><input type="hidden" name="key" value="new">
<input name="note" type="text" value="old &amp; grey"
  class="width-10">
<input type="radio" name="tier" value="a" checked><input type="radio" name="tier" value="b">
<input type="checkbox" name="scope" value="x"><input type="checkbox" name="scope" value="y">
<select name="mission"><option value="">-</option>
<option value="RUH" selected>R</option><option value="BER">B</option></select>
<textarea name="text" rows="3">before</textarea>
<input type="password" name="password" value=""><input type="file" name="file"><button name="more" value="1">+</button>
</form>
<details><summary>s</summary><details open>
<form method="post" action="/ar/case/refuse"><textarea name="note"></textarea></form></details></details>
</body></html>"""


def filled(action: str, *pairs: tuple[str, str]) -> str:
    page = refill(PAGE, [Kept(action, pairs)], lambda _kept: '<p class="notice">back</p>')
    parser = html5lib.HTMLParser()
    parser.parse(page)
    assert not parser.errors, parser.errors
    return page


def test_every_kind_of_field() -> None:
    page = filled(
        "/case/return",
        ("note", "سامر"),
        ("tier", "b"),
        ("scope", "x"),
        ("scope", "y"),
        ("mission", "BER"),
        ("text", "two\nlines"),
        ("key", "first"),
        ("csrf_token", "stolen"),
        ("password", "never"),
    )
    assert '<input name="note" type="text" value="سامر" class="width-10">' in page
    assert '<input type="radio" name="tier" value="a"><input type="radio" name="tier" value="b" checked>' in page
    assert page.count('name="scope"') == page.count('" checked>') - 1 == 2
    assert '<option value="RUH">R</option><option value="BER" selected>B</option>' in page
    assert '<textarea name="text" rows="3">\ntwo\nlines</textarea>' in page
    assert 'name="key" value="first"' in page and 'name="csrf_token" value="new"' in page
    assert "never" not in page and 'value="sought"' in page
    assert '<p class="notice">back</p><form method="post" action="/en/case/return' in page


@pytest.mark.parametrize("text", ('"><script>alert(1)</script>', "</textarea><b>", "&lt;", "'\"", "\n first"))
def test_what_was_typed_stays_text(text: str) -> None:
    page = filled("/case/return", ("note", text), ("text", text))
    body = html5lib.parse(page, namespaceHTMLElements=False)
    assert [one.text for one in body.iterfind(".//textarea[@name='text']")] == [text]
    assert [one.get("value") for one in body.iterfind(".//input[@type='text']")] == [text]
    assert body.find(".//script") is None


def test_what_hides_the_form_is_opened_and_fields_of_the_same_name_elsewhere_stay() -> None:
    page = filled("/case/refuse", ("note", "why"))
    assert "<details open><summary>" in page and '<textarea name="note">\nwhy</textarea>' in page
    assert 'value="old &amp; grey"' in page


def test_a_box_that_was_cleared_stays_clear() -> None:
    page = filled("/case/return", ("note", ""))
    assert "checked" not in page and '<input name="note" type="text" value="" class="width-10">' in page


@pytest.mark.parametrize("action", ("/case", "/case/accept", "", "/en/case/return"))
def test_a_form_that_the_page_lacks_changes_nothing(action: str) -> None:
    assert refill(PAGE, [Kept(action, [("note", "x")])], lambda _kept: "notice") == PAGE


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/en/desk?x=1#y", "/desk"),
        ("/ar", ""),
        ("/arabic/x", "/arabic/x"),
        ("/kept", "/kept"),
        ("https://evil.example/en/x", "/x"),
        ("", ""),
    ],
)
def test_addresses_are_compared_without_language(address: str, path: str) -> None:
    assert bare(address) == path


def form_html(action: str, note: str, **hidden: str) -> str:
    fields = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in hidden.items())
    return f'<form method="post" action="{action}">{fields}<input name="note" value="{note}"></form>'


def test_what_was_counted_in_one_currency_fills_no_form_of_another() -> None:
    kept = Kept("/desk/tills", [("currency", "USD"), ("key", "1"), ("note", "ten notes")])
    page = form_html("/en/desk/tills", "", currency="SAR", key="2")
    assert refill(page, [kept], lambda _kept: "notice") == page
    same = refill(form_html("/ar/desk/tills", "", currency="USD", key="2"), [kept], lambda _kept: "notice")
    assert same.startswith("notice") and 'value="ten notes"' in same and 'name="key" value="1"' in same


def test_of_several_forms_of_one_address_the_one_it_was_typed_into_is_filled() -> None:
    kept = Kept("/desk/rows", [("row", "7"), ("note", "mine")])
    rows = [form_html("/en/desk/rows", "", row=row) for row in ("6", "7", "8")]
    assert refill("".join(rows), [kept], lambda _kept: "notice") == "".join(
        (rows[0], "notice", rows[1].replace('name="note" value=""', 'name="note" value="mine"'), rows[2])
    )
