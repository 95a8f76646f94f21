"""Window means against sums."""

from __future__ import annotations

import numpy as np
import pytest

from gansearch.reporting.signal_windows import thinned


@pytest.mark.parametrize("steps", [0, 1, 199, 200, 201, 4690])
def test_windows_cover_every_step_once(steps: int) -> None:
    values = np.arange(steps, dtype=np.float32)
    ends, means = thinned(values)
    assert len(ends) == len(means) <= 200
    widths = np.diff(np.concatenate([[0], ends]))
    assert float((widths * means).sum()) == pytest.approx(float(values.sum(dtype=np.float64)), rel=1e-12, abs=1e-12)
    assert steps == 0 or ends[-1] == steps
