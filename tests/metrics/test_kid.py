from __future__ import annotations

from gansearch.metrics.kernel_distance import KernelDistance
from gansearch.metrics.kid import Kid
from gansearch.testing.measured import normal, of_features


def test_it_is_the_kernel_distance_of_another_view() -> None:
    """That it agrees with torch-fidelity's is tested beside ``fid``, on the same features."""
    real, fake = of_features(normal(0, 60, 5)), of_features(normal(1, 60, 5, shift=1.0))
    assert Kid().value(real=real, fake=fake) == KernelDistance().value(real=real, fake=fake)
