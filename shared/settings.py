"""The settings of a process, read from its environment. No other module reads environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


def is_specimen(env: Mapping[str, str] = os.environ) -> bool:
    """Whether this is the demo, with specimen documents and stand-ins for partners."""
    return env.get("MAHJAR_SPECIMEN", "1") != "0"


def is_strict(env: Mapping[str, str] = os.environ) -> bool:
    """Whether a missing translation is an error, as the tests set it."""
    return bool(env.get("MAHJAR_STRICT"))


def fonts_folder(env: Mapping[str, str] = os.environ) -> Path:
    """The folder of the prepared fonts."""
    return Path(env.get("MAHJAR_FONTS", ".data/fonts"))


@dataclass(frozen=True)
class Settings:
    """Settings of one service's process. Missing ones raise KeyError with the variable's name, at start."""

    service: str
    database_url: str
    bus_url: str
    keys: Path
    public_url: str
    secret: str
    url_consular: str = ""
    url_civil_registry: str = ""
    url_conscription: str = ""
    provider_url: str = ""
    provider_secret: tuple[str, ...] = ()
    fonts: Path = Path(".data/fonts")
    specimen: bool = True

    @classmethod
    def load(cls, service: str, env: Mapping[str, str] = os.environ) -> "Settings":
        """From variables that start with MAHJAR_."""
        return cls(
            service=service,
            database_url=env["MAHJAR_DATABASE_URL"],
            bus_url=env.get("MAHJAR_BUS_URL", ""),
            keys=Path(env["MAHJAR_KEYS"]),
            public_url=env.get("MAHJAR_PUBLIC_URL", "http://127.0.0.1:8080").rstrip("/"),
            secret=env["MAHJAR_SECRET"],
            url_consular=env.get("MAHJAR_URL_CONSULAR", ""),
            url_civil_registry=env.get("MAHJAR_URL_CIVIL_REGISTRY", ""),
            url_conscription=env.get("MAHJAR_URL_CONSCRIPTION", ""),
            provider_url=env.get("MAHJAR_PROVIDER_URL", ""),
            provider_secret=tuple(filter(None, env.get("MAHJAR_PROVIDER_SECRET", "").split(","))),
            fonts=fonts_folder(env),
            specimen=is_specimen(env),
        )

    @property
    def secure(self) -> bool:
        """Whether people reach us by https, so that cookies may insist on it."""
        return self.public_url.startswith("https://")
