"""The process that hears what missions ask of conscription and sends its answers."""

from services.conscription.handlers import HANDLERS, NAME
from shared.messaging.worker import run
from shared.settings import Settings


def main() -> None:
    """Until told to stop. Papers are drawn at their first download, so there is no job beside the common ones."""
    run(Settings.load(NAME), HANDLERS)


if __name__ == "__main__":
    main()
