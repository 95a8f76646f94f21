"""Detectors of failing runs, one file each, and the policy that stops them."""

from gansearch.detectors._base import Detector, Trace, detectors
from gansearch.detectors.policy import Policy, Verdict, default_detectors, policy_from_settings

__all__ = ["Detector", "Policy", "Trace", "Verdict", "default_detectors", "detectors", "policy_from_settings"]
