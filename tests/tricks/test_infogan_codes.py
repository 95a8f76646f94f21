"""InfoGAN, of the list of variants (row 10) of the table of tricks."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from gansearch.data import Data
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.hooks import give_parameters
from gansearch.testing.lanes import FakeLanes
from gansearch.training import Lane, Pack
from gansearch.tricks import Batch
from gansearch.tricks.infogan_codes import InfoganCodes, category_loss, code_loss

TRICK = InfoganCodes(categories=3, continuous=2, weight=0.7, continuous_weight=0.2)
BATCH = 12


def started() -> FakeLanes:
    lanes = FakeLanes()
    give_parameters(TRICK, lanes)
    return lanes


def check_codes(latents: Tensor, codes: Tensor) -> None:
    """A whole category and codes in [-1, 1] stand behind the latents."""
    assert torch.equal(codes[..., :4], latents)
    assert codes.shape[-1] == 4 + 3 + 2
    assert (codes[..., 4:7].sort(-1).values == torch.tensor([0.0, 0.0, 1.0])).all()
    assert codes[..., 7:].abs().max() <= 1


def test_codes_stand_behind_the_latents() -> None:
    lanes = started()
    latents = lanes.numbers("latents", (20_000, 4))
    codes = TRICK.latents(lanes, latents, None)
    check_codes(latents, codes)
    share = codes[..., 4:7].mean((0, 1)).tolist()
    assert share == pytest.approx([1 / 3] * 3, abs=5 * math.sqrt(2 / 9 / 60_000))
    continuous = codes[..., 7:]
    assert continuous.mean().item() == pytest.approx(0.0, abs=5 / math.sqrt(3 * 120_000))
    assert continuous.square().mean().item() == pytest.approx(1 / 3, abs=5e-3)


def test_the_expression_draws_alike() -> None:
    latents = torch.zeros(50, 4)
    check_codes(latents, eval(TRICK.plain_latents(started().sizes.geometry), {"torch": torch, "latents": latents}))


def test_both_players_pay_for_what_is_not_read_back() -> None:
    lanes = started()
    fake = lanes.samples("fake", BATCH)
    latents = TRICK.latents(lanes, lanes.numbers("latents", (BATCH, 4)), None)
    batch = Batch(
        real=fake,
        fake=fake,
        real_scores=None,
        fake_scores=lanes.discriminate(fake),
        fake_features=lanes.features(fake),
        latents=latents,
    )
    read = lanes.features(fake) @ lanes.own["codes.weight"].mT + lanes.own["codes.bias"][:, None]
    categories = latents[..., 4:7].argmax(2)
    entropies = torch.stack(
        [cross_entropy(each, wanted) for each, wanted in zip(read[..., :3], categories, strict=True)]
    )
    squares = (read[..., 3:] - latents[..., 7:]).square().sum(2).mean(1)
    expected = 0.7 * entropies + 0.2 * squares / 2
    for loss in (TRICK.discriminator_loss(lanes, batch), TRICK.generator_loss(lanes, batch)):
        torch.testing.assert_close(loss, expected, rtol=1e-12, atol=0)


def test_known_losses() -> None:
    category = torch.tensor([[[0.0, 1.0], [1.0, 0.0]]], dtype=torch.float64)
    assert category_loss(torch.zeros_like(category), category).item() == pytest.approx(math.log(2), rel=1e-12)
    assert code_loss(torch.zeros_like(category), 3 * category).item() == pytest.approx(4.5, rel=1e-12)
    # Without continuous codes nothing is to be read.
    assert code_loss(category[..., :0], category[..., :0]).tolist() == [0.0]


def test_the_generator_learns_to_show_its_codes(tiny_data: Data) -> None:
    trick = InfoganCodes(categories=2, continuous=1, weight=3.0)
    pack = Pack([Lane(tiny_configuration(trick, dropout=0.0, epochs=60), 1)], tiny_data)
    bound, lanes = next(iter(pack._hooks.bound))
    assert isinstance(bound, InfoganCodes)

    def mistakes() -> float:
        with torch.no_grad():
            latents = bound.latents(lanes, torch.randn(1, 256, 4, generator=torch.Generator().manual_seed(0)), None)
            features = lanes.features(lanes.generate(latents))
            logits = features @ lanes.own["codes.weight"].mT + lanes.own["codes.bias"][:, None]
            return (logits[..., :2].argmax(2) != latents[..., 4:6].argmax(2)).double().mean().item()

    assert mistakes() == pytest.approx(0.5, abs=0.1)
    for _ in range(60):
        pack.train_epoch()
    assert 0 <= mistakes() < 0.25
