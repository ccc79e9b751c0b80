"""Metrics that are read at each look, in the words of this platform."""

from collections.abc import Mapping
from typing import Any

from prometheus_client.core import GaugeMetricFamily


def gauge(
    name: str, words: str, values: Mapping[Any, float], labels: tuple[str, ...] = ("service",)
) -> GaugeMetricFamily:
    """A metric with its values by labels, each key a tuple of as many texts as there are labels."""
    family = GaugeMetricFamily(f"mahjar_{name}", words, labels=labels)
    for of, value in values.items():
        family.add_metric(of, value)
    return family
