"""Dropout inside users' modules: the same mathematics as torch's layers, with masks that are handed in."""

from __future__ import annotations

from collections import OrderedDict

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gansearch.errors import TrainingError
from gansearch.gan.torch_dropout import REPLACED, MaskFeed, no_masks, replace_dropout
from gansearch.testing.draws import FakeDraws

SHAPE = (6, 8, 4, 4)


def inputs(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def replaced(layer: nn.Module) -> tuple[nn.Sequential, MaskFeed]:
    feed, module = MaskFeed(), nn.Sequential(layer)
    replace_dropout(module, feed)
    return module, feed


def passed(layer: nn.Module, batch: Tensor) -> Tensor:
    module, feed = replaced(layer)
    with feed.serving(feed.drawn(FakeDraws([7]), batch)):
        output: Tensor = module(batch)
    return output


def test_every_kind_of_torch_is_replaced() -> None:
    kinds = {
        kind for kind in vars(nn).values() if isinstance(kind, type) and issubclass(kind, nn.modules.dropout._DropoutNd)
    }

    assert set(REPLACED) == kinds


def test_single_numbers_are_dropped_and_the_rest_scaled() -> None:
    batch = inputs(*SHAPE)
    output = passed(nn.Dropout(0.25), batch)

    kept = output != 0
    assert torch.equal(output[kept], batch[kept] * (1 / 0.75))
    assert 0.65 < kept.double().mean().item() < 0.85


@pytest.mark.parametrize(
    ("layer", "shape", "channels"),
    [
        (nn.Dropout1d(0.5), (16, 8, 5), (16, 8, 1)),
        (nn.Dropout1d(0.5), (16, 8), (16, 8)),
        (nn.Dropout2d(0.5), (16, 8, 4, 4), (16, 8, 1, 1)),
        (nn.Dropout3d(0.5), (16, 8, 2, 2, 2), (16, 8, 1, 1, 1)),
    ],
)
def test_whole_channels_are_dropped(layer: nn.Module, shape: tuple[int, ...], channels: tuple[int, ...]) -> None:
    batch = inputs(*shape)
    kept = (passed(layer, batch) != 0).double()

    assert torch.equal(kept, kept.flatten(2).mean(2).view(channels).expand(shape) if kept.ndim > 2 else kept)
    assert 0.3 < kept.mean().item() < 0.7


@pytest.mark.parametrize(("layer", "together"), [(nn.AlphaDropout(0.25), 1), (nn.FeatureAlphaDropout(0.25), 16)])
def test_the_kinds_for_selu_equal_torchs_given_what_they_dropped(layer: nn.Module, together: int) -> None:
    batch = F.selu(inputs(64, 8, 4, 4))
    output = passed(layer, batch)

    # torch's two values for what it drops and keeps follow from its own output for ones, all dropped numbers being one.
    torch.manual_seed(0)
    reference = F.alpha_dropout(torch.ones(10_000, dtype=torch.float64), 0.25, training=True)
    dropped, kept = reference.min(), reference.max()
    slope = kept - F.alpha_dropout(torch.zeros(10_000, dtype=torch.float64), 0.25, training=True).max()
    is_dropped = (output - dropped).abs() < 1e-12
    torch.testing.assert_close(output[~is_dropped], slope * batch[~is_dropped] + kept - slope, rtol=0, atol=1e-12)
    assert 0.1 < is_dropped.double().mean().item() < 0.4
    if together > 1:
        assert is_dropped.view(-1, together).double().var(1, correction=0).max().item() == 0


@pytest.mark.parametrize("kind", REPLACED)
def test_all_or_nothing(kind: type[nn.Module]) -> None:
    batch = inputs(*SHAPE)

    assert torch.equal(passed(kind(0.0), batch), batch)
    assert torch.equal(passed(kind(1.0), batch), torch.zeros_like(batch))
    module, feed = replaced(kind(0.5))
    with feed.serving(no_masks):
        assert torch.equal(module(batch), batch)


def test_layers_deep_in_a_module_draw_under_their_own_names() -> None:
    inner = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5))
    module = nn.Sequential(inner, nn.Sequential(OrderedDict(last=nn.Dropout(0.25))))
    asked: list[tuple[str, tuple[int, ...], float]] = []
    feed = MaskFeed()
    replace_dropout(module, feed)

    with feed.serving(lambda *consumer: asked.append(consumer)):
        module(torch.zeros(3, 4))

    assert asked == [("0.1", (3, 4), 0.5), ("1.last", (3, 4), 0.25)]


def test_a_layer_that_stands_in_two_places_draws_twice_under_one_name() -> None:
    shared = nn.Dropout(0.5)
    module = nn.Sequential(shared, nn.Identity(), shared)
    asked: list[str] = []
    feed = MaskFeed()
    replace_dropout(module, feed)

    with feed.serving(lambda *consumer: asked.append(consumer[0])):
        module(torch.zeros(3, 4))

    assert asked == ["0", "0"]


def test_a_users_own_kind_is_left_alone() -> None:
    class Mine(nn.Dropout):
        pass

    module, _ = replaced(Mine(0.5))

    assert type(module[0]) is Mine


def test_outside_a_pass_it_is_refused() -> None:
    module, _ = replaced(nn.Dropout(0.5))

    with pytest.raises(TrainingError, match=r"dropout layer '0' must be used within forward alone.*checkpoint"):
        module(torch.zeros(3, 4))


def test_the_rate_is_one_tensor_for_each_number_of_lanes() -> None:
    feed, like = MaskFeed(), torch.zeros(2, dtype=torch.float64)

    assert feed.rate(0.5, 3, like) is feed.rate(0.5, 3, like)
    assert feed.rate(0.5, 3, like).tolist() == [0.5] * 3
    assert feed.rate(0.5, 2, like).shape == (2,)
