"""The step against a plain PyTorch loop with torch.nn and torch.optim, and what hooks see of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gansearch.data import Data
from gansearch.gan import Loss
from gansearch.gan.cross_entropy import Minimax, NonSaturating
from gansearch.records import Facts
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.data import TinyImages, random_points
from gansearch.testing.streams import seeded_streams
from gansearch.training import Configuration, Lane, Pack
from gansearch.training.batches import Batches
from gansearch.training.player import Player
from gansearch.training.signals import HELD
from gansearch.tricks import Batch, Classes, Labels, Lanes, Role, Trick
from gansearch.tricks.r1_penalty import R1Penalty

SEED, EPOCHS = 4, 5


def plain(loss: Loss = NonSaturating(), d_steps: int = 1) -> Configuration:  # noqa: B008 - frozen
    tiny = tiny_configuration(dropout=0.0)
    return replace(
        tiny,
        generator=replace(tiny.generator, layers=3),  # type: ignore[call-arg]
        discriminator=replace(tiny.discriminator, layers=3),  # type: ignore[call-arg]
        loss=loss,
        training=replace(tiny.training, d_steps_per_g_step=d_steps),
    )


LAYERS = ("linear.0", "linear.1", "output")


def network(player: Player, last: nn.Module) -> nn.Sequential:
    """torch's own layers with the present values of lane 0."""
    layers: list[nn.Module] = []
    for name in LAYERS:
        weight, bias = (player.flat.leaves[f"{name}.{part}"][0].detach().clone() for part in ("weight", "bias"))
        one = nn.Linear(weight.shape[1], weight.shape[0], dtype=torch.float64)
        one.weight.data, one.bias.data = weight, bias
        layers += [one, nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers[:-1], last)


def flat_values(module: nn.Module) -> Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in module.parameters()])


def trained_values(player: Player) -> Tensor:
    """The present values of lane 0 in torch's order."""
    leaves = [player.flat.leaves[f"{name}.{part}"] for name in LAYERS for part in ("weight", "bias")]
    assert len(leaves) == len(player.flat.leaves)
    return torch.cat([leaf[0].detach().flatten() for leaf in leaves])


def real_batches(data: Data, d_steps: int) -> Iterator[list[Tensor]]:
    streams = seeded_streams(SEED, dtype=torch.float64)
    batches = Batches(data.train, lanes=1, batch_size=16, per_step=d_steps, dtype=torch.float64)
    for epoch in range(EPOCHS):
        streams.at([epoch * batches.steps_per_epoch])
        batches.shuffle(streams)
        for position in range(batches.steps_per_epoch):
            yield [real.images[0].flatten(1) for real in batches.at(torch.tensor([position]))]


Penalty: TypeAlias = Callable[[int, nn.Module, Tensor], Tensor]
"""Of the step within the epoch, the discriminator and real images: a further term of its loss."""


def reference(
    pack: Pack, data: Data, saturating: bool, d_steps: int, penalty: Penalty | None = None
) -> tuple[dict[str, list[float]], nn.Module, nn.Module]:
    """The loop as anybody would write it; returns signals and the trained networks."""
    generator = network(pack._training.generator, nn.Tanh())
    discriminator = network(pack._training.discriminator, nn.Identity())
    g_optim = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    d_optim = torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    bce = F.binary_cross_entropy_with_logits
    one, zero = torch.ones(16, 1, dtype=torch.float64), torch.zeros(16, 1, dtype=torch.float64)
    streams, seen = seeded_streams(SEED, dtype=torch.float64), dict[str, list[float]]()
    for step, reals in enumerate(real_batches(data, d_steps)):
        streams.at([step])
        for real in reals:
            fake = generator(streams.normal("latents", (16, 4))[0])
            real_scores, fake_scores = discriminator(real), discriminator(fake.detach())
            d_loss = bce(real_scores, one) + bce(fake_scores, zero)
            if penalty is not None:
                d_loss = d_loss + penalty(step % (len(data.train) // 16), discriminator, real)
            d_optim.zero_grad()
            torch.autograd.backward(d_loss)
            d_norm = torch.cat([p.grad.flatten() for p in discriminator.parameters() if p.grad is not None]).norm()
            d_optim.step()
        scores = discriminator(fake)
        g_loss = -bce(scores, zero) if saturating else bce(scores, one)
        fake.retain_grad()
        g_optim.zero_grad()
        torch.autograd.backward(g_loss)
        before = flat_values(generator)
        g_optim.step()
        now = {
            "d_loss": d_loss,
            "g_loss": g_loss,
            "d_accuracy_real": (real_scores > 0).double().mean(),
            "d_accuracy_fake": (fake_scores < 0).double().mean(),
            "real_score": real_scores.mean(),
            "fake_score": fake_scores.mean(),
            "d_grad_norm": d_norm,
            "g_grad_norm": torch.cat([p.grad.flatten() for p in generator.parameters() if p.grad is not None]).norm(),
            "image_grad_norm": 16 * fake.grad.norm(dim=1).mean() if fake.grad is not None else zero,
            "g_update_ratio": (flat_values(generator) - before).norm() / before.norm(),
            "g_norm": before.norm(),
            "real_score_spread": real_scores.std(correction=0),
            "fake_score_spread": fake_scores.std(correction=0),
            "real_spread": reals[-1].std(0, correction=0).mean(),
            "fake_spread": fake.std(0, correction=0).mean(),
        }
        for name, value in now.items():
            seen.setdefault(name, []).append(value.item())
    return seen, generator, discriminator


@pytest.mark.parametrize(("loss", "saturating"), [(NonSaturating(), False), (Minimax(), True)])
@pytest.mark.parametrize("d_steps", [1, 3])
def test_equals_a_plain_pytorch_loop(tiny_data: Data, loss: Loss, saturating: bool, d_steps: int) -> None:
    pack = Pack([Lane(plain(loss, d_steps), SEED)], tiny_data, dtype=torch.float64)
    expected, generator, discriminator = reference(pack, tiny_data, saturating, d_steps)

    assert_equal_to_the_loop(pack, expected, generator, discriminator)


def assert_equal_to_the_loop(
    pack: Pack, expected: dict[str, list[float]], generator: nn.Module, discriminator: nn.Module
) -> None:
    """Train the pack and compare everything with the plain loop."""
    epochs = [pack.train_epoch().lane(0) for _ in range(EPOCHS)]

    each = pack.steps_per_epoch
    assert each <= 10
    assert pack.steps == (len(expected["d_loss"]),) == (each * EPOCHS,)
    state, training = pack.lane_state(0).tensors, pack._training
    for name, player, net in (
        ("generator", training.generator, generator),
        ("discriminator", training.discriminator, discriminator),
    ):
        torch.testing.assert_close(trained_values(player), flat_values(net), rtol=0, atol=1e-9)
        # The state holds the same numbers in an order of its own.
        flat = state[f"{name}.parameters"]
        torch.testing.assert_close(flat.sort().values, flat_values(net).sort().values, rtol=0, atol=1e-9)
    for name, values in expected.items():
        got = np.concatenate([epoch[name] for epoch in epochs])
        # But for the losses, signals are measured in the first step of an epoch, and held for the next nine.
        wanted = np.repeat(values[::each], each) if name in HELD else np.array(values)
        np.testing.assert_allclose(got, wanted, rtol=1e-6, atol=1e-9, err_msg=name)


def test_a_lazy_penalty_enters_every_fourth_step_at_four_times_its_weight() -> None:
    data = TinyImages(train_samples=160).load(None)
    gamma, entered = 3.0, list[int]()

    def penalty(position: int, discriminator: nn.Module, real: Tensor) -> Tensor:
        if position % 4:
            return real.new_zeros(())
        entered.append(position)
        seen = real.detach().requires_grad_()
        (slope,) = torch.autograd.grad(discriminator(seen).sum(), seen, create_graph=True)
        return 4 * gamma / 2 * slope.square().sum(1).mean()

    configuration = replace(plain(), tricks=(R1Penalty(gamma=gamma, every=4),))
    pack = Pack([Lane(configuration, SEED)], data, dtype=torch.float64)
    expected, generator, discriminator = reference(pack, data, False, 1, penalty)

    assert entered == [0, 4, 8] * EPOCHS
    assert_equal_to_the_loop(pack, expected, generator, discriminator)


def test_points_are_learned_by_a_generator_without_tanh() -> None:
    tiny = tiny_configuration()
    generator = replace(tiny.generator, width=64)  # type: ignore[call-arg]
    pack = Pack([Lane(replace(tiny, generator=generator), seed) for seed in (1, 2)], random_points())

    signals = [pack.train_epoch() for _ in range(10)]

    samples = pack.sample(500, averaged=False)
    assert samples.shape == (2, 500, 2)
    assert samples.abs().max() > 1
    assert all(np.isfinite(epoch.values).all() for epoch in signals)


@dataclass(frozen=True, kw_only=True, eq=False)
class Watcher(Trick):
    """Writes down which hooks are called, in which order, and what they see."""

    name: ClassVar[str] = "watcher"
    paper: ClassVar[str] = "none, 2024"
    calls: ClassVar[list[tuple[object, ...]]] = []

    def latents(self, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
        self.calls.append(("latents", lanes.step.tolist(), tuple(latents.shape)))
        return latents

    def labels(self, lanes: Lanes, labels: Labels) -> Labels:
        self.calls.append(("labels", set(labels.real.flatten().tolist()), set(labels.fake.flatten().tolist())))
        return Labels(real=0.9 * labels.real, fake=labels.fake + 0.2)

    def generator_labels(self, lanes: Lanes, labels: Tensor) -> Tensor:
        self.calls.append(("generator_labels", set(labels.flatten().tolist())))
        return labels

    def discriminator_input(self, lanes: Lanes, images: Tensor, role: Role) -> Tensor:
        self.calls.append(("discriminator_input", role, images.requires_grad))
        return images + 100.0

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        assert batch.real_scores is not None
        low = min(batch.real.min().item(), batch.fake.min().item())
        self.calls.append(("discriminator_loss", low > 50, tuple(batch.real_scores.shape)))
        return batch.real_scores.new_full((lanes.count,), 1000.0)

    def generator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        reaches_weights = lanes.discriminate(batch.real).requires_grad
        self.calls.append(("generator_loss", batch.real_scores, batch.fake.requires_grad, reaches_weights))
        return batch.fake_scores.new_full((lanes.count,), 2000.0)

    def after_step(self, lanes: Lanes) -> None:
        self.calls.append(("after_step", lanes.step.tolist(), torch.is_grad_enabled()))


def test_hooks_stand_where_the_pseudo_code_has_them(tiny_data: Data) -> None:
    Watcher.calls.clear()
    tiny = tiny_configuration(Watcher())
    pack = Pack([Lane(replace(tiny, training=replace(tiny.training, d_steps_per_g_step=2)), 0)], tiny_data)

    signals = pack.train_epoch().lane(0)

    discriminator = [
        ("latents", [0], (1, 16, 4)),
        ("discriminator_input", "real", False),
        ("discriminator_input", "fake", False),
        ("labels", {1.0}, {0.0}),
        ("discriminator_loss", True, (1, 16)),
    ]
    generator = [
        ("discriminator_input", "generator", True),
        ("generator_labels", {1.0}),
        ("generator_loss", None, True, False),
        ("after_step", [0], False),
    ]
    assert Watcher.calls[:14] == [*discriminator, *discriminator, *generator]
    assert len(Watcher.calls) == 4 * 14
    assert signals["d_loss"].min() > 900
    assert signals["g_loss"].min() > 1900
    np.testing.assert_allclose(signals["label_floor"], 0.3251 + 0.5004, atol=1e-3)


@dataclass(frozen=True, kw_only=True, eq=False)
class Coupled(Trick):
    """Says that samples depend on their batch, and changes nothing."""

    name: ClassVar[str] = "coupled"
    paper: ClassVar[str] = "none, 2024"
    facts: ClassVar[Facts] = Facts(couples_batch=True)


def passes(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The batch sizes that the discriminator sees in the first step."""
    player, sizes = pack._training.discriminator, list[int]()
    original: Callable[..., Tensor] = player.module.__call__

    def counted(parameters: object, inputs: Tensor, draws: object) -> Tensor:
        sizes.append(inputs.shape[1])
        return original(parameters, inputs, draws)

    monkeypatch.setattr(player, "module", counted)
    pack.train_epoch()
    return sizes[: len(sizes) // 4]


def test_real_and_fake_are_scored_apart_only_where_batches_are_coupled(
    tiny_data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined = Pack([Lane(tiny_configuration(dropout=0.0), 0)], tiny_data, dtype=torch.float64)
    apart = Pack([Lane(tiny_configuration(Coupled(), dropout=0.0), 0)], tiny_data, dtype=torch.float64)

    assert passes(joined, monkeypatch) == [32, 16]
    assert passes(apart, monkeypatch) == [16, 16, 16]
    torch.testing.assert_close(apart.sample(5, averaged=False), joined.sample(5, averaged=False), rtol=0, atol=1e-9)
