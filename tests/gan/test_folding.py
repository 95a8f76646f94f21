"""Lanes beside each other as channels, and apart again."""

from __future__ import annotations

import pytest
import torch

from gansearch.gan.folding import folded, unfolded


@pytest.mark.parametrize("shape", [(3, 5, 4), (3, 5, 4, 2, 6), (1, 2, 3, 4, 5)])
def test_channels_of_a_lane_stay_together(shape: tuple[int, ...]) -> None:
    inputs = torch.arange(float(torch.Size(shape).numel())).view(shape)
    lanes, batch, channels = shape[:3]

    together = folded(inputs)

    assert together.shape == (batch, lanes * channels, *shape[3:])
    for lane in range(lanes):
        assert torch.equal(together[:, lane * channels : (lane + 1) * channels], inputs[lane])
    assert torch.equal(unfolded(together, lanes), inputs)


def test_what_was_unfolded_is_folded_without_a_copy() -> None:
    together = torch.zeros(5, 12, 2, 6)

    again = folded(unfolded(together, 3))

    assert again.data_ptr() == together.data_ptr()
    assert again.is_contiguous()
