"""The sheets keep their promises: readable in both schemes, one for both directions, no colour outside the tokens."""

import re
from pathlib import Path

import pytest

from services.gateway.web.http.assets import longhand

STATIC = Path(__file__).parents[4] / "services/gateway/static"
SHEETS = sorted(STATIC.glob("*.css"))
PHYSICAL = re.compile(
    r"(?:margin|padding|border)-(?:left|right)|(?:float|text-align): *(?:left|right)|[{;]\s*(?:left|right):"
)
TEXT_ON = [
    ("ink", "paper"), ("ink", "paper-deep"), ("ink", "paper-field"), ("ink-quiet", "paper"),
    ("ink-quiet", "paper-deep"), ("green", "paper"), ("green", "paper-deep"),
    ("green-deep", "green-wash"), ("on-green", "green"), ("on-green", "green-deep"),
    ("accent", "paper"), ("accent", "accent-wash"), ("ink", "accent-wash"), ("red", "paper"),
    ("red", "red-wash"), ("ink", "red-wash"), ("on-red", "red"), ("on-red", "red-deep"),
]  # fmt: skip
EDGES = [("rule-field", "paper"), ("rule-field", "paper-field"), ("accent-line", "paper"), ("focus", "paper")]


def tokens(scheme: str) -> dict[str, str]:
    """Colours by name; the dark scheme overrides what it names."""
    text = (STATIC / "tokens.css").read_text()
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", light))
    return found if scheme == "light" else found | dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", dark))


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ("light", "dark"))
def test_text_and_edges_stand_out(scheme: str) -> None:
    colours = tokens(scheme)
    faint = {
        pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2)
        for pairs, least in ((TEXT_ON, 4.5), (EDGES, 3.0))
        for pair in pairs
        if contrast(colours[pair[0]], colours[pair[1]]) < least
    }
    assert not faint


def rules(sheet: Path) -> str:
    """A sheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)


# Browsers without logical directions take physical ones, each beside the side that text begins on.
@pytest.mark.parametrize("sheet", [one for one in SHEETS if one.name != "older.css"], ids=lambda sheet: sheet.name)
def test_no_left_or_right(sheet: Path) -> None:
    assert not PHYSICAL.findall(rules(sheet))


@pytest.mark.parametrize("sheet", [one for one in SHEETS if one.name != "tokens.css"], ids=lambda sheet: sheet.name)
def test_colours_come_from_the_tokens(sheet: Path) -> None:
    assert not re.findall(r"#[0-9a-f]{3,8}\b(?=[^{]*})|rgba?\(|gradient\(", rules(sheet).replace("#000", ""))


def test_arabic_is_never_spaced_out() -> None:
    for sheet in SHEETS:
        for selector, spacing in re.findall(r"([^{}]+)\{[^{}]*letter-spacing: *([^;]+);", rules(sheet)):
            assert spacing == "normal" or ":lang(en)" in selector, selector


def test_every_named_token_exists() -> None:
    defined = set(re.findall(r"(--[a-z0-9-]+):", (STATIC / "tokens.css").read_text()))
    used = {name for sheet in SHEETS for name in re.findall(r"var\((--[a-z0-9-]+)", sheet.read_text())}
    assert used <= defined
    assert defined - used <= {"--weight", "--text"}, "a token nobody uses"


def test_sides_in_one_word_are_written_out_for_older_browsers() -> None:
    sheet = longhand(
        "a { padding-inline: max(1px, calc(2 * (1rem + 1px))); margin-block: 0 auto; border-block: 1px solid red }"
    )
    assert "padding-inline-start: max(1px, calc(2 * (1rem + 1px))); padding-inline-end: max(" in sheet
    assert "margin-block-start: 0; margin-block-end: auto" in sheet
    assert "border-block-start: 1px solid red; border-block-end: 1px solid red" in sheet


def test_no_selector_that_an_older_browser_drops_stands_beside_one_it_knows() -> None:
    """One unknown selector loses the whole rule: Chrome 80 knows neither :dir() nor :has() nor lists in :not()."""
    for sheet in SHEETS:
        for selectors in re.findall(r"([^{}]+)\{", rules(sheet)):
            parts = [part for part in re.split(r",(?![^()]*\))", selectors) if part.strip()]
            unknown = [part for part in parts if re.search(r":dir\(|:has\(|:not\([^()]*,|:is\(|:where\(", part)]
            assert not unknown or len(unknown) == len(parts), selectors
