"""What a page weighs and how long it takes on a slow line, in a real Chromium: `python -m tests.slow_lines --write`.

It asks a platform that runs already (`make run`) and writes docs/slow-lines.md. The lines are those of the network
panel of browsers and one slower still, of which the limits below are promised.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.factories.environment.chromium import CHROMIUM, FLAGS

PAGE = Path(__file__).parents[1] / "docs" / "slow-lines.md"
PHONE: ViewportSize = {"width": 360, "height": 740}
LIMIT_MS = 120_000
# Of the slowest line.
PAINT_SECONDS, LOAD_SECONDS, HTML_BYTES = 5.0, 14.0, 16 * 1024
PATHS = (
    "/ar/",
    "/en/",
    "/ar/services/passport-renewal",
    "/ar/seats/passport/RUH",
    "/ar/track",
    "/ar/sign-up",
    "/ar/help",
)
READ = """() => new Promise(done => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  const [page] = performance.getEntriesByType('navigation');
  const parts = performance.getEntriesByType('resource');
  done([paint.startTime, page.loadEventStart, page.encodedBodySize, page.decodedBodySize,
        parts.reduce((sum, one) => sum + one.encodedBodySize, 0), parts.length]);
})"""


@dataclass(frozen=True)
class Line:
    """A line: bits a second, and seconds there and back."""

    name: str
    bits: int
    round_trip: float


LINES = (
    Line("slow 2G: 50 kbit/s, 2 s", 50_000, 2.0),
    Line("2G: 250 kbit/s, 0.8 s", 250_000, 0.8),
    Line("3G: 750 kbit/s, 0.3 s", 750_000, 0.3),
)


@dataclass(frozen=True)
class Measured:
    """Seconds until something is seen and until everything is there; bytes of the page and of what it loads."""

    paint: float
    load: float
    page_bytes: int
    unpacked_bytes: int
    other_bytes: int
    other_count: int


def measure(browser: Browser, url: str, line: Line) -> Measured:
    """A first visit with an empty cache."""
    context = browser.new_context(viewport=PHONE, locale=url.rstrip("/").split("/")[3])
    page = context.new_page()
    page.set_default_timeout(LIMIT_MS)
    network = context.new_cdp_session(page)
    bytes_a_second = line.bits / 8
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": line.round_trip * 1000,
            "downloadThroughput": bytes_a_second,
            "uploadThroughput": bytes_a_second,
        },
    )
    page.goto(url, wait_until="load")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
    paint, load, *sizes = page.evaluate(READ)
    context.close()
    return Measured(paint / 1000, load / 1000, *map(int, sizes))


def measure_all(url: str) -> dict[str, dict[str, Measured]]:
    """Every page on every line."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        return {path: {line.name: measure(browser, url + path, line) for line in LINES} for path in PATHS}


def faults(found: dict[str, dict[str, Measured]]) -> list[str]:
    """Which promises do not hold on the slowest line."""
    slowest = {path: lines[LINES[0].name] for path, lines in found.items()}
    return [
        f"{path}: {what} is {value:g}, allowed {limit:g}"
        for path, one in slowest.items()
        for what, value, limit in (
            ("first paint", one.paint, PAINT_SECONDS),
            ("load", one.load, LOAD_SECONDS),
            ("the page", one.page_bytes, HTML_BYTES),
        )
        if value > limit
    ]


def written(found: dict[str, dict[str, Measured]]) -> str:
    """The page of the documentation."""
    times = [
        f"| `{path}` | "
        + " | ".join(f"{lines[one.name].paint:.1f} / {lines[one.name].load:.1f}" for one in LINES)
        + " |"
        for path, lines in found.items()
    ]
    weights = [
        f"| `{path}` | {one.page_bytes:,} | {one.unpacked_bytes:,} | {one.other_bytes:,} in {one.other_count} |"
        for path, lines in found.items()
        for one in [lines[LINES[0].name]]
    ]
    return "\n".join(
        [
            "# Slow lines",
            "Written by `python -m tests.slow_lines --write` against a running platform: a first visit with an empty",
            "cache, on a screen of 360 px.",
            "",
            f"Promised on the slowest line: first paint within {PAINT_SECONDS:g} s, all within {LOAD_SECONDS:g} s, "
            f"the page with its styles within {HTML_BYTES // 1024} KB packed.",
            "A test keeps the weight; this command keeps the times.",
            "",
            "## Seconds until something is seen / until everything is there",
            "| page | " + " | ".join(line.name for line in LINES) + " |",
            "|---|" + "---|" * len(LINES),
            *times,
            "",
            "## Bytes",
            "| page | packed, with its styles | unpacked | fonts, script, icon |",
            "|---|---|---|---|",
            *weights,
            "",
        ]
    )


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--url", default="http://127.0.0.1:8080")
    reader.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    told = reader.parse_args()
    found = measure_all(told.url)
    sys.stdout.write(written(found))
    if told.write:
        PAGE.write_text(written(found), encoding="utf-8")
    if broken := faults(found):
        sys.exit("\n".join(broken))


if __name__ == "__main__":
    main()
