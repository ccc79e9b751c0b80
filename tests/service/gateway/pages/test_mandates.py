"""Acting for others through the real pages, in both languages: whom for, mandates given, accepted, checked, ended."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest

from deploy.demo.days import today
from deploy.demo.population import specimens
from deploy.demo.population.specimens import Specimen
from shared.i18n import language as language_of
from tests.factories.applications import Counter
from tests.factories.duplicates import alike, filed
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import fill, send
from tests.factories.mandates import Client, close_files, release
from tests.factories.uploads import PDF

SLUG, FIRST = "individual-extract", "passport-first"
PEOPLE = (specimens.WOMAN, specimens.SERVED, specimens.MOTHER, specimens.FATHER, specimens.SON, specimens.DAUGHTER)
LANGUAGES = ("ar", "en")


@pytest.fixture(autouse=True)
def clean(service_client: Client, registers: int) -> Iterator[None]:
    assert registers
    release(service_client, *PEOPLE)
    close_files(service_client, specimens.SON, specimens.DAUGHTER)
    yield
    release(service_client, *PEOPLE)


def named(one: Specimen) -> dict[str, str]:
    return {"national_number": one.national_number, "given_name": one.given_name}


def parts(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def soon() -> date:
    return today() + timedelta(days=40)


def give(browser: Browser, to: Specimen, language: str, **changes: Any) -> Any:
    page = f"/{language}/account/mandates/new"
    form: dict[str, Any] = {
        "agent_number": to.national_number,
        "agent_given": to.given_name,
        "scope": [SLUG],
        **parts("until", soon()),
    }
    return browser.submit(page, key=browser.hidden(page, "key"), **{**form, **changes})


def references(text: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r"RUH-V[A-Z0-9-]+", text)))


def submit_form(browser: Browser, language: str, reference: str, verb: str) -> Any:
    page = f"/{language}/account/mandates"
    key = re.search(rf'value="([^"]+-{verb}-{reference})"', browser.get(page).text)
    assert key, f"no button {verb}"
    return browser.submit(f"{page}/{reference}/{verb}", page=page, key=key[1])


def opened(answer: Any) -> str:
    assert answer.status_code == 303, answer.text
    return re.search("/applications/([A-Z0-9-]+)", answer.location)[1]  # type: ignore[index]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mandate_from_account_to_account_until_it_is_ended(gateway: Gateway, language: str) -> None:
    woman, agent = gateway.visitor(person=specimens.WOMAN), gateway.visitor(person=specimens.SERVED)
    assert f"/{language}/account/mandates" in woman.get(f"/{language}/account").text
    known = references(woman.get(f"/{language}/account/mandates").text)
    closed = give(woman, specimens.SERVED, language, at="XXX")
    assert closed.status_code == 422 and language_of(language).text("refusal.mandate_office_closed") in closed.text
    assert references(woman.get(f"/{language}/account/mandates").text) == known
    assert give(woman, specimens.SERVED, language).location.endswith("done=granted")
    [mandate, *_] = references(woman.get(f"/{language}/account/mandates").text)
    assert submit_form(agent, language, mandate, "accept").location.endswith("done=accept")
    whom = f"/{language}/apply/{SLUG}/whom"
    assert f'value="mandate:{mandate}"' in agent.get(whom).text
    by = agent.submit(whom, whom=f"mandate:{mandate}").location
    assert by.endswith(f"/apply/{SLUG}/by/{mandate}")
    page = agent.get(by)
    assert page.status_code == 200 and ("Reem" if language == "en" else "ريم") in page.text
    reference = opened(
        agent.submit(f"/{language}/apply/{SLUG}/behalf", page=by, key=agent.hidden(by, "key"), mandate=mandate)
    )
    fill(agent, SLUG, reference, language)
    assert send(agent, reference, language).endswith("/pay")
    at = f"/{language}/applications/{reference}"
    for browser in (woman, agent):
        shown = browser.get(at).text
        assert all(name in shown for name in (("Reem", "Fadi") if language == "en" else ("ريم", "فادي")))
        assert reference in browser.get(f"/{language}/applications").text
    assert submit_form(woman, language, mandate, "end").location.endswith("done=end")
    refused = agent.get(at)
    assert refused.status_code == 403
    assert ("Your mandate for this person has ended" if language == "en" else "انتهت وكالتك") in refused.text
    assert agent.get(f"/{language}/applications").status_code == 200
    assert woman.get(at).status_code == 200
    withdrawal = f"{at}/withdraw"
    assert woman.submit(withdrawal, key=woman.hidden(withdrawal, "key")).status_code == 303


@pytest.mark.clock
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wrong_with_a_mandate_is_said_beside_its_field(gateway: Gateway, language: str) -> None:
    woman = gateway.visitor(person=specimens.WOMAN)
    before = references(woman.get(f"/{language}/account/mandates").text)
    for changes, field in (
        ({"agent_number": "123"}, "agent_number"),
        ({"agent_number": specimens.WOMAN.national_number}, "agent_number"),
        ({"agent_given": ""}, "agent_given"),
        ({"scope": []}, "scope"),
        (parts("until", date(2020, 1, 1)), "until"),
        (parts("until", today() + timedelta(days=800)), "until"),
        ({"until-year": ""}, "until"),
    ):
        answer = give(woman, specimens.SERVED, language, **changes)
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text, (changes, field)
        assert specimens.SERVED.given_name in answer.text or field == "agent_given"
    assert references(woman.get(f"/{language}/account/mandates").text) == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wife_applies_for_her_husband(gateway: Gateway, language: str) -> None:
    mother = gateway.visitor(person=specimens.MOTHER)
    whom = f"/{language}/apply/{SLUG}/whom"
    assert f'{whom}"' in mother.get(f"/{language}/services/{SLUG}").text
    assert mother.submit(whom).status_code == 422
    name = mother.submit(whom, whom="relative").location
    wrong = mother.submit(name, **{**named(specimens.FATHER), "given_name": "زيد"})
    assert wrong.status_code == 422 and ("no relative of yours" in wrong.text or "قريبًا لك" in wrong.text)
    judged = mother.submit(name, **named(specimens.FATHER))
    assert judged.status_code == 200 and ("Anas" if language == "en" else "أنس") in judged.text
    key = re.search(r'name="key" value="([^"]+)"', judged.text)[1]  # type: ignore[index]
    form = {"capacity": "relative", "key": key, **named(specimens.FATHER)}
    reference = opened(mother.submit(f"/{language}/apply/{SLUG}/behalf", page=name, **form))
    fill(mother, SLUG, reference, language)
    assert send(mother, reference, language).endswith("/pay")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_daughter_applies_for_her_late_father(gateway: Gateway, language: str) -> None:
    daughter = gateway.visitor(person=specimens.HEIRESS)
    late = named(specimens.LATE_FATHER)
    name = f"/{language}/apply/{SLUG}/for/relative"
    judged = daughter.submit(name, **late)
    assert 'class="tag refused"' not in judged.text
    form = {"capacity": "relative", "key": re.search(r'name="key" value="([^"]+)"', judged.text)[1], **late}  # type: ignore[index]
    reference = opened(daughter.submit(f"/{language}/apply/{SLUG}/behalf", page=name, **form))
    asked = daughter.get(f"/{language}/applications/{reference}/questions/details").text
    assert "consular_registration" not in asked and 'name="purpose"' in asked
    worded = {"en": "need the document about your father", "ar": "لماذا تحتاج إلى البيان عن والدك"}[language]
    assert worded in re.sub("</?bdi>", "", asked)
    fill(daughter, SLUG, reference, language)
    assert send(daughter, reference, language).endswith("/pay")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dead_relative_is_offered_where_the_paper_is_given_after_death(gateway: Gateway, language: str) -> None:
    daughter, said = gateway.visitor(person=specimens.HEIRESS), {"en": "deceased", "ar": "متوفى"}[language]
    father = f'value="{specimens.LATE_FATHER.person}"'
    offered = daughter.get(f"/{language}/apply/{SLUG}/for/relative").text
    assert father in offered and said in offered
    judged = daughter.submit(f"/{language}/apply/{SLUG}/for/relative", kin=specimens.LATE_FATHER.person)
    assert judged.status_code == 200 and 'class="tag refused"' not in judged.text
    of_the_living = daughter.get(f"/{language}/apply/movement-statement/for/relative").text
    assert specimens.WIDOW.person in of_the_living and father not in of_the_living and said not in of_the_living


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_choices_speak_of_the_living_relative_too(gateway: Gateway, language: str) -> None:
    mother, name = gateway.visitor(person=specimens.MOTHER), f"/{language}/apply/{SLUG}/for/relative"
    key = re.search(r'name="key" value="([^"]+)"', mother.submit(name, **named(specimens.FATHER)).text)[1]  # type: ignore[index]
    form = {"capacity": "relative", "key": key, **named(specimens.FATHER)}
    reference = opened(mother.submit(f"/{language}/apply/{SLUG}/behalf", page=name, **form))
    asked = mother.get(f"/{language}/applications/{reference}/questions/details").text
    said = {"en": ("register him with", "he stays six"), "ar": ("سجّلوه", "فإقامته")}[language]
    assert all(words in asked for words in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_dead_no_longer_need_is_refused_for_the_true_reason(gateway: Gateway, language: str) -> None:
    daughter = gateway.visitor(person=specimens.HEIRESS)
    judged = daughter.submit(f"/{language}/apply/movement-statement/for/relative", **named(specimens.LATE_FATHER))
    said = {
        "en": ("No death is entered on the entry", "a death is recorded on it"),
        "ar": ("وفاة مسجلة", "الوفاة مسجلة فيه"),
    }
    assert all(words in judged.text for words in said[language])
    assert judged.text.count('class="tag refused"') == 1 and 'name="key"' not in judged.text


def test_for_oneself_goes_the_old_way(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.MOTHER)
    assert browser.submit(f"/en/apply/{SLUG}/whom", whom="self").location.endswith(f"/en/apply/{SLUG}")
    assert browser.submit(f"/en/apply/{SLUG}/whom", whom="guardian").status_code == 422
    assert browser.get("/en/apply/birth-statement/for/relative").status_code == 404


@pytest.mark.clock
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mothers_paper_is_checked_and_then_she_applies_for_her_child(gateway: Gateway, language: str) -> None:
    mother = gateway.visitor(person=specimens.MOTHER)
    name = f"/{language}/apply/{FIRST}/for/guardian"
    refused = mother.submit(name, **named(specimens.SON))
    assert refused.status_code == 422 and "guardianship" in refused.text
    page = f"/{language}/account/mandates/paper/guardianship"
    form = {
        "principal_number": specimens.SON.national_number,
        "principal_given": specimens.SON.given_name,
        **parts("issued_on", today() - timedelta(days=20)),
    }
    key = f"guardian-{language}"
    missing = mother.submit(page, key=key, **form)
    assert missing.status_code == 422 and 'id="scan-error"' in missing.text
    old = {**form, **parts("issued_on", today() - timedelta(days=120))}
    late = mother.submit(page, key=key, scan=(BytesIO(PDF), "p.pdf", "application/pdf"), **old)
    assert late.status_code == 422 and 'id="issued_on-error"' in late.text
    sent = mother.submit(page, key=mother.hidden(page, "key"), scan=(BytesIO(PDF), "p.pdf", "application/pdf"), **form)
    assert sent.location.endswith("done=handed_in")
    [mandate, *_] = references(mother.get(f"/{language}/account/mandates").text)
    assert f"mandate:{mandate}" not in mother.get(f"/{language}/apply/{FIRST}/whom").text
    clerk, officer = gateway.visitor("clerk"), gateway.visitor("officer")
    listed, one = f"/{language}/desk/mandates", f"/{language}/desk/mandates/{mandate}"
    assert mandate in officer.get(listed).text
    scan, picture = officer.get(f"{one}/scan"), officer.get(f"{one}/scan/page")
    assert (scan.data[:5], scan.headers["Content-Disposition"]) == (b"%PDF-", f"attachment; filename={mandate}.pdf")
    assert (picture.content_type, picture.headers["Content-Disposition"].split(";")[0]) == ("image/jpeg", "inline")
    assert scan.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "desk/mandates/" + mandate + "/accept" not in clerk.get(one).text
    assert specimens.SON.national_number in officer.get(one).text
    unsaid = officer.submit(f"{one}/refuse", page=one, reason="")
    assert unsaid.status_code == 422 and 'id="reason-error"' in unsaid.text
    assert officer.submit(f"{one}/accept", page=one, key=officer.hidden(one, "key")).location.endswith("done=accepted")
    whom = f"/{language}/apply/{FIRST}/whom"
    by = mother.submit(whom, whom=f"mandate:{mandate}").location
    answer = mother.submit(f"/{language}/apply/{FIRST}/behalf", page=by, key=mother.hidden(by, "key"), mandate=mandate)
    assert opened(answer)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_officer_refuses_a_paper_and_the_agent_reads_why(gateway: Gateway, language: str) -> None:
    agent, officer = gateway.visitor(person=specimens.SERVED), gateway.visitor("officer")
    page = f"/{language}/account/mandates/paper/power_of_attorney"
    form: dict[str, Any] = {
        "principal_number": specimens.WOMAN.national_number,
        "principal_given": specimens.WOMAN.given_name,
        "scope": [SLUG],
        **parts("issued_on", today() - timedelta(days=20)),
        **parts("until", soon()),
    }
    scan = (BytesIO(PDF), "p.pdf", "application/pdf")
    assert agent.submit(page, key=agent.hidden(page, "key"), scan=scan, **form).status_code == 303
    [mandate, *_] = references(agent.get(f"/{language}/account/mandates").text)
    one = f"/{language}/desk/mandates/{mandate}"
    form = {"key": officer.hidden(one, "key"), "reason": "paper_not_attested", "note": "no stamp"}
    assert officer.submit(f"{one}/refuse", page=one, **form).status_code == 303
    assert "no stamp" in agent.get(f"/{language}/account/mandates").text
    assert "no stamp" in officer.get(one).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_officer_judges_a_second_file_on_the_case_page(
    gateway: Gateway, counter: Callable[..., Counter], language: str
) -> None:
    one, other = alike()
    first, second = filed(counter, one), filed(counter, other)
    officer, clerk = gateway.visitor("officer"), gateway.visitor("clerk")
    page = f"/{language}/desk/cases/{second.reference}"
    assert first.reference in officer.get(page).text and "judgement" not in clerk.get(page).text
    assert second.reference in officer.get(f"/{language}/desk?status=exceptions").text
    key = f"{officer.hidden(page, 'key')}"
    unsaid = officer.submit(f"{page}/duplicate", page=page, key=key, other=first.reference)
    assert unsaid.status_code == 422 and 'id="judgement-error"' in unsaid.text
    form = {"key": key, "other": first.reference, "judgement": "cleared:namesakes", "note": "seen both"}
    assert officer.submit(f"{page}/duplicate", page=page, **form).location.endswith("done=duplicate")
    assert "seen both" in officer.get(page).text
