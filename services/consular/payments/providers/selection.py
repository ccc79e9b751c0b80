"""The provider that a process is configured for: the one place that knows which adapters there are."""

from services.consular.payments.providers.polled import PolledProvider
from services.consular.payments.providers.stripe.checkout import StripeProvider
from shared.settings import POLLED, Settings

Adapter = StripeProvider | PolledProvider


def provider_of(settings: Settings) -> Adapter:
    """Its adapter, by the kind that the settings name."""
    if settings.provider_kind == POLLED:
        return PolledProvider(settings.provider_url, settings.merchant, settings.provider_secret)
    return StripeProvider(settings.provider_url, settings.provider_secret)
