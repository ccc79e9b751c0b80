"""What a start outside demo mode requires: every secret set, none of them a default."""

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import unquote, urlsplit

SHORTEST = 16
SECRET_BYTES = 32
# Defaults of this product's demo and of the servers it connects to.
DEFAULTS = (
    "specimen",
    "password",
    "postgres",
    "guest",
    "rabbitmq",
    "mahjar",
    "secret",
    "changeme",
    "change-me",
    "admin",
)
PASSWORD = f"an address with a password of at least {SHORTEST} characters that is no default"


class StartRefused(SystemExit):
    """Ends a start with one sentence. A SystemExit, so that every program prints the sentence and no traceback."""


def is_demo(environment: Mapping[str, str], default: str = "1") -> bool:
    """Whether MAHJAR_SPECIMEN asks for the demo. Raises StartRefused for anything but 0 and 1."""
    mode = environment.get("MAHJAR_SPECIMEN", default)
    if mode not in ("0", "1"):
        raise StartRefused("Set MAHJAR_SPECIMEN to 0 for production or to 1 for the demo.")
    return mode == "1"


def check_secrets(environment: Mapping[str, str], variables: Iterable[str]) -> None:
    """Raises StartRefused that names every variable which is missing or holds a default."""
    wanted = [f"{name} to {_WANTED[name][1]}" for name in variables if not _WANTED[name][0](environment.get(name, ""))]
    if wanted:
        listed = " and ".join([", ".join(wanted[:-1]), wanted[-1]] if len(wanted) > 1 else wanted)
        raise StartRefused(f"Outside demo mode set {listed}.")


def is_strong(secret: str) -> bool:
    """Whether a secret is long enough and no known default."""
    folded = secret.casefold()
    return len(secret) >= SHORTEST and len(set(secret)) > 3 and not folded.startswith(DEFAULTS)


def is_strong_key(secret: str) -> bool:
    """Whether a secret is at least 32 bytes in hexadecimal digits and no known default."""
    try:
        return len(bytes.fromhex(secret)) >= SECRET_BYTES and is_strong(secret)
    except ValueError:
        return False


def _are_strong(secrets: str) -> bool:
    """While one secret replaces another, both stand there between commas."""
    return all(is_strong(secret) for secret in secrets.split(","))


def _has_password(address: str) -> bool:
    return is_strong(unquote(urlsplit(address).password or ""))


def _is_https(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" and bool(parts.hostname)


_WANTED: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "MAHJAR_SECRET": (is_strong_key, f"{SECRET_BYTES} random bytes in hexadecimal digits"),
    "MAHJAR_PUBLIC_URL": (_is_https, "the https address that people open"),
    "MAHJAR_PROVIDER_SECRET": (is_strong, f"the card provider's key of at least {SHORTEST} characters"),
    "MAHJAR_WEBHOOK_SECRET": (_are_strong, f"the secret of its notifications, at least {SHORTEST} characters"),
    "DATABASE_URL": (_has_password, PASSWORD),
    "BUS_URL": (_has_password, PASSWORD),
    "MAHJAR_DATABASE_URL": (_has_password, PASSWORD),
    "MAHJAR_BUS_URL": (_has_password, PASSWORD),
}
