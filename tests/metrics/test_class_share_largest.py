from __future__ import annotations

import pytest

from gansearch.metrics.class_share_largest import ClassShareLargest
from gansearch.testing.measured import of_classes


@pytest.mark.parametrize(("labels", "share"), [([4] * 9, 1.0), ([0, 1, 2, 3], 0.25), ([0, 0, 0, 1], 0.75)])
def test_share_of_the_most_frequent_class(labels: list[int], share: float) -> None:
    fake = of_classes(labels, 5)
    assert ClassShareLargest().measure(real=fake, fake=fake) == share
