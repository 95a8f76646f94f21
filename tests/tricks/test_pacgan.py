"""The list of ten in the table of tricks: packs of two."""

from __future__ import annotations

import pytest
import torch

from gansearch.data import Data
from gansearch.errors import TrainingError
from gansearch.records import Geometry
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.lanes import FakeLanes
from gansearch.training import Lane, Pack
from gansearch.tricks.pacgan import Pacgan, packed


@pytest.mark.parametrize("samples", [2, 4])
def test_neighbours_become_channels(samples: int) -> None:
    lanes = FakeLanes(shape=(3, 8, 8))
    images, trick = lanes.samples("real", 16), Pacgan(samples=samples)
    got = trick.presented(lanes, images, None)
    assert got.shape == (3, 16 // samples, 3 * samples, 8, 8)
    for index in range(samples):
        assert torch.equal(got[:, :, 3 * index : 3 * index + 3], images[:, index::samples])
    geometry = trick.presented_geometry(lanes.sizes.geometry)
    assert geometry == Geometry((3 * samples, 8, 8), True, 2)


def test_points_become_longer() -> None:
    points = torch.arange(8.0).reshape(1, 4, 2)
    assert packed(points, 2).tolist() == [[[0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0]]]
    assert Pacgan(samples=3).presented_geometry(Geometry((2,), False, 0)).shape == (6,)


def test_a_batch_that_does_not_divide_is_refused() -> None:
    with pytest.raises(TrainingError, match="multiple of 3; got a batch of 16"):
        Pacgan(samples=3).presented(FakeLanes(), FakeLanes().samples("real", 16), None)


def test_only_the_first_layer_grows(tiny_data: Data) -> None:
    def shapes(pack: Pack) -> dict[str, tuple[int, ...]]:
        leaves = pack._training.discriminator.flat.leaves
        return {name: tuple(leaf.shape[1:]) for name, leaf in leaves.items()}

    alone = shapes(Pack([Lane(tiny_configuration(), 1)], tiny_data))
    together = shapes(Pack([Lane(tiny_configuration(Pacgan()), 1)], tiny_data))
    changed = {name: (shape, together[name]) for name, shape in alone.items() if shape != together[name]}
    assert changed == {"linear.0.weight": ((8, 64), (8, 128))}
