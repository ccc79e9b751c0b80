"""Is every day taken from a mission's zone or a stated one, never from the machine's, UTC's or the database's?

An instant has a day only somewhere: `local_date(instant, zone)` says where.
"""

import ast
import re
from collections.abc import Iterator

from deploy.dev.checks import sources

MEND = "take it by local_date(instant, zone) of the mission's zone or a stated one"
# They speak of what is forbidden.
EXEMPT = frozenset({"deploy/dev/checks/code/days.py", "tests/architecture/test_days.py"})
MODULES = {
    "datetime": "datetime",
    "time": "time",
    "email.utils": "email.utils",
    "pytz": "pytz",
    "dateutil": "dateutil",
    "dateutil.tz": "dateutil",
}
# Calls that read the machine's zone, or that throw the zone away.
FORBIDDEN_CALLS = {
    "datetime.date.today": "the machine's day",
    "datetime.datetime.today": "the machine's day",
    "datetime.date.fromtimestamp": "the machine's day",
    "datetime.datetime.utcnow": "an instant without a zone",
    "datetime.datetime.utcfromtimestamp": "an instant without a zone",
    "time.localtime": "the machine's hour",
    "time.gmtime": "UTC's day",
    "time.ctime": "the machine's hour",
    "time.asctime": "the machine's hour",
    "time.strftime": "the machine's hour",
    "email.utils.localtime": "the machine's hour",
}
NEEDS_ZONE = {"datetime.datetime.now": 0, "datetime.datetime.fromtimestamp": 1}
LOCAL_CALLS = frozenset({"local_time", "dates.local_time", "datetime.datetime.strptime", "datetime.datetime.combine"})
UTC_NAMES = frozenset({"datetime.UTC", "datetime.timezone.utc"})
# Columns that hold an instant, though their names end otherwise. `until` and `since` of plain values may be days.
INSTANT_COLUMNS = frozenset({"at", "since", "held_until", "offered_until", "rests_until"})
DAY_PARTS = frozenset({"year", "month", "day"})
DAY_CALLS = frozenset({"weekday", "isoweekday", "isocalendar", "timetuple", "utctimetuple", "toordinal"})
# An instant's day, month and year, as they are cut off its text.
DAY_LENGTHS = {len("2026-11-29"): "ten", len("2026-11"): "seven", len("2026"): "four"}
DATABASE_DAYS = re.compile(
    r"current_date|localtimestamp|localtime|to_date\(now|'(?:today|yesterday|tomorrow)'"
    r"|(?:now\(\)|current_timestamp|clock_timestamp\(\)|_at)\s*::\s*date"
    r"|cast\s*\(\s*(?:now\(\)|current_timestamp|\w+_at)\s+as\s+date"
    r"|\bdate\s*\(\s*(?:now\(\)|current_timestamp)|date_trunc\s*\(\s*'(?:day|week|month|year)'"
    r"|at\s+time\s+zone\s+'utc'"
    r"|(?:extract|date_part)\s*\(\s*'?(?:year|month|week|day|dow|isodow|doy)'?\s*(?:from|,)\s*"
    r"(?:now\(\)|current_timestamp|[\w.]*_at\b(?!\s+at\s+time\s+zone))",
    re.IGNORECASE,
)
EXTRACTED_DAYS = frozenset({"year", "month", "week", "day", "dow", "isodow", "doy"})
DATABASE_CALLS = frozenset({"current_date", "localtimestamp", "localtime", "date_trunc"})
# A script knows no zone but the reader's: it takes no day at all, and writes none.
PAGE_DAYS = re.compile(
    r"_at\s*(?:\[:(?:10|7|4)\]|\.(?:year|month|day|date\(\)))|\bnow\(\)"
    r"|new Date\b|Date\.(?:now|parse|UTC)\b|toISOString|toLocale(?:Date|Time)?String|Intl\.DateTimeFormat|Temporal\."
)
FORMATTED_DAY, FORMATTED_HOUR = re.compile(r"%-?[dDFjxyY]"), re.compile(r"%-?[HIcsTX]")


def complaints() -> list[str]:
    paths = [*sources.tracked_files(".py"), *sorted((sources.ROOT / "tests").rglob("*.py"))]
    checked = [path for path in paths if sources.name(path) not in EXEMPT]
    pages = [path for ending in (".html", ".js") for path in sources.tracked_files(ending)]
    print(f"    {len(checked)} modules, {len(pages)} templates and scripts")
    return [
        *(f"{sources.name(path)}:{fault}" for path in checked for fault in faults(sources.tree(path))),
        *(f"{sources.name(path)}:{fault}" for path in pages for fault in faults_of_page(path.read_text())),
    ]


def faults(module: ast.Module) -> list[str]:
    """Line and fault of every day that nobody says the place of."""
    return sorted(set(Reader(module).read()), key=lambda fault: int(fault.partition(" ")[0]))


def faults_of_page(text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), start=1):
        if found := PAGE_DAYS.search(line):
            yield f"{number} a page takes a day from an instant: {found[0]}; {MEND}"


class Reader:
    """Reads one module, with the names by which it calls the parts of datetime and time."""

    def __init__(self, module: ast.Module) -> None:
        self.module = module
        self.names = dict(_imported(module))
        self.docstrings = {id(text) for text in _docstrings(module)}
        # What a name was set to, wherever in the module; a name set twice is known as neither.
        self.values: dict[str, ast.expr | None] = {}
        for node in ast.walk(module):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                self.values[name] = None if name in self.values else node.value

    def read(self) -> Iterator[str]:
        for node in ast.walk(self.module):
            for fault in self.faults_of(node):
                yield f"{getattr(node, 'lineno', 1)} {fault}; {MEND}"

    def faults_of(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Call():
                yield from self.faults_of_call(node)
            case ast.Attribute(value=value, attr=attr) if attr in DAY_PARTS and self.is_instant(value):
                yield f"the {attr} of an instant is UTC's"
            case ast.Subscript(value=value, slice=ast.Slice(lower=None, upper=ast.Constant(value=int(upper)))):
                if upper in DAY_LENGTHS and self.is_written_instant(value):
                    yield f"the first {DAY_LENGTHS[upper]} signs of an instant are UTC's day"
            case ast.FormattedValue(value=value, format_spec=ast.JoinedStr(values=[ast.Constant(value=str(form))])):
                if self.is_instant(value) and is_day(form):
                    yield "an instant is written as UTC's day"
            case ast.Constant(value=str(text)) if id(node) not in self.docstrings:
                if found := DATABASE_DAYS.search(text):
                    yield f"a day of the database's own zone: {found[0]}"

    def faults_of_call(self, call: ast.Call) -> Iterator[str]:
        name, arguments = self.full_name(call.func), [*call.args, *(word.value for word in call.keywords)]
        if name in FORBIDDEN_CALLS:
            yield f"{name} is {FORBIDDEN_CALLS[name]}"
        if name in NEEDS_ZONE and len(arguments) <= NEEDS_ZONE[name]:
            yield f"{name} without a zone is the machine's hour"
        if name.partition(".")[0] in ("pytz", "dateutil"):
            yield f"{name} has a zone database of its own"
        yield from self.faults_of_conversion(call)
        if not isinstance(call.func, ast.Attribute):
            return
        receiver, verb = call.func.value, call.func.attr
        if verb in ("utcnow", "utcfromtimestamp"):
            yield f"{verb} gives an instant without a zone"
        if verb == "astimezone" and not arguments:
            yield "astimezone without a zone is the machine's"
        if verb == "date" and not arguments and not self.is_local(receiver):
            yield "the date of an instant that nobody says the zone of"
        if verb in DAY_CALLS and not arguments and self.is_instant(receiver):
            yield f"{verb} of an instant is UTC's"
        if verb == "strftime" and self.is_instant(receiver) and any(is_day(form) for form in _texts(call.args)):
            yield "an instant is written as UTC's day"
        if verb in DATABASE_CALLS and isinstance(receiver, ast.Name) and receiver.id == "func":
            yield f"func.{verb} is a day of the database's own zone"

    def faults_of_conversion(self, call: ast.Call) -> Iterator[str]:
        """`cast(row.paid_at, Date)` and `row.paid_at.cast(Date)`: the database takes its own zone's day."""
        match call:
            case ast.Call(func=ast.Name(id="cast"), args=[value, ast.Name(id="Date")]):
                is_local = _is_database_call(value, "timezone")
            case ast.Call(func=ast.Attribute(value=value, attr="cast"), args=[ast.Name(id="Date")]):
                is_local = _is_database_call(value, "timezone")
            case ast.Call(func=ast.Attribute(attr="date"), args=[value]) if _is_database_call(call, "date"):
                is_local = _is_database_call(value, "timezone")
            case ast.Call(args=[ast.Constant(value=str(part)), value]) if _is_database_call(call, "extract"):
                is_local = part not in EXTRACTED_DAYS or _is_database_call(value, "timezone")
            case _:
                return
        if not is_local:
            yield "a day of the database's own zone"

    def full_name(self, node: ast.expr) -> str:
        """`datetime.datetime.now`, by whatever name the module calls it."""
        if isinstance(node, ast.Attribute):
            return f"{self.full_name(node.value)}.{node.attr}"
        return self.names.get(node.id, node.id) if isinstance(node, ast.Name) else ""

    def value_of(self, node: ast.expr) -> ast.expr:
        """What a name was set to, if it was set once; else the node itself."""
        known = self.values.get(node.id) if isinstance(node, ast.Name) else None
        return known if known is not None else node

    def is_utc(self, node: ast.expr) -> bool:
        return self.full_name(node) in UTC_NAMES

    def is_local(self, receiver: ast.expr) -> bool:
        """Whether it is a wall clock's time: of a zone that stands there, or typed by somebody."""
        call = self.value_of(receiver)
        if not isinstance(call, ast.Call):
            return False
        name, arguments = self.full_name(call.func), [*call.args, *(word.value for word in call.keywords)]
        if name == "datetime.datetime.now" or name.endswith(".astimezone"):
            return len(arguments) == 1 and not self.is_utc(arguments[0])
        return name in LOCAL_CALLS

    def is_instant(self, node: ast.expr) -> bool:
        """Whether it is surely an instant in UTC: now, or a name that ends as those of instants do."""
        known = self.value_of(node)
        if isinstance(known, ast.Attribute):
            return known.attr.endswith("_at") or known.attr in INSTANT_COLUMNS
        if isinstance(known, ast.Name):
            return known.id.endswith("_at")
        if not isinstance(known, ast.Call) or self.is_local(known):
            return False
        name = self.full_name(known.func)
        return name in ("now", "datetime.datetime.now") or name.endswith((".now", ".astimezone"))

    def is_written_instant(self, node: ast.expr) -> bool:
        """Whether it may be an instant as text; what people type comes through other calls."""
        match node:
            case ast.Call(func=ast.Attribute(attr="isoformat")) | ast.Call(func=ast.Name(id="str")):
                return True
            case ast.Subscript(slice=ast.Constant(value=str(key))):
                return key == "at" or key.endswith("_at")
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return name == "at" or name.endswith("_at")
        return False


def is_day(form: str) -> bool:
    """Whether a format writes a day and no hour."""
    return bool(FORMATTED_DAY.search(form)) and not FORMATTED_HOUR.search(form)


def _is_database_call(node: ast.expr, verb: str) -> bool:
    """Whether it is `func.verb(...)`."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="func"), attr=attr)):
            return attr == verb
    return False


def _imported(module: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for each in node.names:
                if each.name in MODULES:
                    yield each.asname or each.name.partition(".")[0], MODULES[each.name]
        if isinstance(node, ast.ImportFrom) and node.module in MODULES:
            for each in node.names:
                yield each.asname or each.name, f"{MODULES[node.module]}.{each.name}"


def _docstrings(module: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(module):
        if isinstance(node, ast.Expr):
            yield node.value


def _texts(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
