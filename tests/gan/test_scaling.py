"""Doubling and halving: sides that come out exactly, for every kernel and way."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from gansearch.gan import Module
from gansearch.gan.layers import Sequential
from gansearch.gan.scaling import DOWNS, KERNELS, POOLS, UPS, Scaling
from gansearch.testing.seeded import seeded_normal

SIDES = [(6, 8), (7, 3), (1, 2), (1, 1)]
SCALING = Scaling(name="scaling", in_channels=2, out_channels=3, kernel=4, sides=(6, 8), has_bias=True)


def shape(layers: tuple[Module, ...], sides: tuple[int, int], lanes: int) -> torch.Size:
    module = Sequential(layers)
    values = {each.name: seeded_normal(each.name, range(lanes), each.shape) for each in module.parameters}
    return module(values, seeded_normal("images", range(lanes), (5, 2, *sides)), None).shape


@pytest.mark.parametrize("lanes", [1, 3])
@pytest.mark.parametrize("up", UPS)
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("sides", SIDES)
def test_sides_double_exactly(sides: tuple[int, int], kernel: int, up: str, lanes: int) -> None:
    layers = replace(SCALING, kernel=kernel, sides=sides).doubled(up)

    assert shape(layers, sides, lanes) == (lanes, 5, 3, 2 * sides[0], 2 * sides[1])


@pytest.mark.parametrize("lanes", [1, 3])
@pytest.mark.parametrize("down", DOWNS)
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("sides", SIDES)
def test_sides_are_halved_as_is_said(sides: tuple[int, int], kernel: int, down: str, lanes: int) -> None:
    scaling = replace(SCALING, kernel=kernel, sides=sides)
    pool = (POOLS[down],) if down in POOLS else ()

    got = shape((*scaling.halved(down), *pool), sides, lanes)

    assert got == (lanes, 5, 3, *scaling.half_sides(down))
    assert all(abs(half - side / 2) <= 1 for half, side in zip(scaling.half_sides(down), sides, strict=True))
    if not any(side % 2 for side in sides):
        assert scaling.half_sides(down) == (sides[0] // 2, sides[1] // 2)


@pytest.mark.parametrize("has_bias", [True, False])
def test_there_is_one_convolution_under_the_name(has_bias: bool) -> None:
    names = ["scaling.weight", "scaling.bias"] if has_bias else ["scaling.weight"]
    scaling = replace(SCALING, has_bias=has_bias)

    for layers in (*map(scaling.doubled, UPS), *map(scaling.halved, DOWNS)):
        assert [each.name for each in Sequential(layers).parameters] == names
