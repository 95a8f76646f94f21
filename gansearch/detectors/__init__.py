"""Detectors of failing runs, one file each, and the policy that stops them."""

from gansearch.detectors._base import Detector, Trace, detectors

__all__ = ["Detector", "Trace", "detectors"]
