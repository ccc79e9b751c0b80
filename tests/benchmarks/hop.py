"""What the hop through the gateway adds: our client with its signed token, against http.client with none of that."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from itertools import repeat

from deploy.dev.supervisor import Child
from shared.identity.actor import REQUEST_SECONDS, Actor
from tests.benchmarks import shots
from tests.benchmarks.apps import QUESTIONS
from tests.benchmarks.platform import BenchPlatform, pid_of
from tests.benchmarks.rounds import FLOOR, OURS, Side, Window, no_failures

DIRECT, UNCHECKED = "direct", "unchecked"
MOST_RATE = 4_000


@contextmanager
def gateways(stage: BenchPlatform) -> Iterator[dict[str, Child]]:
    """The service and both gateways before it."""
    with stage.web("bench-inner", "tests.benchmarks.apps:inner()") as inner:
        told = {"MAHJAR_URL_CONSULAR": f"http://127.0.0.1:{inner.port}"}
        with (
            stage.web("bench-ours", "tests.benchmarks.apps:ours()", **told) as ours,
            stage.web("bench-floor", "tests.benchmarks.apps:floor()", **told) as floor,
        ):
            yield {DIRECT: inner, OURS: ours, FLOOR: floor}


def hopping(
    stage: BenchPlatform, served: dict[str, Child], pool: ProcessPoolExecutor, clients: int
) -> tuple[Side, ...]:
    """The service directly, then through either gateway: what lies between is the hop.

    The first side asks for a page that checks no token, which tells what the check itself costs.
    """
    inner, keys = served[DIRECT], stage.keys("gateway")

    def request_pages(count: int) -> Iterator[str]:
        for number in range(count // QUESTIONS):
            visitor = Actor("expatriate", f"guest-{number}", "expatriate", "RUH")
            yield from repeat(keys.sign("request", "consular", REQUEST_SECONDS, asdict(visitor)), QUESTIONS)

    def side(name: str, child: Child, path: str = "/hello") -> Side:
        def prepare(seconds: float) -> Window:
            requests = [
                shots.request("GET", path, child.port, token) for token in request_pages(int(MOST_RATE * seconds))
            ]
            return Window(
                lambda: pool.submit(shots.shoot, child.port, requests, seconds, clients).result(), no_failures
            )

        return Side(name, prepare, lambda: {pid_of(child), pid_of(inner)})

    return (
        side(UNCHECKED, inner, "/health"),
        side(DIRECT, inner),
        side(FLOOR, served[FLOOR]),
        side(OURS, served[OURS]),
    )
