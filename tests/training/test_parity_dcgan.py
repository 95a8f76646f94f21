"""DCGAN in packs: a lane beside others trains as it does alone, on 8 x 8 images with 8 filters and batches of 16."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
import torch

from gansearch.data import Data
from gansearch.gan import losses
from gansearch.gan.dcgan import DcganDiscriminator, DcganGenerator
from gansearch.testing.capture import lanes_at_once
from gansearch.testing.data import TinyImages
from gansearch.training import Configuration, Lane, Pack, TrainingSettings, optimizers
from gansearch.tricks import Trick, tricks

LANES = 8
FILTERS = 8
CASES = [("batch", "none", ("ema", "r1_penalty")), ("batch", "batch", ()), ("layer", "instance", ("wgan_gp",))]
cases = pytest.mark.parametrize(("generator", "discriminator", "names"), CASES)


def lane(index: int, generator: str, discriminator: str, names: tuple[str, ...]) -> Lane:
    """The ``index``-th of several lanes, which differ in seed, dropout, rate and the strength of a penalty."""
    adam: Any = optimizers.get("adam")
    numbers: dict[str, dict[str, float]] = {
        "ema": {"decay": 0.9},
        "r1_penalty": {"gamma": 0.1 * (index + 1)},
        "wgan_gp": {"weight": 1.0 + index},
    }
    made: list[Trick] = [tricks.get(name)(**numbers[name]) for name in names]
    configuration = Configuration(
        dataset=TinyImages(),
        generator=DcganGenerator(filters=FILTERS, latent_size=4, normalisation=generator),
        discriminator=DcganDiscriminator(filters=FILTERS, dropout=0.05 * (index + 1), normalisation=discriminator),
        loss=losses.get("non_saturating")(),
        generator_optimizer=adam(lr=1e-4 * (index + 1)),
        discriminator_optimizer=adam(lr=2e-4 * (index + 1)),
        tricks=tuple(made),
        training=TrainingSettings(batch_size=16, epochs=25),
    )
    return Lane(configuration, seed=100 + index)


def train(pack: Pack, epochs: int) -> dict[str, np.ndarray[Any, Any]]:
    """Signals of all epochs, [K, steps] by name."""
    read = [pack.train_epoch() for _ in range(epochs)]
    values = np.concatenate([signals.values for signals in read], axis=2)
    return {name: values[:, index] for index, name in enumerate(read[0].names)}


@pytest.fixture(params=["lane by lane", "lanes at once"])
def form(request: pytest.FixtureRequest) -> Iterator[None]:
    """The forms that a CPU takes, and those that other devices take: of convolutions, updates and random streams."""
    with lanes_at_once() if request.param == "lanes at once" else nullcontext():
        yield


@cases
@pytest.mark.usefixtures("form")
def test_parity_in_double_precision_over_100_steps(
    tiny_data: Data, generator: str, discriminator: str, names: tuple[str, ...]
) -> None:
    lanes = [lane(index, generator, discriminator, names) for index in range(3)]
    together = Pack(lanes, tiny_data, dtype=torch.float64)
    signals = train(together, 25)

    for index in (0, 2):
        alone = Pack([lanes[index]], tiny_data, dtype=torch.float64)
        expected = train(alone, 25)
        for name, values in expected.items():
            assert values.shape == (1, 100)
            np.testing.assert_allclose(signals[name][index], values[0], rtol=1e-6, atol=1e-7, err_msg=name)
        state = together.lane_state(index).tensors
        for name, tensor in alone.lane_state(0).tensors.items():
            torch.testing.assert_close(state[name], tensor, rtol=1e-9, atol=1e-9)
        torch.testing.assert_close(
            together.sample(8, averaged=True)[index], alone.sample(8, averaged=True)[0], rtol=1e-9, atol=1e-9
        )


@cases
def test_parity_of_losses_and_scores_in_single_precision_over_10_steps(
    tiny_data: Data, generator: str, discriminator: str, names: tuple[str, ...]
) -> None:
    lanes = [lane(index, generator, discriminator, names) for index in range(LANES)]
    signals = train(Pack(lanes, tiny_data), 3)

    for index in (0, 7):
        alone = train(Pack([lanes[index]], tiny_data), 3)
        for name in ("d_loss", "g_loss", "real_score", "fake_score"):
            np.testing.assert_allclose(
                signals[name][index, :10], alone[name][0, :10], rtol=1e-5, atol=1e-5, err_msg=name
            )


def test_a_nan_stays_in_its_lane(tiny_data: Data) -> None:
    poisoned, healthy = (Pack([lane(index, *CASES[1]) for index in range(3)], tiny_data) for _ in range(2))
    state = poisoned.lane_state(1)
    state.tensors["discriminator.parameters"][7] = float("nan")
    poisoned.load_lane_state(1, state)

    ill, well = train(poisoned, 2), train(healthy, 2)

    assert np.isnan(ill["d_loss"][1]).all()
    for index in (0, 2):
        for name, values in well.items():
            assert np.array_equal(ill[name][index], values[index]), name
