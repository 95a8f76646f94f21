"""A player: its update, step by step that of torch.optim, and the ratio that it measures."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest
import torch
from torch import nn

from gansearch.gan.mlp import MlpDiscriminator
from gansearch.records import Geometry
from gansearch.testing.capture import lanes_at_once
from gansearch.testing.seeded import seeded_normal
from gansearch.testing.streams import seeded_streams
from gansearch.training.configuration import Optimizer
from gansearch.training.descent.adam import Adam
from gansearch.training.descent.rmsprop import RmsProp
from gansearch.training.descent.sgd import Sgd
from gansearch.training.player import Player
from gansearch.training.stacking import stack_traced


def player(lr: float = 0.5) -> Player:
    module = MlpDiscriminator(layers=1).build(Geometry((3,), bounded=False, classes=0))
    return Player(module, "torch", seeded_streams(1, 2), Sgd(lr=lr))


def test_an_update_moves_the_parameters_along_the_gradients() -> None:
    one = player()
    before = one.flat.values.clone()

    one.update(one.gather([torch.ones(2, 1, 3), 2 * torch.ones(2, 1)]), None, measure=False)

    step = torch.tensor([0.5, 0.5, 0.5, 1.0]).expand(2, -1)
    torch.testing.assert_close((before - one.flat.values)[:, :4], step, rtol=0, atol=1e-6)
    assert not one.flat.values[:, 4:].any()
    assert one.gradient_norm().tolist() == pytest.approx([7**0.5] * 2, rel=1e-6)


def test_the_ratio_is_held_between_measurements() -> None:
    one = player()
    gradients = [torch.ones(2, 1, 3), torch.ones(2, 1)]
    expected = 0.5 * 2 / one.flat.values.norm(dim=1)

    one.update(one.gather(gradients), None, measure=True)
    torch.testing.assert_close(one.update_ratio, expected, rtol=1e-5, atol=0)
    one.update(one.gather(gradients), None, measure=False)
    torch.testing.assert_close(one.update_ratio, expected, rtol=1e-5, atol=0)
    one.update(one.gather(gradients), None, measure=True)
    assert not torch.allclose(one.update_ratio, expected, rtol=1e-3)


def test_a_share_of_an_update_is_made() -> None:
    whole, partly = player(), player()
    before = partly.flat.values.clone()
    gradients = [torch.ones(2, 1, 3), torch.ones(2, 1)]

    whole.update(whole.gather(gradients), None, measure=False)
    partly.update(partly.gather(gradients), torch.tensor([1.0, 0.25]), measure=True)

    assert torch.equal(partly.flat.values[0], whole.flat.values[0])
    torch.testing.assert_close(
        before[1] - partly.flat.values[1], (before - whole.flat.values)[1] / 4, rtol=1e-6, atol=1e-7
    )
    ratio = (before - partly.flat.values).norm(dim=1) / before.norm(dim=1)
    torch.testing.assert_close(partly.update_ratio, ratio, rtol=1e-5, atol=0)


def test_no_share_leaves_parameters_and_optimizer_as_they_are_even_beside_a_nan() -> None:
    module = MlpDiscriminator(layers=1).build(Geometry((3,), bounded=False, classes=0))
    one = Player(module, "torch", seeded_streams(1, 2), stack_traced([Adam(), Adam()], dtype=torch.float32))
    before = {name: tensor.clone() for name, tensor in one.tensors().items()}
    gradients = [torch.full((2, 1, 3), torch.nan), torch.ones(2, 1)]

    one.update(one.gather(gradients), torch.tensor([0.0, 1.0]), measure=False)

    for name, tensor in one.tensors().items():
        assert torch.equal(tensor[0], before[name][0]), name
        assert not torch.equal(tensor[1], before[name][1]), name


OPTIMIZERS: dict[str, tuple[list[Optimizer], Callable[..., torch.optim.Optimizer], list[dict[str, object]]]] = {
    "adam": (
        [Adam(lr=1e-3, beta1=0.5, beta2=0.9), Adam(lr=1e-2, beta1=0.0), Adam(lr=1e-4, beta1=0.9, beta2=0.99)],
        torch.optim.Adam,
        [
            {"lr": 1e-3, "betas": (0.5, 0.9)},
            {"lr": 1e-2, "betas": (0.0, 0.999)},
            {"lr": 1e-4, "betas": (0.9, 0.99)},
        ],
    ),
    "sgd": (
        [Sgd(lr=0.1), Sgd(lr=0.01, momentum=0.9), Sgd(lr=0.03, momentum=0.5)],
        torch.optim.SGD,
        [{"lr": 0.1}, {"lr": 0.01, "momentum": 0.9}, {"lr": 0.03, "momentum": 0.5}],
    ),
    "rmsprop": (
        [RmsProp(lr=1e-3), RmsProp(lr=1e-2, alpha=0.9), RmsProp(lr=1e-4, alpha=0.5)],
        torch.optim.RMSprop,
        [{"lr": 1e-3}, {"lr": 1e-2, "alpha": 0.9}, {"lr": 1e-4, "alpha": 0.5}],
    ),
}


LAYERS = ("linear.0", "linear.1", "output")


def twin(of: Player, lane: int) -> nn.Sequential:
    """torch's own layers with a lane's values."""
    leaves = {name: leaf[lane].detach().clone() for name, leaf in of.flat.leaves.items()}
    layers: list[nn.Module] = [nn.Flatten()]
    for name in LAYERS:
        out_features, in_features = leaves[f"{name}.weight"].shape
        layer = nn.Linear(in_features, out_features, dtype=torch.float64)
        layer.weight.data, layer.bias.data = leaves[f"{name}.weight"], leaves[f"{name}.bias"]
        layers += [layer, nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers[:-1])


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("form", [nullcontext, lanes_at_once])
def test_every_step_is_that_of_torch(name: str, form: Callable[[], AbstractContextManager[None]]) -> None:
    lanes, make, settings = OPTIMIZERS[name]
    module = MlpDiscriminator(layers=3, width=8).build(Geometry((1, 4, 4), bounded=True, classes=0))
    one = Player(
        module, "torch", seeded_streams(1, 2, 3, dtype=torch.float64), stack_traced(lanes, dtype=torch.float64)
    )
    twins = [twin(one, lane) for lane in range(3)]
    theirs = [make(net.parameters(), **given) for net, given in zip(twins, settings, strict=True)]

    for step in range(25):
        images = seeded_normal(f"images {step}", (1, 2, 3), (16, 1, 4, 4))
        with form():
            loss = one(images, None).square().mean(1)
            gradients = one.gather(torch.autograd.grad(loss.sum(), one.flat.trained))
            one.update(gradients, None, measure=step % 10 == 0)
        for lane, (net, optimizer) in enumerate(zip(twins, theirs, strict=True)):
            optimizer.zero_grad()
            torch.autograd.backward(net(images[lane]).square().mean())
            optimizer.step()
            keys = [f"{name}.{part}" for name in LAYERS for part in ("weight", "bias")]
            for key, expected in zip(keys, net.parameters(), strict=True):
                ours = one.flat.leaves[key][lane]
                torch.testing.assert_close(ours, expected, rtol=0, atol=1e-10, msg=f"{key} at step {step}")
    assert sorted(one.flat.leaves) == sorted(keys)


def test_its_tensors_are_named() -> None:
    assert list(player().tensors()) == ["parameters", "optimizer.velocity"]
