"""Metrics of generated samples, one file each, and the reference extractor."""

from gansearch.metrics._base import Direction, Extractor, Measured, Metric, RealSet, metrics

__all__ = ["Direction", "Extractor", "Measured", "Metric", "RealSet", "metrics"]
