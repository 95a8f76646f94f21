"""What every plug-in of a kind must do; each check raises ``AssertionError`` with the rule and what was got."""

from __future__ import annotations

from gansearch.testing.contracts.data_sets import check_data, check_data_set
from gansearch.testing.contracts.declarations import check_declaration
from gansearch.testing.contracts.detectors import check_detector
from gansearch.testing.contracts.exported_generators import check_exported_generator
from gansearch.testing.contracts.losses import check_loss
from gansearch.testing.contracts.metrics import check_metric
from gansearch.testing.contracts.networks import check_discriminator, check_generator
from gansearch.testing.contracts.tricks import check_trick
from gansearch.testing.contracts.tricks_in_packs import check_trick_in_packs

__all__ = [
    "check_data",
    "check_data_set",
    "check_declaration",
    "check_detector",
    "check_discriminator",
    "check_exported_generator",
    "check_generator",
    "check_loss",
    "check_metric",
    "check_trick",
    "check_trick_in_packs",
]
