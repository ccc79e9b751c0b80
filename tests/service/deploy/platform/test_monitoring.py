"""Each alarm fires when it should and not before; rules and dashboard name metrics that processes show."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry, generate_latest

from services.consular.applications.rules import WAITING
from services.consular.views.operations.metrics import MissionCollector
from services.gateway.accounts.mail.metrics import MailCollector
from shared.database.db import Database
from shared.identity.actor import service
from shared.messaging.metrics import JobCollector, MessageCollector
from shared.web.request_metrics import count_requests
from tests.conftest import ServiceClient, expatriate

FOLDER = Path(__file__).parents[4] / "deploy/platform/monitoring"
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((FOLDER / "alarms.yml").read_text())["groups"] for rule in group["rules"]
]
DAY = 86400
# The metric's labels, a value that must not alarm, and one that must.
CASES: dict[str, tuple[str, float, float]] = {
    "OutboxLate": ('mahjar_outbox_age_seconds{service="consular"}', 300, 301),
    "InboxLate": ('mahjar_inbox_lag_seconds{service="consular"}', 600, 601),
    "MessageParked": ('mahjar_parked_age_seconds{service="consular"}', 3600, 3601),
    "MessageGap": ('mahjar_inbox_gap_age_seconds{service="consular"}', 900, 901),
    "QueueLong": ('mahjar_queue_length{service="consular"}', 1000, 1001),
    "WorkerSilent": ('mahjar_worker_silent_seconds{service="consular"}', 60, 61),
    "JobOverdue": ('mahjar_job_overdue_intervals{service="consular", job="days"}', 5, 6),
    "JobFails": ('mahjar_job_failures{service="consular", job="days"}', 2, 3),
    "RefundUnpaid": ('mahjar_refund_age_seconds{mission="RUH"}', 7 * DAY, 7 * DAY + 1),
    "MoneyHeld": ('mahjar_held_age_seconds{mission="RUH"}', 3 * DAY, 3 * DAY + 1),
    "StatementLineOpen": ('mahjar_statement_line_age_seconds{mission="RUH"}', 3 * DAY, 3 * DAY + 1),
    "StatementMissing": ('mahjar_statement_age_days{mission="RUH"}', 35, 36),
    "BooksDiffer": ('mahjar_discrepancy_age_seconds{mission="RUH"}', DAY, DAY + 1),
    "MailLate": ('mahjar_mail_age_seconds{service="gateway"}', 900, 901),
    "MailReturned": ('mahjar_mails_undeliverable{service="gateway"}', 20, 21),
    "LapseClockStands": ('mahjar_lapse_late_days{mission="RUH"}', 1, 2),
    "DrawLate": ('mahjar_draw_late_seconds{mission="RUH"}', 3600, 3601),
    "ApplicationsLate": ('mahjar_applications_late{mission="RUH"}', 50, 51),
    "ProcessUnseen": ('up{job="mahjar", instance="consular:9464"}', 1, 0),
}
# Rates need several series: all requests, and those that fail or are slow, per minute.
SERIES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "RequestsFail": (
        {
            'mahjar_requests_total{service="consular", status="200"}': "0+1000x300",
            'mahjar_requests_total{service="consular", status="503"}': "0+10x300",
        },
        {
            'mahjar_requests_total{service="consular", status="200"}': "0+1000x300",
            'mahjar_requests_total{service="consular", status="503"}': "0+20x300",
        },
    ),
    "RequestsSlow": (
        {
            'mahjar_request_seconds_bucket{service="consular", le="1.0"}': "0+96x300",
            'mahjar_request_seconds_bucket{service="consular", le="2.0"}': "0+100x300",
            'mahjar_request_seconds_bucket{service="consular", le="+Inf"}': "0+100x300",
        },
        {
            'mahjar_request_seconds_bucket{service="consular", le="1.0"}': "0+90x300",
            'mahjar_request_seconds_bucket{service="consular", le="2.0"}': "0+100x300",
            'mahjar_request_seconds_bucket{service="consular", le="+Inf"}': "0+100x300",
        },
    ),
}
AFTER = "4h"


def series(alert: str) -> tuple[dict[str, str], dict[str, str]]:
    """What must not alarm, and what must."""
    if alert in SERIES:
        return SERIES[alert]
    name, quiet, loud = CASES[alert]
    return {name: f"{quiet}x300"}, {name: f"{loud}x300"}


def fired(alert: str, given: dict[str, str], folder: Path) -> str:
    """The alarms that promtool says are firing."""
    shutil.copy(FOLDER / "alarms.yml", folder)
    test = {
        "rule_files": ["alarms.yml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in given.items()],
                # Expecting none: what fires is named in the difference.
                "alert_rule_test": [{"eval_time": AFTER, "alertname": alert, "exp_alerts": []}],
            }
        ],
    }
    (folder / "test.yml").write_text(yaml.safe_dump(test))
    ran = subprocess.run(
        ["promtool", "test", "rules", "test.yml"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (ran.returncode == 0) == ("got:[]" in ran.stdout.replace(" ", "") or "SUCCESS" in ran.stdout), ran.stderr
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
@pytest.mark.parametrize("alert", [rule["alert"] for rule in RULES])
def test_each_alarm_fires_beyond_its_limit_and_not_at_it(alert: str, tmp_path: Path) -> None:
    quiet, loud = series(alert)
    assert fired(alert, quiet, tmp_path) == ""
    assert f'alertname="{alert}"' in fired(alert, loud, tmp_path)


def test_every_rule_has_its_case_and_says_how_urgent_it_is() -> None:
    assert {rule["alert"] for rule in RULES} == CASES.keys() | SERIES.keys()
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    assert {rule["labels"]["severity"] for rule in RULES} == {"page", "ticket"}


@pytest.fixture(scope="module")
def exposed(
    database: Callable[[str], Database], urls: dict[str, str], service_client: Callable[[str], ServiceClient]
) -> str:
    """What the processes show."""
    registry = CollectorRegistry()
    bus = urls["bus"].replace("postgresql+psycopg://", "pgmq://")
    registry.register(MessageCollector("consular", database("consular"), bus))
    registry.register(MissionCollector(database("consular"), service("consular"), WAITING))
    registry.register(JobCollector("consular", lambda: {"days": (0.5, 0)}))
    shown = generate_latest(registry).decode()
    mails = CollectorRegistry()
    mails.register(MailCollector(database("gateway")))
    app = service_client("consular").app
    before, after = list(app.before_request_funcs.get(None, [])), list(app.after_request_funcs.get(None, []))
    app._got_first_request = False
    try:
        count_requests(app, "consular")
        app._got_first_request = True
        service_client("consular").get("/applications/RUH-CANARY-NAME-7", expatriate())
        service_client("consular").client.open("/Rasha-Canary?name=Rasha", method="CANARY")
    finally:
        app.before_request_funcs[None], app.after_request_funcs[None] = before, after
    return shown + generate_latest(mails).decode() + generate_latest().decode()


def names_in(expression: str) -> set[str]:
    return set(re.findall(r"mahjar_\w+", expression))


def test_rules_and_dashboard_name_what_is_shown(exposed: str) -> None:
    shown = set(re.findall(r"^(mahjar_\w+)[{ ]", exposed, flags=re.MULTILINE))
    ruled = {name for rule in RULES for name in names_in(rule["expr"])}
    board = json.loads((FOLDER / "dashboard.json").read_text())
    drawn = {name for panel in board["panels"] for target in panel["targets"] for name in names_in(target["expr"])}
    # What has no row yet has no line.
    assert (ruled | drawn) - shown <= {"mahjar_held_amount", "mahjar_held_payments"}
    assert len(board["panels"]) == len({panel["id"] for panel in board["panels"]})


def test_labels_hold_nothing_of_anybody(exposed: str) -> None:
    labels = set(re.findall(r'(\w+)="', exposed))
    assert labels <= {"service", "mission", "currency", "job", "method", "route", "status", "le"} | {
        *("implementation", "major", "minor", "patchlevel", "version", "generation")
    }
    assert "CANARY" not in exposed and "Canary" not in exposed
    assert 'route="/applications/<reference>"' in exposed and 'method="other"' in exposed


def test_the_how_to_names_every_metric(exposed: str) -> None:
    told = (FOLDER.parents[2] / "docs/how-to/watch-it-run.md").read_text()
    shown = set(re.findall(r"^# TYPE (mahjar_\w+) ", exposed, flags=re.MULTILINE))
    assert {name for name in shown if not name.endswith("_created") and name not in told} == set()
