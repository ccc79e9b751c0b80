"""The settings of a process, read from its environment. No other module reads environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from shared.production import StartRefused, check_secrets, is_demo
from shared.settings.mail import MailSettings
from shared.settings.observation import ObservationSettings
from shared.settings.uploads import UploadSettings
from shared.values.money import CARD_CURRENCIES

# The kinds of card providers there are adapters to: those that speak the Stripe API, and one that is only asked.
STRIPE, POLLED = "stripe", "polled"
STRIPE_API, STRIPE_PAGES = "https://api.stripe.com", "https://checkout.stripe.com"
# The service that sends e-mails.
MAILING = "gateway"
SECRETS = ("MAHJAR_SECRET", "MAHJAR_PUBLIC_URL", "MAHJAR_DATABASE_URL")


@dataclass(frozen=True)
class AuthorityFiles:
    """A signing certificate with its intermediates, its private key, and the roots it is verified against (PEM)."""

    certificate: Path
    key: Path
    roots: Path


def is_specimen(env: Mapping[str, str] = os.environ) -> bool:
    """Whether this process belongs to a demo. Raises StartRefused for a mode that is neither."""
    return is_demo(env)


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
    provider_page: str = ""
    provider_secret: str = ""
    webhook_secrets: tuple[str, ...] = ()
    provider_name: str = ""
    provider_kind: str = STRIPE
    merchant: str = ""
    terms_url: str = ""
    beacon: str = ""
    rates_source: str = ""
    fonts: Path = Path(".data/fonts")
    specimen: bool = True
    authority: AuthorityFiles | None = None
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    mail: MailSettings = field(default_factory=lambda: MailSettings.load({}, specimen=True))
    observation: ObservationSettings = field(default_factory=ObservationSettings)
    uploads: UploadSettings = field(default_factory=lambda: UploadSettings.load({}, specimen=True))

    @classmethod
    def load(cls, service: str, env: Mapping[str, str] = os.environ) -> "Settings":
        """From variables that start with MAHJAR_. Raises StartRefused outside demo mode without its secrets."""
        specimen = is_demo(env)
        if not specimen:
            check_secrets(env, _secrets_of(service, env))
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
            provider_page=_provider_page(env),
            provider_secret=env.get("MAHJAR_PROVIDER_SECRET", ""),
            webhook_secrets=tuple(filter(None, env.get("MAHJAR_WEBHOOK_SECRET", "").split(","))),
            provider_name=env.get("MAHJAR_PROVIDER_NAME", ""),
            provider_kind=_provider_kind(env),
            merchant=env.get("MAHJAR_MERCHANT", ""),
            terms_url=env.get("MAHJAR_TERMS_URL", ""),
            beacon=env.get("MAHJAR_BEACON", ""),
            rates_source=env.get("MAHJAR_RATES", ""),
            fonts=fonts_folder(env),
            specimen=specimen,
            authority=_authority(env),
            trusted_proxies=_networks(env.get("MAHJAR_TRUSTED_PROXIES", "")),
            mail=MailSettings.load(env, specimen=specimen, required=service == MAILING and not specimen),
            observation=ObservationSettings.load(env),
            uploads=UploadSettings.load(env, specimen=specimen),
        )

    @property
    def secure(self) -> bool:
        """Whether people reach us by https, so that cookies may insist on it."""
        return self.public_url.startswith("https://")

    @property
    def takes_cards(self) -> bool:
        """Whether a card payment may start."""
        return bool(self.provider_url) and self.names_merchant

    def takes_cards_in(self, currency: str) -> bool:
        """Whether a card payment may start in a currency; of a provider of the polled kind we know no list."""
        return self.takes_cards and (self.provider_kind == POLLED or currency in CARD_CURRENCIES)

    @property
    def names_merchant(self) -> bool:
        """Whether money may be taken elsewhere than at a counter: by card or by transfer. Outside demo mode the payer
        is told who takes it, through whom, and where the terms are."""
        return self.specimen or bool(self.merchant and self.provider_name and self.terms_url.startswith("https://"))


def _secrets_of(service: str, env: Mapping[str, str]) -> tuple[str, ...]:
    bus = ("MAHJAR_BUS_URL",) if env.get("MAHJAR_BUS_URL") else ()
    return (*SECRETS, *bus, *(provider_secrets(env) if service == "consular" else ()))


def provider_secrets(env: Mapping[str, str]) -> tuple[str, ...]:
    """The secrets of the card provider that is named: its key, and that of its notifications where it sends any."""
    if not env.get("MAHJAR_PROVIDER_URL"):
        return ()
    notifying = ("MAHJAR_WEBHOOK_SECRET",) if _provider_kind(env) == STRIPE else ()
    return ("MAHJAR_PROVIDER_SECRET", *notifying)


def _provider_page(env: Mapping[str, str]) -> str:
    """The origin of the pages that payers are sent to: the provider's own, unless it has them elsewhere."""
    url = env.get("MAHJAR_PROVIDER_URL", "").rstrip("/")
    return env.get("MAHJAR_PROVIDER_PAGE") or (STRIPE_PAGES if url == STRIPE_API else url)


def _provider_kind(env: Mapping[str, str]) -> str:
    """Raises StartRefused for a kind of provider that there is no adapter to."""
    kind = env.get("MAHJAR_PROVIDER_KIND") or STRIPE
    if kind not in (STRIPE, POLLED):
        raise StartRefused(f"Set MAHJAR_PROVIDER_KIND to {STRIPE} or to {POLLED}.")
    return kind


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks between commas. Raises StartRefused for anything else."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise StartRefused(
            f"MAHJAR_TRUSTED_PROXIES: {error}; write networks such as 172.16.0.0/12, 10.0.0.2"
        ) from error


def _authority(env: Mapping[str, str]) -> AuthorityFiles | None:
    if not env.get("MAHJAR_AUTHORITY_CERTIFICATE"):
        return None
    return AuthorityFiles(
        Path(env["MAHJAR_AUTHORITY_CERTIFICATE"]),
        Path(env.get("MAHJAR_AUTHORITY_KEY", "")),
        Path(env.get("MAHJAR_AUTHORITY_ROOTS", "")),
    )
