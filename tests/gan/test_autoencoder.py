"""The autoencoder's score: torch's own layers with equal numbers, the mean error over a sample, and its lanes."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, autograd, nn

from gansearch.dimensions import declared
from gansearch.gan import Module, discriminators
from gansearch.gan.autoencoder import AutoencoderDiscriminator
from gansearch.records import Geometry
from gansearch.testing.seeded import seeded_normal

IMAGES = Geometry((3, 8, 12), bounded=True, classes=0)
POINTS = Geometry((2,), bounded=False, classes=8)
SEEDS, BATCH, WIDTH, CODE = (3, 4, 5), 6, 16, 4


def values(module: Module, seeds: tuple[int, ...] = SEEDS) -> dict[str, Tensor]:
    return {each.name: seeded_normal(each.name, seeds, each.shape) / each.fan_in**0.5 for each in module.parameters}


def samples(geometry: Geometry, seeds: tuple[int, ...] = SEEDS) -> Tensor:
    return seeded_normal("samples", seeds, (BATCH, *geometry.shape)).tanh()


def test_it_is_found_and_gives_energies() -> None:
    assert discriminators.get("autoencoder") is AutoencoderDiscriminator
    assert AutoencoderDiscriminator.facts.gives_energies
    assert not AutoencoderDiscriminator.facts.gives_features
    assert list(declared(AutoencoderDiscriminator)) == ["width", "code_size", "activation", "error", "init"]
    assert AutoencoderDiscriminator(init="torch").initialisation == "torch"


@pytest.mark.parametrize("geometry", [IMAGES, POINTS])
@pytest.mark.parametrize("error", ["squared", "absolute"])
def test_it_is_torchs_own_layers_and_the_mean_error_of_each_sample(geometry: Geometry, error: str) -> None:
    module = AutoencoderDiscriminator(width=WIDTH, code_size=CODE, error=error).build(geometry)
    numbers, inputs = values(module), samples(geometry)
    plain = nn.Sequential(
        nn.Flatten(),
        nn.Linear(geometry.numel, WIDTH),
        nn.LeakyReLU(0.2),
        nn.Linear(WIDTH, CODE),
        nn.Linear(CODE, WIDTH),
        nn.LeakyReLU(0.2),
        nn.Linear(WIDTH, geometry.numel),
    ).double()
    scores = module(numbers, inputs, None)

    assert scores.shape == (len(SEEDS), BATCH)
    names = [name for name, _ in plain.named_parameters()]
    for lane in range(len(SEEDS)):
        given = dict(zip(names, (value[lane] for value in numbers.values()), strict=True))
        back = torch.func.functional_call(plain, given, inputs[lane])
        measure = F.mse_loss if error == "squared" else F.l1_loss
        expected = torch.stack([measure(*pair) for pair in zip(back, inputs[lane].flatten(1), strict=True)])
        torch.testing.assert_close(scores[lane], expected, rtol=0, atol=1e-12)


def test_what_is_given_back_whole_has_no_energy() -> None:
    module = AutoencoderDiscriminator(width=4, code_size=2).build(POINTS)
    turn = torch.eye(2, dtype=torch.float64)
    both = torch.cat([turn, -turn])  # x = relu(x) - relu(-x), and a leaky one has 1.2 times that
    weights = {
        "encoder.0.weight": both,
        "encoder.1.weight": both.mT / 1.2,
        "decoder.0.weight": both,
        "decoder.1.weight": both.mT / 1.2,
    }
    numbers = {each.name: weights.get(each.name, torch.zeros(each.shape).double())[None] for each in module.parameters}
    points = samples(POINTS, (3,))

    scores = module(numbers, points, None)
    off = module({**numbers, "decoder.1.bias": torch.tensor([[0.5, -0.1]], dtype=torch.float64)}, points, None)

    torch.testing.assert_close(scores, torch.zeros_like(scores), rtol=0, atol=1e-28)
    torch.testing.assert_close(off, torch.full_like(off, (0.25 + 0.01) / 2), rtol=0, atol=1e-12)


@pytest.mark.parametrize("error", ["squared", "absolute"])
def test_a_lane_is_as_it_is_alone_to_the_bit_and_a_nan_stays_in_its_sample(error: str) -> None:
    module = AutoencoderDiscriminator(width=WIDTH, code_size=CODE, error=error).build(IMAGES)
    broken = samples(IMAGES)
    broken[1, 2, 0, 0, 0] = torch.nan

    together = module(values(module), samples(IMAGES), None)
    for lane, seed in enumerate(SEEDS):
        alone = module(values(module, (seed,)), samples(IMAGES, (seed,)), None)
        assert torch.equal(alone[0], together[lane])
    assert module(values(module), broken, None).isnan().nonzero().tolist() == [[1, 2]]


def test_the_gradient_at_a_sample_has_a_derivative() -> None:
    module = AutoencoderDiscriminator(width=WIDTH, code_size=CODE).build(POINTS)
    numbers = {name: value.requires_grad_() for name, value in values(module).items()}
    points = samples(POINTS).requires_grad_()

    (slope,) = autograd.grad(module(numbers, points, None).sum(), points, create_graph=True)
    found = autograd.grad(slope.square().sum(), list(numbers.values()), allow_unused=True)

    weights = [one for one, name in zip(found, numbers, strict=True) if name.endswith("weight")]
    assert all(one is not None and bool((one != 0).any()) for one in weights)
