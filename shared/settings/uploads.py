"""Where uploads are stored, with which key they are sealed, and who scans them for malware."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from shared.production import StartRefused, is_strong_key

DEFAULT_FOLDER, DEFAULT_REGION = ".data/uploads", "us-east-1"
# What happens to an upload while the scanner does not answer: it is not taken, or it is stored and shown to nobody.
REFUSE, WAIT = "refuse", "wait"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class S3Settings:
    """A bucket at an S3-compatible service. `endpoint` is host and port."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str
    region: str
    secure: bool


@dataclass(frozen=True)
class ScannerSettings:
    """A clamd: the path of its socket, or its host and port; and what happens while it does not answer."""

    path: str
    host: str
    port: int
    when_down: str


@dataclass(frozen=True)
class UploadSettings:
    """`keys` are secrets: the first seals, each of them opens."""

    folder: Path
    s3: S3Settings | None
    keys: tuple[str, ...]
    scanner: ScannerSettings | None

    @classmethod
    def load(cls, env: Mapping[str, str], *, specimen: bool) -> "UploadSettings":
        """Raises StartRefused with one sentence for a setting that is incomplete or cannot be meant."""
        return cls(
            folder=Path(env.get("MAHJAR_UPLOADS") or DEFAULT_FOLDER),
            s3=_s3(env, specimen=specimen),
            keys=_keys(env, specimen=specimen),
            scanner=_scanner(env),
        )


def _keys(env: Mapping[str, str], *, specimen: bool) -> tuple[str, ...]:
    keys = tuple(filter(None, env.get("MAHJAR_UPLOADS_KEY", "").replace(" ", "").split(",")))
    if not specimen and not all(map(is_strong_key, keys)):
        raise StartRefused(
            "Set MAHJAR_UPLOADS_KEY to 32 random bytes in hexadecimal digits, or to several such keys with commas."
        )
    return keys or (env.get("MAHJAR_SECRET", ""),)


def _s3(env: Mapping[str, str], *, specimen: bool) -> S3Settings | None:
    address = env.get("MAHJAR_S3_URL", "")
    if not address:
        return None
    try:
        parts = urlsplit(address)
        host, bucket, port = parts.hostname or "", parts.path.strip("/"), parts.port
    except ValueError:
        host, bucket, port = "", "", None
    if not host or not bucket or "/" in bucket or parts.scheme not in ("http", "https") or parts.username:
        raise StartRefused("Set MAHJAR_S3_URL to the service's address and the bucket: https://HOST/BUCKET.")
    if parts.scheme == "http" and not specimen and host not in LOOPBACK:
        raise StartRefused("Outside demo mode MAHJAR_S3_URL must start with https, unless it is on this machine.")
    access_key, secret_key = env.get("MAHJAR_S3_ACCESS_KEY", ""), env.get("MAHJAR_S3_SECRET_KEY", "")
    if not access_key or not secret_key:
        raise StartRefused("MAHJAR_S3_URL needs MAHJAR_S3_ACCESS_KEY and MAHJAR_S3_SECRET_KEY as well.")
    shown = f"[{host}]" if ":" in host else host
    endpoint = f"{shown}:{port}" if port else shown
    region = env.get("MAHJAR_S3_REGION") or DEFAULT_REGION
    return S3Settings(endpoint, bucket, access_key, secret_key, region, parts.scheme == "https")


def _scanner(env: Mapping[str, str]) -> ScannerSettings | None:
    address, when_down = env.get("MAHJAR_CLAMD", ""), env.get("MAHJAR_CLAMD_DOWN") or REFUSE
    if when_down not in (REFUSE, WAIT):
        raise StartRefused("Set MAHJAR_CLAMD_DOWN to refuse or to wait.")
    if not address:
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        port, parts = None, urlsplit("")
    if parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc:
        return ScannerSettings(parts.path, "", 0, when_down)
    if parts.scheme == "tcp" and parts.hostname and port:
        return ScannerSettings("", parts.hostname, port, when_down)
    raise StartRefused("Set MAHJAR_CLAMD to unix:/PATH/OF/SOCKET or to tcp://HOST:PORT.")
