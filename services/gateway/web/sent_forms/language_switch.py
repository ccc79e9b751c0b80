"""The change of language without JavaScript: a last button in each form, which takes along what is typed in it.

The link at the head of the page leads to the first of these buttons: followed as a link, it would lose the text. With
JavaScript none of this is shown; without it `site.css` hides the usual link, as a style of the page's own would be
refused where a script reads the page. The button is the last of its form, so that the Enter key never presses it.
"""

import re
from html import escape
from urllib.parse import urlencode

from flask import url_for

from services.gateway.web.language import other
from shared.i18n import language

FILES = "files"
_FORM = re.compile(r'<form\b[^>]*\bmethod="post"[^>]*>.*?</form>', re.S)
_ACTION = re.compile(r'^<form\b[^>]*\baction="([^"]*)"')
_TYPED = re.compile(r'<(?:textarea|select)\b|<input\b(?![^>]*\btype="(?:hidden|password|file|submit|search)")')
_FILE = re.compile(r'<input\b[^>]*\btype="file"[^>]*>')
_NAME = re.compile(r'\bname="([^"]*)"')
_LINK = re.compile(r'<a class="language"[^>]*>([^<]*)</a>')
_ANCHOR = "other-language"


def with_switches(page: str) -> str:
    """The page with a button in each form that something is typed into; as it was where there is no such form."""
    forms = [form for form in _FORM.finditer(page) if _is_typed(form[0])]
    if not forms or _LINK.search(page) is None:
        return page
    for form in reversed(forms):
        end = form.end() - len("</form>")
        page = page[:end] + _button(form[0], is_first=form is forms[0]) + page[end:]
    return _LINK.sub(_head_link, page, count=1)


def _is_typed(form: str) -> bool:
    return 'name="page_address"' in form and _ACTION.search(form) is not None and _TYPED.search(form) is not None


def _button(form: str, *, is_first: bool) -> str:
    """Sends no file: of a chosen one the browser gives the name alone, and the page that comes says that it is gone."""
    action, code = _ACTION.search(form), other()
    assert action is not None
    files = [name[1] for tag in _FILE.finditer(form) if (name := _NAME.search(tag[0]))]
    address = url_for("kept.switch_language") + (f"?{urlencode({FILES: files}, doseq=True)}" if files else "")
    anchor = f' id="{_ANCHOR}"' if is_first else ""
    return (
        f'<noscript><p{anchor}><button class="as-link" name="typed_into" value="{action[1]}" formnovalidate '
        f'formaction="{escape(address)}" formenctype="application/x-www-form-urlencoded" lang="{code}" '
        f'dir="{language(code).direction}">{escape(language(code).text("kept.switch"))}</button></p></noscript>'
    )


def _head_link(link: re.Match[str]) -> str:
    code = other()
    inner = f'<a class="language" href="#{_ANCHOR}" lang="{code}" dir="{language(code).direction}">{link[1]}</a>'
    return f"{link[0]}<noscript>{inner}</noscript>"
