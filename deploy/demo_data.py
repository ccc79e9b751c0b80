"""The demo's people, registers and accounts; loaded once and kept."""


def load(admin_url: str, urls: dict[str, str]) -> None:
    """Idempotent: what is there stays as it is."""


def accounts() -> list[str]:
    """One line per account that a visitor may sign in with."""
    return []
