"""Metrics of generated samples, one file each, and the extractors behind them."""

from gansearch.metrics._base import (
    Direction,
    Duel,
    Extractor,
    Measured,
    Metric,
    Players,
    RealSet,
    Scores,
    View,
    When,
    metrics,
)

__all__ = [
    "Direction",
    "Duel",
    "Extractor",
    "Measured",
    "Metric",
    "Players",
    "RealSet",
    "Scores",
    "View",
    "When",
    "metrics",
]
