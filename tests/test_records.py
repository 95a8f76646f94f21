"""Records: what follows from settings."""

from __future__ import annotations

import pytest

from gansearch.records import Setting, reals_seen


@pytest.mark.parametrize(
    ("settings", "seen"),
    [
        ({"training.batch_size": 64}, 6400),
        ({"training.batch_size": 64, "training.d_steps_per_g_step": 5}, 32_000),
        ({"training.batch_size": 64, "training.half_batches": True}, 3200),
        ({"script.file": "train.py"}, None),
    ],
)
def test_reals_seen_in_a_hundred_steps(settings: dict[str, Setting], seen: int | None) -> None:
    assert reals_seen(settings, 100) == seen
