"""The process that consumes conscription's messages and sends its own."""

from services.conscription.handlers import HANDLERS, NAME
from shared.messaging.worker import run
from shared.settings import Settings


def main() -> None:
    """Runs until stopped. Documents are drawn at their first download, so there are only the common jobs."""
    run(Settings.load(NAME), HANDLERS)


if __name__ == "__main__":
    main()
