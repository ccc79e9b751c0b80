"""What a page costs the whole platform: CPU of the gateway, the mission's service and PostgreSQL, page by page.

`.venv/bin/python -m tests.benchmarks.pages` starts a platform, applies as a person would, and prints a table.
"""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.scenario_runner import STAFF, Actors
from deploy.demo.scenarios.answers import answers
from deploy.demo.scenarios.browser import Browser
from deploy.demo.scenarios.sign_in import sign_in
from deploy.demo.scenarios.steps import Steps, _typed
from shared.catalogue import CATALOGUE
from tests.benchmarks import meter
from tests.benchmarks.platform import BenchPlatform, bench_platform

SLUG = "passport-renewal"
WARM, TIMES, ROUNDS = 8, 12, 3
WEB = ("gateway", "consular")


@dataclass(frozen=True)
class Step:
    """Something a person asks of the platform again and again."""

    name: str
    ask: Callable[[], object]


def typed_step(steps: Steps, step: str) -> dict[str, str]:
    """The fields of one step of the form."""
    known = answers(SLUG, steps.person, steps.person.relative)
    asked = [one for one in CATALOGUE[SLUG].questions if one.step == step]
    values: dict[str, str] = {}
    for question in asked:
        values |= _typed(question.name, question.kind, known[question.name])
    return values


def steps_of(platform: BenchPlatform, folder: Path) -> list[Step]:
    """The pages, with an application behind each: a draft, one sent in, and those the desk has."""
    address = f"http://127.0.0.1:{platform.stack.gateway.port}"
    staff = {role: Browser(address, "en") for role in STAFF}
    for role, browser in staff.items():
        sign_in(browser, f"{role.replace('_', '-')}@mahjar.example")
    actors = Actors(address, folder / "actors.txt", staff["clerk"], "en")
    sent, draft = (Steps(*actors.register(SLUG), staff, SLUG, by_card=False) for _ in range(2))
    sent.apply()
    sent.pay()
    draft.fill()
    step = CATALOGUE[SLUG].questions[0].step
    form_page = f"/applications/{draft.reference}/questions/{step}"
    form, values = draft.applicant.open(form_page).form(f"/{step}"), typed_step(draft, step)
    own, desk = sent.applicant.open, staff["officer"].open

    def send() -> object:
        return draft.applicant.session.post(form.action, data={**form.values, **values}, allow_redirects=False)

    return [
        Step("form step, opened", lambda: draft.applicant.open(form_page)),
        Step("form step, sent", send),
        Step("view of an application", lambda: own(f"/applications/{sent.reference}")),
        Step("list of one's applications", lambda: own("/applications")),
        Step("list of one's notices", lambda: own("/notices")),
        Step("desk queue", lambda: desk("/desk")),
        Step("case at the desk", lambda: desk(f"/desk/cases/{sent.reference}")),
    ]


def cost(platform: BenchPlatform, step: Step) -> list[float]:
    """Milliseconds of CPU for one request: of the gateway, the service and PostgreSQL."""
    roots = [platform.pid(name) for name in WEB] + [platform.postgres]
    before = meter.read()
    for _ in range(TIMES):
        step.ask()
    after = meter.read()
    return [1000 * (after.of([root]) - before.of([root])) / TIMES for root in roots]


def main() -> None:
    """Prints, for each page, the median of the rounds."""
    with bench_platform() as platform:
        print(f"{'page':<28} {'gateway':>8} {'consular':>9} {'postgres':>9} {'whole':>7}  ms of CPU")
        for step in steps_of(platform, platform.folder.path):
            for _ in range(WARM):
                step.ask()
            rounds = [cost(platform, step) for _ in range(ROUNDS)]
            parts = [statistics.median(part) for part in zip(*rounds, strict=True)]
            whole = statistics.median(map(sum, rounds))
            print(f"{step.name:<28} {parts[0]:8.1f} {parts[1]:9.1f} {parts[2]:9.1f} {whole:7.1f}", flush=True)


if __name__ == "__main__":
    main()
