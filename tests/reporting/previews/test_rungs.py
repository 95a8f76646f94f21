"""The epochs at which a pruner judges."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from gansearch.records import Setting
from gansearch.reporting.previews.rungs import rungs


@pytest.mark.parametrize(
    ("pruner", "every", "found"),
    [
        ({"name": "none"}, 5, ()),
        ({"name": "wilcoxon"}, 5, ()),
        ({"name": "median"}, 5, (5, 10, 15)),
        ({"name": "median"}, 0, ()),
        ({"name": "successive_halving"}, 1, (5,)),
        ({"name": "promotion", "min_resource": 1, "reduction_factor": 2}, 1, (1, 2, 4, 8, 16)),
        ({"name": "hyperband"}, 2, (2, 6, 18)),
    ],
)
def test_rungs_of_20_epochs(pruner: Mapping[str, Setting], every: int, found: tuple[int, ...]) -> None:
    assert rungs(pruner, 20, every) == found
