"""Layers that fade in: the gate over the steps, and a function that does not change when one is put in."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor, autograd, nn

from gansearch.errors import PluginError
from gansearch.gan import Draws, Parameter
from gansearch.gan.growth import Gate, Grown
from gansearch.gan.layers import Elementwise, Linear
from gansearch.gan.plain import plain_module
from gansearch.testing.seeded import seeded_normal

WIDTH, LANES = 4, 3
LAYER = Grown("gate.1", (Linear("linear.1", WIDTH, WIDTH), Elementwise(torch.tanh)), Gate(100, 50))


def values(lanes: int = LANES) -> dict[str, Tensor]:
    return {each.name: seeded_normal(each.name, range(lanes), each.shape) for each in LAYER.parameters}


def test_the_gate_opens_over_the_steps_of_the_fade() -> None:
    steps = torch.tensor([0, 100, 101, 125, 150, 10_000])

    assert Gate(100, 50)(steps).tolist() == pytest.approx([0, 0, 0.02, 0.5, 1, 1], abs=1e-15)
    assert Gate(100, 1)(steps).tolist() == [0, 0, 1, 1, 1, 1]


def test_the_gate_is_a_frozen_number_that_follows_the_steps() -> None:
    gate = LAYER.parameters[-1]

    assert (gate.name, gate.shape, gate.is_frozen, gate.follows) == ("gate.1", (), True, Gate(100, 50))
    assert [each.name for each in LAYER.parameters] == ["linear.1.weight", "linear.1.bias", "gate.1"]


@pytest.mark.parametrize("lanes", [1, LANES])
def test_a_layer_that_is_put_in_changes_nothing(lanes: int) -> None:
    inputs, numbers = seeded_normal("inputs", range(lanes), (5, WIDTH)), values(lanes)
    layer = torch.tanh(inputs @ numbers["linear.1.weight"].mT + numbers["linear.1.bias"][:, None])

    def at(share: float) -> Tensor:
        return LAYER({**numbers, "gate.1": torch.full((lanes,), share).double()}, inputs, None)

    assert torch.equal(at(0.0), inputs)
    torch.testing.assert_close(at(1.0), layer, rtol=0, atol=1e-15)
    torch.testing.assert_close(at(0.25), inputs + 0.25 * (layer - inputs), rtol=0, atol=1e-15)


def test_a_layer_that_is_not_there_yet_learns_nothing() -> None:
    numbers = {name: value.requires_grad_() for name, value in values().items()}
    gates = torch.tensor([0.0, 0.5, 1.0]).double()

    output = LAYER({**numbers, "gate.1": gates}, seeded_normal("inputs", range(LANES), (5, WIDTH)), None)
    slopes = autograd.grad(output.sum(), [numbers["linear.1.weight"], numbers["linear.1.bias"]])

    assert [bool(slope[lane].any()) for slope in slopes for lane in range(LANES)] == [False, True, True] * 2


def test_exported_it_has_the_gate_that_it_had() -> None:
    made, numbers = plain_module((LAYER,), "Made"), values(1)
    code: dict[str, object] = {"nn": nn, "torch": torch, "Tensor": Tensor}
    exec(compile(made.source, "made.py", "exec"), code)
    module = code["Generator"]().double()  # type: ignore[operator]
    module.load_state_dict(made.state(numbers))
    inputs = seeded_normal("inputs", range(1), (5, WIDTH))

    assert made.tensors["layers.0.gate"] == "gate.1"
    assert [name for name, _ in module.named_parameters()] == ["layers.0.level.0.weight", "layers.0.level.0.bias"]
    torch.testing.assert_close(module(inputs[0]), LAYER(numbers, inputs, None)[0], rtol=0, atol=1e-12)


def test_a_level_that_does_not_say_what_it_is_cannot_be_exported() -> None:
    class Odd:
        parameters: tuple[Parameter, ...] = ()

        def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
            return inputs

    with pytest.raises(PluginError, match=r"gate\.1 cannot be exported: its layer Odd needs a method plain_layers"):
        plain_module((Grown("gate.1", (Odd(),), Gate(1, 1)),), "Made")
