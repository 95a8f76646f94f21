"""Row 41 of the table of tricks."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from gansearch.data import Data
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.lanes import FakeLanes
from gansearch.training import Lane, Pack
from gansearch.training.descent.adam import Adam
from gansearch.training.descent.sgd import Sgd
from gansearch.tricks.two_time_scale import TwoTimeScale


@pytest.mark.parametrize("ratio", [0.1, 1.0, 4.0, 10.0])
def test_the_product_of_the_rates_is_kept(ratio: float) -> None:
    lanes, trick, loss = FakeLanes(), TwoTimeScale(ratio=ratio), torch.zeros(3, dtype=torch.float64)
    discriminator = trick.update_share(lanes, loss, "discriminator")
    generator = trick.update_share(lanes, loss, "generator")
    assert (discriminator * generator).tolist() == pytest.approx([1.0] * 3, rel=1e-12)
    assert (discriminator / generator).tolist() == pytest.approx([ratio] * 3, rel=1e-12)


@pytest.mark.parametrize("optimizer", [Adam(lr=1e-3), Sgd(lr=1e-2, momentum=0.5)], ids=["adam", "sgd"])
def test_it_is_the_same_as_two_rates(optimizer: Adam | Sgd, tiny_data: Data) -> None:
    root = math.sqrt(4.0)
    fast = replace(optimizer, lr=optimizer.lr * root)
    slow = replace(optimizer, lr=optimizer.lr / root)
    with_trick = replace(
        tiny_configuration(TwoTimeScale(ratio=4.0)), generator_optimizer=optimizer, discriminator_optimizer=optimizer
    )
    with_rates = replace(tiny_configuration(), generator_optimizer=slow, discriminator_optimizer=fast)
    packs = [Pack([Lane(each, 1)], tiny_data, dtype=torch.float64) for each in (with_trick, with_rates)]
    first = packs[0].sample(8, averaged=False)
    for pack in packs:
        for _ in range(10):
            pack.train_epoch()
    samples = [pack.sample(8, averaged=False) for pack in packs]
    torch.testing.assert_close(samples[0], samples[1], rtol=0, atol=1e-9)
    assert (samples[0] - first).abs().max() > 1e-3
