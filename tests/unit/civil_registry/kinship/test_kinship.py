"""Who is what to whom, who may have which paper, and what an entry says against itself."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from services.civil_registry.contents import findings
from services.civil_registry.model import Person, RegisterEvent
from services.civil_registry.rules import Lineage, kinship, may_draw
from shared.catalogue import kin
from shared.catalogue.civil_status import BIRTH_STATEMENT, DEATH_STATEMENT, INDIVIDUAL_EXTRACT
from shared.catalogue.model import KIN, OWN, OWN_OR_KIN, Facts
from shared.errors import Invalid
from shared.forms import check_answers, check_draft
from tests.factories.refusals import refuses

pytestmark = pytest.mark.clock

GRANDFATHER, FATHER, MOTHER, ME, SISTER, STRANGER = (uuid4() for _ in range(6))
TODAY = date(2026, 11, 21)


def line(person: UUID, *parents: UUID, above: tuple[UUID, ...] = ()) -> Lineage:
    return Lineage(person, frozenset(parents), frozenset((*parents, *above)))


MINE = line(ME, FATHER, MOTHER, above=(GRANDFATHER,))


@pytest.mark.parametrize(
    ("holder", "married", "tie"),
    [
        (MINE, False, "self"),
        (line(STRANGER), True, "spouse"),
        (line(GRANDFATHER), False, "descendant"),
        (line(MOTHER), False, "descendant"),
        (line(STRANGER, SISTER, above=(ME,)), False, "ascendant"),
        (line(SISTER, MOTHER), False, "sibling"),
        (line(STRANGER, GRANDFATHER), False, None),
        (line(STRANGER), False, None),
    ],
)
def test_kinship_is_what_the_law_names_and_no_more(holder: Lineage, married: bool, tie: str | None) -> None:
    assert kinship(MINE, holder, married=married) == tie


def test_two_without_known_parents_are_no_siblings() -> None:
    assert kinship(line(ME), line(STRANGER), married=False) is None


@pytest.mark.parametrize(
    ("holder", "allowed"), [(OWN, {"self"}), (OWN_OR_KIN, {"self", "spouse", "sibling"}), (KIN, {"spouse", "sibling"})]
)
def test_who_may_have_a_paper(holder: str, allowed: set[str]) -> None:
    assert {tie for tie in ("self", "spouse", "sibling") if may_draw(holder, tie)} == allowed
    assert not may_draw(holder, None)


DETAILS = {"divorces": "all", "purpose": "court", "consular_registration": "registered"}


def test_conditions_hold_while_nobody_is_named_and_for_relatives() -> None:
    nobody, oneself, cousin = (Facts("p", TODAY, kinship=tie) for tie in (None, "self", "cousin"))
    assert kin.is_self_or_kin(nobody) and kin.is_self_or_kin(oneself) and not kin.is_self_or_kin(cousin)
    assert kin.is_kin(nobody) and not kin.is_kin(oneself) and not kin.is_kin(cousin)
    assert all(
        rule(Facts("p", TODAY, kinship=tie)) for tie in kin.KINSHIPS for rule in (kin.is_kin, kin.is_self_or_kin)
    )


def test_answers_name_the_holder() -> None:
    relative = {"whose": "relative", kin.NUMBER: "05999000008", kin.GIVEN_NAME: "عمر"}
    assert kin.holder_answers(BIRTH_STATEMENT, relative) == {"national_number": "05999000008", "given_name": "عمر"}
    assert kin.holder_answers(BIRTH_STATEMENT, {**relative, "whose": "self"}) == {}
    dead = {kin.DECEASED_NUMBER: "13999000014", kin.DECEASED_GIVEN_NAME: "نجاح"}
    assert kin.holder_answers(DEATH_STATEMENT, dead) == {"national_number": "13999000014", "given_name": "نجاح"}
    assert kin.holder_answers(INDIVIDUAL_EXTRACT, relative) is None


@pytest.mark.parametrize("given", [{}, {kin.NUMBER: " ", kin.GIVEN_NAME: ""}, {kin.NUMBER: None}])
def test_a_relative_needs_number_and_name_even_if_the_questions_are_left_out(given: dict[str, object]) -> None:
    typed = {"whose": "relative", "purpose": "study", "consular_registration": "registered", **given}
    with refuses("invalid", Invalid) as refused:
        check_answers("birth-statement", typed, TODAY)
    assert refused.value.errors == {kin.NUMBER: "relative_needed", kin.GIVEN_NAME: "relative_needed"}
    assert check_answers("birth-statement", typed | {"whose": "self"}, TODAY)[kin.NUMBER] is None


@pytest.mark.parametrize("number", ["05999000008", "0599", "رقم"])
def test_for_oneself_no_relative_is_kept_whatever_was_typed_before(number: str) -> None:
    typed = {"whose": "self", kin.NUMBER: number, kin.GIVEN_NAME: "عمر"}
    assert check_draft("divorce-statement", typed, TODAY) == {"whose": "self"}
    whole = check_answers("divorce-statement", typed | DETAILS, TODAY)
    assert (whole[kin.NUMBER], whole[kin.GIVEN_NAME]) == (None, None)


def test_a_relative_stays_while_nobody_said_for_whom() -> None:
    typed = {kin.NUMBER: "05999000008", kin.GIVEN_NAME: "عمر"}
    assert check_draft("divorce-statement", typed, TODAY) == typed
    assert check_draft("divorce-statement", typed | {"whose": "relative"}, TODAY) == typed | {"whose": "relative"}


def somebody(**changed: object) -> Person:
    held = {
        "id": uuid4(), "sex": "M", "given_name": "أنس", "father_name": "محمد نور", "family_name": "نموذج",
        "mother_name": "فاطمة", "mother_family": "مثال", "born": date(1984, 7, 9), "died_on": None,
    }  # fmt: skip
    return Person(**{**held, **changed})


def happened(kind: str, on: date) -> RegisterEvent:
    return RegisterEvent(kind=kind, happened_on=on)


def test_parents_are_compared_by_what_is_the_same_name() -> None:
    child = somebody(given_name="عمر", father_name="أنس", mother_name="لينا", born=date(2017, 1, 12))
    father, mother = somebody(given_name="انس"), somebody(sex="F", given_name="لينا", family_name="مثال")
    assert findings.parentage(child, father, mother) == []
    assert findings.parentage(child, None, None) == []
    wrong = somebody(given_name="سمير", sex="F", born=date(2018, 1, 1))
    assert findings.parentage(child, wrong, wrong) == [
        "father_name",
        "mother_name",
        "father_sex",
        "born_before_parents",
    ]


def test_births_and_deaths_are_compared_with_the_entry() -> None:
    born, died = date(1984, 7, 9), date(2021, 2, 14)
    assert findings.birth(somebody(), [happened("birth", born)]) == []
    assert findings.birth(somebody(), [happened("birth", born), happened("birth", died)]) == [
        "birth_twice",
        "birth_date",
    ]
    assert findings.death(somebody(died_on=died), [happened("death", died)]) == []
    assert findings.death(somebody(died_on=died), []) == ["death_event_missing"]
    assert findings.death(somebody(), [happened("death", died)]) == ["death_date"]


def test_a_marriage_is_of_a_man_and_a_woman_who_lived_then() -> None:
    husband, wife = somebody(), somebody(sex="F")
    event = happened("marriage", date(2011, 10, 7))
    assert findings.union(event, husband, wife) == []
    dead = somebody(died_on=date(2010, 1, 1))
    assert findings.union(event, dead, dead) == ["spouse_sex", "after_death"]
    assert findings.union(happened("marriage", date(1980, 1, 1)), husband, wife) == ["before_birth"]
