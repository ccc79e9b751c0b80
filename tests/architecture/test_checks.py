"""The checks find what they are there to find: each is shown one fault."""

import ast
import csv
from pathlib import Path

import grimp
import pytest

from deploy.dev import reference
from deploy.dev.checks import sources
from deploy.dev.checks.code import budgets, imports, words
from deploy.dev.checks.code.contracts import PureContract, RoomsContract
from deploy.dev.checks.security import locks
from deploy.dev.checks.texts import translations
from deploy.dev.checks.texts.translations import Mention


def graph_of(*arrows: tuple[str, str]) -> grimp.ImportGraph:
    graph = grimp.ImportGraph()
    for importer, imported in arrows:
        for module in (importer, imported):
            graph.add_module(module)
        graph.add_import(importer=importer, imported=imported)
    return graph


def test_a_rule_that_reaches_for_more_than_the_standard_library() -> None:
    contract = PureContract("rules", {}, {"name": "rules", "modules": ["services.a.rules", "shared.values.money"]})
    graph = graph_of(
        ("services.a.rules", "datetime"),
        ("services.a.rules", "shared.values.money"),
        ("services.a.rules", "sqlalchemy"),
    )
    assert list(contract.broken(graph)) == [("services.a.rules", "sqlalchemy")]


def test_a_room_that_knows_one_further_out() -> None:
    contract = RoomsContract("rooms", {}, {"name": "rooms", "services": ["services.a"]})
    graph = graph_of(
        ("services.a.api", "services.a.submit"),
        ("services.a.submit", "services.a.model"),
        ("services.a.model", "services.a.submit"),
        ("services.a.papers.rules", "services.a.papers.store"),
    )
    graph.add_module("services.a")
    assert sorted(contract.broken(graph)) == [
        ("services.a.model", "services.a.submit"),
        ("services.a.papers.rules", "services.a.papers.store"),
    ]


def test_a_module_that_is_too_long() -> None:
    assert list(budgets.judged("module", {"short.py": 20, "long.py": 301}, 300, 300)) == ["long.py has 301 lines"]


def test_a_docstring_is_among_the_lines_of_a_function() -> None:
    function = ast.parse('def one() -> int:\n    """Says\n    three\n    lines."""\n    return 1\n').body[0]
    assert isinstance(function, ast.FunctionDef)
    assert budgets.lines_of(function) == 5


@pytest.mark.parametrize(
    ("arabic", "english", "fault"),
    [
        ({"a": ("نص",)}, {}, "a is missing in en"),
        ({"a": ("نص",) * 5}, {"a": ("none", "one", "other")}, "a has 5 plural forms in ar, not 6"),
        ({"a": ("",)}, {"a": ("text",)}, "a has an empty form in ar"),
        ({"a": ("نص",)}, {"a": ("text {name}",)}, "a names different places"),
    ],
)
def test_a_translation_that_is_not_whole(
    arabic: dict[str, tuple[str, ...]], english: dict[str, tuple[str, ...]], fault: str
) -> None:
    found = list(translations.incomplete({"ar": arabic, "en": english}))
    assert len(found) == 1
    assert found[0].startswith(fault)


def test_a_key_that_nobody_translated() -> None:
    mentions = [Mention("here:1", "page.title", True), Mention("here:2", "stage.", False), Mention("x", "page.", False)]
    assert list(translations.unknown(mentions, {"page.text": ("words",)})) == [
        "here:1: no text for page.title",
        "here:2: no text begins with stage.",
    ]


def test_a_heavy_library_loaded_too_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    early = tmp_path / "early.py"
    early.write_text("from weasyprint import HTML\n\ndef later() -> None:\n    import weasyprint\n")
    monkeypatch.setattr(sources, "product", lambda: [early])
    monkeypatch.setattr(sources, "ROOT", tmp_path)
    assert imports.early() == ["early.py:1 loads weasyprint with the module"]


def test_every_template_and_module_is_looked_at() -> None:
    assert len(sources.product()) > 100
    assert len([*translations.in_templates()]) > 100
    assert len([*translations.in_code()]) > 50


def test_the_reference_covers_the_catalogue() -> None:
    assert {"statuses.md", "access.md", "messages.md", "transactions/passport-renewal.md"} <= reference.pages().keys()


@pytest.mark.parametrize(
    ("wanted", "held"),
    [("flask==3.1.3", True), ("flask==3.1.2", False), ("Types_Flask", True), ("urllib3==2.6.*", True), ("rich", False)],
)
def test_a_lock_that_does_not_hold_what_is_asked_for(wanted: str, held: bool) -> None:
    locked = {"flask": "3.1.3", "types-flask": "1.0", "urllib3": "2.6.1"}
    assert locks.holds(locked, wanted) is held


def test_a_package_locked_for_another_system_alone_is_not_held() -> None:
    lock = "flask==3.1.3 \\\n    --hash=x\ntzdata==2026.6 ; sys_platform == 'win32' \\\n    --hash=y\n"
    assert dict(locks.LOCKED.findall(lock)) == {"flask": "3.1.3"}


def test_a_name_with_a_word_to_avoid_is_found_with_what_to_write_instead() -> None:
    entries = [words.Entry("turn", "appointment", ()), words.Entry("given", "the thing", ("given_name",))]
    assert list(words.judge(entries, "a.py:1", "hold_turn")) == ["a.py:1: hold_turn says turn; write appointment"]
    assert list(words.judge(entries, "a.py:1", "TurnRule")) == ["a.py:1: TurnRule says turn; write appointment"]
    assert list(words.judge(entries, "a.py:1", "return_value")) == []
    assert list(words.judge(entries, "a.py:1", "has_given_name")) == []
    assert len(list(words.judge(entries, "a.py:1", "given_turn"))) == 2


def test_every_word_to_avoid_has_a_reason() -> None:
    with words.TABLE.open(encoding="utf-8", newline="") as file:
        assert all(row["write"] and row["reason"] for row in csv.DictReader(file))


# Rooms that hold packages only.
CUT_ROOMS = frozenset({"payments"})


def test_no_room_of_the_mission_holds_more_than_its_share() -> None:
    """A room above 18 % of the service's lines is cut into packages by subject, and then each of these is a room."""
    service = sources.ROOT / "services" / "consular"
    lines = {path: len(path.read_text().splitlines()) for path in sources.product() if path.is_relative_to(service)}
    rooms: dict[str, int] = {}
    for path, count in lines.items():
        parts = path.relative_to(service).parts
        room = "/".join(parts[:2]) if parts[0] in CUT_ROOMS and len(parts) > 2 else parts[0]
        rooms[room] = rooms.get(room, 0) + count
    share = {room: count / sum(lines.values()) for room, count in rooms.items()}
    assert {room: round(part, 3) for room, part in share.items() if part > 0.18} == {}


def test_tanwin_after_the_alef_and_an_instruction_with_a_colon_are_found() -> None:
    texts = {
        "good": ("شيئًا", "اكتب «{label}»"),
        "figures": ("أكثر من 30 يومًا", "أكثر من ٣٠ يومًا"),
        "tanwin": ("شيئًا", "شيئا\N{ARABIC FATHATAN}"),
        "colon": ("اكتب الاسم: {label}",),
        "list": ("تحقق قبل القبول من:",),
        "old": ("أدوار اليوم",),
        "label": ("كتب لك الموظف:", "المبلغ: {amount}"),
    }
    found = [complaint.split()[0] for complaint in translations.misspelt("ar", texts)]
    assert found == ["colon", "figures", "list", "old", "tanwin"]
    english = {"colon": ("Please choose one: {label}",), "turn": ("Turns of the day",), "good": ("Turn the page",)}
    assert [complaint.split()[0] for complaint in translations.misspelt("en", english)] == ["colon", "turn"]
