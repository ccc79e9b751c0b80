"""How many statements may each use case send to PostgreSQL? The one table of it, and whether a test counts each."""

import ast
from pathlib import Path

from deploy.dev.checks import sources

# All statements of all services: the session's and the audit's too, without BEGIN, COMMIT and the one that sets the
# mission. A budget is raised only in a commit that says why.
BUDGETS: dict[str, int] = {
    # Changes, from the page to its answer.
    "start": 5,
    "submit": 17,
    "settle in cash": 16,
    "accept": 12,
    "collect": 10,
    "start, consular alone": 3,
    "save answers": 2,
    "submit, consular alone": 10,
    "settle in cash, consular alone": 11,
    "accept, consular alone": 9,
    "collect, consular alone": 8,
    # The same for a batch of many, but for a day's seats of each day that is asked for.
    "hold": 11,
    # The day is read once for all who ask at one moment, and what is free after it once more in a second.
    "hold, time full": 3,
    # Pages, with what the gateway asks of its own tables.
    "form step": 6,
    "form step, sent": 6,
    "view of an application": 8,
    "free times of an appointment": 6,
    # One of them asks whether the account's own identity has to be confirmed again.
    # One more than the reading: whether a booked time stands beside a row is asked of the calendar.
    "list of one's applications": 6,
    "list of one's notices": 4,
    "desk queue": 4,
    "case at the desk": 8,
    "letters at the desk": 4,
    "list of one's inquiries": 4,
    "an inquiry": 6,
    "an inquiry to confirm": 10,
    "inquiries at the desk": 4,
    "an inquiry at the desk": 7,
    # Messages, with an effect of one statement each.
    "a message, handled alone": 8,
    # Three for each on average.
    "50 messages, handled in a batch": 150,
}


def complaints() -> list[str]:
    counted = counted_use_cases(sorted((sources.ROOT / "tests").rglob("test_*.py")))
    for use_case, budget in BUDGETS.items():
        print(f"    {use_case}: {budget}")
    return [f"no test counts the statements of: {use_case}" for use_case in sorted(set(BUDGETS) - counted)]


def counted_use_cases(paths: list[Path]) -> set[str]:
    """The use cases that tests name in `statements.within("...")`."""
    return {
        str(call.args[0].value)
        for path in paths
        for call in ast.walk(sources.tree(path))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "within"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
