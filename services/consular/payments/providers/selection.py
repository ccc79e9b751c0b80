"""The provider that a process is configured for: the one place that knows which adapters there are."""

from services.consular.payments.providers.card import Provider
from services.consular.payments.providers.polled import PolledProvider
from shared.settings import POLLED, Settings

Adapter = Provider | PolledProvider


def provider_of(settings: Settings) -> Adapter:
    """Its adapter, by the kind that the settings name."""
    secret = next(iter(settings.provider_secret), "")
    if settings.provider_kind == POLLED:
        return PolledProvider(settings.provider_url, settings.merchant, secret)
    return Provider(settings.provider_url, secret)
