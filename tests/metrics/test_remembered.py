from __future__ import annotations

import gc
import weakref

from gansearch.metrics import Measured
from gansearch.metrics._remembered import remembered
from gansearch.testing.measured import normal, of_features


def test_computes_once_per_object_and_keeps_none_alive() -> None:
    calls: list[int] = []

    @remembered
    def count(measured: Measured) -> int:
        calls.append(len(measured.features))
        return len(measured.features)

    first, second = of_features(normal(0, 3, 1)), of_features(normal(0, 3, 1))
    assert [count(first), count(first), count(second)] == [3, 3, 3]
    assert calls == [3, 3]
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None
