"""Whether lanes can be one program is found by trying; the reason why not is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gansearch.gan.torch_checks import Case, examine
from gansearch.gan.torch_lanes import Maker
from gansearch.gan.vectorising import FixedMasks, Vectorised


class Scores(nn.Module):
    """Two layers, and whatever a test does with them."""

    def __init__(self, forward: Callable[[Scores, Tensor], Tensor], **layers: nn.Module) -> None:
        super().__init__()
        self.hidden = nn.Linear(6, 4)
        self.score = nn.Linear(4, 1)
        for name, layer in layers.items():
            self.add_module(name, layer)
        self._forward = forward

    def forward(self, points: Tensor) -> Tensor:
        return self._forward(self, points)


def plain(net: Scores, points: Tensor) -> Tensor:
    scores: Tensor = net.score(torch.nn.functional.silu(net.hidden(points)))
    return scores


def found(make: Callable[[], nn.Module], *, couples_batch: bool = False) -> Vectorised:
    return examine(Maker("Mine", make), Case((6,), (), couples_batch)).vectorised


@pytest.mark.parametrize(
    "make",
    [
        lambda: Scores(plain),
        lambda: Scores(lambda net, x: plain(net, x.sort(1).values)),
        lambda: nn.Sequential(nn.Linear(6, 4), nn.LayerNorm(4), nn.Dropout(0.3), nn.SELU(), nn.Linear(4, 1)),
        lambda: nn.Sequential(
            nn.Unflatten(1, (1, 6)), nn.Conv1d(1, 4, 3), nn.GroupNorm(2, 4), nn.PReLU(), nn.Flatten(), nn.Linear(16, 1)
        ),
    ],
    ids=["perceptron", "sort", "norm and dropout", "convolution"],
)
def test_lanes_can_be_one_program(make: Callable[[], nn.Module]) -> None:
    assert found(make) == Vectorised(True, "")


def test_batch_normalisation_can_be_one_program() -> None:
    assert found(
        lambda: nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.Linear(4, 1)), couples_batch=True
    ).possible


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (
            lambda: Scores(lambda net, x: plain(net, x) * (2 if net.score.bias.sum() > 0 else 1)),
            "torch.func.vmap cannot run it (vmap: It looks like you're attempting to use a Tensor in some "
            "data-dependent control flow)",
        ),
        (
            lambda: Scores(lambda net, x: plain(net, x) + 0 * torch.histc(net.score.bias.detach())[0]),
            "torch.func.vmap has no rule for aten::histc and would take the lanes one by one",
        ),
        (
            lambda: Scores(
                lambda net, x: net.score(net.get_submodule("memory")(x.view(-1, 2, 3))[0][:, -1]),
                memory=nn.LSTM(3, 4, batch_first=True),
            ),
            "torch.func.vmap cannot run it (Batching rule not implemented for aten::lstm.input)",
        ),
    ],
    ids=["decision", "no rule", "recurrent"],
)
def test_what_cannot_be_one_program_is_told_why(make: Callable[[], nn.Module], reason: str) -> None:
    assert found(make) == Vectorised(False, reason)


def test_a_wrong_result_under_vmap_is_found() -> None:
    class Doubled(torch.autograd.Function):
        """Twice the input, but thrice under vmap."""

        @staticmethod
        def forward(x: Tensor) -> Tensor:
            return 2 * x

        @staticmethod
        def setup_context(ctx: object, inputs: object, output: object) -> None:
            pass

        @staticmethod
        def backward(_: object, *slopes: Tensor) -> Tensor:
            return 2 * slopes[0]

        @staticmethod
        def vmap(_: object, in_dims: tuple[int | None, ...], x: Tensor) -> tuple[Tensor, int | None]:
            return 3 * x, in_dims[0]

    def forward(net: Scores, points: Tensor) -> Tensor:
        scores: Tensor = Doubled.apply(plain(net, points))
        return scores

    assert found(lambda: Scores(forward)) == Vectorised(
        False, "under torch.func.vmap its output is not that of a lane alone"
    )


def test_a_module_without_second_derivatives_can_be_one_program() -> None:
    class Once(torch.autograd.Function):
        """The input, with a derivative that has none."""

        generate_vmap_rule = True

        @staticmethod
        def forward(x: Tensor) -> Tensor:
            return x.clone()

        @staticmethod
        def setup_context(ctx: object, inputs: object, output: object) -> None:
            pass

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(_: object, *slopes: Tensor) -> Tensor:
            return slopes[0]

    def forward(net: Scores, points: Tensor) -> Tensor:
        scores: Tensor = Once.apply(plain(net, points))
        return scores

    assert found(lambda: Scores(forward)).possible


def test_masks_of_the_check_depend_on_lane_and_order_and_keep_two_in_three() -> None:
    one, other = (FixedMasks((0, 1)).keep_mask("any", (6, 5), torch.full((2,), 0.5)) for _ in range(2))
    draws = FixedMasks((1,))

    assert torch.equal(one, other)
    assert torch.equal(draws.keep_mask("any", (6, 5), torch.full((1,), 0.5))[0], one[1])
    assert not torch.equal(draws.keep_mask("any", (6, 5), torch.full((1,), 0.5))[0], one[1])
    assert set(one.flatten().tolist()) == {0.0, 2.0}
    assert (one > 0).double().mean().item() == pytest.approx(2 / 3, abs=0.01)
