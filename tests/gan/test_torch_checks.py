"""What no lane, seed or checkpoint could make sense of is refused when a module is built, with what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations

from gansearch.errors import PluginError
from gansearch.gan.torch_checks import Case, Examined, examine
from gansearch.gan.torch_lanes import Maker

Forward = Callable[["Scores", Tensor], Any]


class Scores(nn.Module):
    """Two layers, and whatever a test adds to them."""

    def __init__(self, forward: Forward | None = None, adds: Callable[[Scores], object] | None = None) -> None:
        super().__init__()
        self.hidden = nn.Linear(6, 4)
        self.score = nn.Linear(4, 1)
        self.extra: Any = None
        self._forward = forward or plain
        if adds is not None:
            adds(self)

    def forward(self, points: Tensor) -> Any:
        return self._forward(self, points)


def plain(net: Scores, points: Tensor) -> Tensor:
    scores: Tensor = net.score(torch.tanh(net.hidden(points)))
    return scores


def examined(make: Callable[[], Any], *, couples_batch: bool = False, case: Case | None = None) -> Examined:
    return examine(Maker("Mine", make), case or Case((6,), (), couples_batch))


def setting(name: str, make: Callable[[], object]) -> Callable[[Scores], None]:
    return lambda net: setattr(net, name, make())


def buffer(make: Callable[[], Tensor]) -> Callable[[Scores], None]:
    def add(net: Scores) -> None:
        del net.extra
        net.register_buffer("extra", make())

    return add


def counting(net: Scores, points: Tensor) -> Tensor:
    net.extra = (net.extra or 0) + 1
    return plain(net, points) * float(net.extra)


def averaging(net: Scores, points: Tensor) -> Tensor:
    net.extra = 0.9 * net.extra + 0.1 * net.hidden(points).mean(0).detach()
    return plain(net, points)


def checkpointing(net: Scores, points: Tensor) -> Tensor:
    from torch.utils.checkpoint import checkpoint

    scores: Tensor = net.score(checkpoint(lambda x: torch.tanh(net.hidden(x)), points, use_reentrant=False))
    return scores


SHARED = Scores()

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "no module": (lambda: 3, r"Mine\.module must return a torch\.nn\.Module; got 3"),
    "the same module": (lambda: SHARED, r"Mine\.module must make a new module at each call; got the same one twice"),
    "nothing that learns": (nn.Flatten, r"must have parameters that learn; got Flatten"),
    "all frozen": (lambda: Scores().requires_grad_(False), r"must have parameters that learn; got Scores"),
    "whole numbers": (
        lambda: Scores(adds=setting("extra", lambda: nn.Parameter(torch.arange(3), requires_grad=False))),
        r"a parameter must hold real numbers; extra is torch\.int64: make it a buffer",
    ),
    "complex numbers": (
        lambda: Scores(adds=setting("extra", lambda: nn.Parameter(torch.ones(2, dtype=torch.complex64)))),
        r"a parameter must hold real numbers; extra is torch\.complex64",
    ),
    "drawn whole numbers": (
        lambda: Scores(lambda net, x: plain(net, x[:, net.extra]), buffer(lambda: torch.randperm(6))),
        r"what the constructor draws must be real numbers.*extra is torch\.int64: draw it from a torch\.Generator with",
    ),
    "empty": (
        lambda: Scores(adds=setting("extra", lambda: nn.Parameter(torch.zeros(0, 3)))),
        r"must not be empty; extra is \(0, 3\)",
    ),
    "lazy": (
        lambda: nn.Sequential(nn.LazyLinear(1)),
        r"layers must be given their sizes; 0\.weight is of a lazy layer",
    ),
    "another source of first values": (
        lambda: Scores(
            adds=setting("extra", lambda: nn.Parameter(torch.tensor(np.random.default_rng().normal(size=2))))
        ),
        r"the same tensors at the same seed of torch; extra differs: draw first values with torch",
    ),
    "functional dropout": (
        lambda: Scores(lambda net, x: plain(net, F.dropout(x, 0.5, net.training))),
        r"pure function of its parameters and its input; two passes in training differ: use torch\.nn\.Dropout",
    ),
    "noise in evaluation": (
        lambda: Scores(lambda net, x: plain(net, x if net.training else x + torch.randn_like(x))),
        r"two passes in evaluation differ: use torch\.nn\.Dropout",
    ),
    "attention's own dropout": (
        lambda: Scores(
            lambda net, x: net.score(net.extra(x.view(-1, 2, 3).transpose(1, 2).repeat(1, 1, 2))[:, 0]),
            setting("extra", lambda: nn.TransformerEncoderLayer(4, 2, 8, dropout=0.1, batch_first=True)),
        ),
        r"two passes in training differ.*layers that drop by themselves",
    ),
    "a count": (lambda: Scores(counting), r"two passes in \w+ differ.*keep no state"),
    "spectral norm": (
        lambda: nn.Sequential(parametrizations.spectral_norm(nn.Linear(6, 4)), nn.Linear(4, 1)),
        r"forward changes 0\.parametrizations\.weight\.0\._u, 0\.parametrizations\.weight\.0\._v: .*weight_norm",
    ),
    "a statistic": (lambda: Scores(averaging, buffer(lambda: torch.zeros(4))), r"forward changes extra: work the stat"),
    "a tensor that nobody finds": (
        lambda: Scores(lambda net, x: plain(net, x * net.extra), setting("extra", lambda: torch.randn(6))),
        r"all that forward reads must be parameters or buffers.*register_buffer",
    ),
    "a wide score": (
        lambda: nn.Linear(6, 2),
        r"for a batch of 4 the module must give a tensor of shape \[4\] or \[4, 1\]; got \[4, 2\] from an input of",
    ),
    "two results": (
        lambda: Scores(lambda net, x: (plain(net, x), x)),
        r"must give a tensor of shape.*; got tuple from",
    ),
    "not finite": (lambda: Scores(lambda net, x: plain(net, x).log()), r"must give finite numbers; got tensor\("),
    "an error": (
        lambda: Scores(lambda net, x: net.score(x)),
        r"must take a batch of shape \[4, 6\].*got RuntimeError: .*cannot be.* \(<lambda>, test_torch_checks\.py:",
    ),
    "single precision": (lambda: Scores(lambda net, x: plain(net, x.float())), r"in double precision too.*same dtype"),
    "recomputing": (lambda: Scores(checkpointing), r"without torch\.utils\.checkpoint; got \w+Error"),
    "no gradient": (lambda: Scores(lambda net, x: plain(net, x).relu().mul_(2).exp_().mul_(2)), r"have gradients"),
    "a coupled batch": (
        lambda: nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.Linear(4, 1)),
        r"Mine must declare that it couples the samples of a batch.*Facts\(couples_batch=True\)",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str) -> None:
    make, message = REFUSED[what]

    with pytest.raises(
        PluginError, match=f"(?s)Mine.*{message}" if not message.startswith("Mine") else f"(?s){message}"
    ):
        examined(make)


def test_a_generator_must_give_samples() -> None:
    case = Case((6,), (1, 2, 2), couples_batch=False)
    assert examined(lambda: nn.Sequential(nn.Linear(6, 4), nn.Unflatten(1, (1, 2, 2))), case=case).vectorised.possible

    with pytest.raises(PluginError, match=r"a tensor of shape \[4, 1, 2, 2\]; got \[4, 4\]"):
        examined(lambda: nn.Linear(6, 4), case=case)


def test_scores_may_come_with_or_without_an_axis_of_one() -> None:
    for forward in (plain, lambda net, x: plain(net, x).squeeze(1)):
        assert examined(lambda: Scores(forward)).vectorised.possible  # noqa: B023


def test_running_statistics_are_no_state() -> None:
    found = examined(lambda: nn.Sequential(nn.BatchNorm1d(6), nn.Linear(6, 1)), couples_batch=True)

    assert [parameter.name for parameter in found.layout.parameters] == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert found.layout.constants == ()


def test_what_every_seed_gives_is_a_constant_and_what_is_drawn_belongs_to_the_lane() -> None:
    fixed = examined(lambda: Scores(lambda net, x: plain(net, x * net.extra), buffer(lambda: torch.arange(6.0))))
    drawn = examined(lambda: Scores(lambda net, x: plain(net, x * net.extra), buffer(lambda: torch.randn(6))))

    assert fixed.layout.constants == ("extra",)
    assert drawn.layout.constants == ()
    assert {one.name: one.is_frozen for one in drawn.layout.parameters}["extra"]


def test_parameters_have_fan_ins_and_biases_are_known() -> None:
    found = {one.name: one for one in examined(Scores).layout.parameters}

    assert (found["hidden.weight"].fan_in, found["hidden.weight"].is_bias) == (6, False)
    assert found["score.bias"].is_bias


def test_the_check_leaves_the_global_generator_where_it_was() -> None:
    before = torch.get_rng_state()

    examined(Scores)

    assert torch.equal(torch.get_rng_state(), before)
