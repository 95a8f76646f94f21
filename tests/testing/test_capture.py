"""What finds out whether a step can be recorded finds what it is there to find: each trick here breaks one rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor

from gansearch.data import Data
from gansearch.gan import forms
from gansearch.testing.capture import Operations, ReplayingRunner, lanes_at_once
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.contracts import capture
from gansearch.testing.contracts.capture import check_capturable
from gansearch.testing.data import TinyImages
from gansearch.training import Lane, Pack
from gansearch.training.counter_streams import CounterStreams
from gansearch.training.seeded_streams import SeededStreams
from gansearch.training.step import Variant
from gansearch.tricks import Classes, Lanes, Trick

HERE = torch.full((4,), 0.5)


@dataclass(frozen=True, kw_only=True, eq=False)
class Good(Trick):
    """Counts the steps in ``t``, and adds ``t / 1000`` to the latents."""

    name: ClassVar[str] = "good"
    paper: ClassVar[str] = "none, 2024"
    calls: ClassVar[list[int]] = []

    def initial_state(self, lanes: Lanes) -> dict[str, Tensor]:
        return {"t": lanes.generator_parameters.new_zeros(lanes.count)}

    def latents(self, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
        return latents + lanes.state["t"][:, None, None] / 1000

    def after_step(self, lanes: Lanes) -> None:
        lanes.state["t"].add_(1)


def broken(**hooks: Callable[..., Any]) -> Trick:
    """``Good`` with some hooks replaced."""
    Good.calls.clear()
    made: type[Trick] = type("Broken", (Good,), {"__doc__": Good.__doc__, "__module__": __name__, **hooks})
    return made()


def lanes(trick: Trick) -> list[Lane]:
    return [Lane(tiny_configuration(trick), seed) for seed in range(8)]


def images() -> Data:
    return TinyImages(train_samples=16 * capture.STEPS).load(None)


def reads(self: Good, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
    return latents * (2.0 if latents.sum().item() > 1e9 else 1.0)


def chooses(self: Good, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
    return latents + 0 * latents[latents > 0].sum()


def puts(self: Good, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
    latents = latents.clone()
    latents[latents > 1] = latents.new_ones(())
    return latents


def sends(self: Good, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
    return latents + torch.tensor([0.5] * 4, device=latents.device)


def counts_outside(self: Good, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
    self.calls.append(1)
    return latents + len(self.calls) / 1000


def turns(self: Good, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
    self.calls.append(1)
    return latents + 1 if len(self.calls) % 2 else latents


def goes_lane_by_lane(self: Good, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
    return torch.stack([lane * 2 for lane in latents.unbind()])


def replaces_state(self: Good, lanes: Lanes) -> None:
    lanes.state["t"] = lanes.state["t"] + 1


def leaves_device(self: Good, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
    return latents + torch.ones(4)


def keeps_on_host(self: Good, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
    return latents + HERE


def goes_through_numpy(self: Good, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
    return latents * float(latents.detach().numpy().size)


def copies_from_host(self: Good, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
    return latents + torch.ones(4).to(latents.device)


BROKEN: dict[str, tuple[Callable[[list[Lane], Data], None], dict[str, Callable[..., Any]]]] = {
    "waits for a number from the device": (capture.check_operations, {"latents": reads}),
    "aten.nonzero.default gives a shape|aten.index.Tensor gives a shape": (
        capture.check_operations,
        {"latents": chooses},
    ),
    "aten.index_put_.default gives a shape": (capture.check_operations, {"latents": puts}),
    "makes a tensor of numbers from the host": (capture.check_operations, {"latents": sends}),
    r"these differ: \[.*aten.add.Tensor": (capture.check_operations, {"latents": counts_outside}),
    r"these differ: \['\d+ operations and \d+'\]": (capture.check_operations, {"latents": turns}),
    r"must take as many launches; got \[\d+, \d+, \d+\]": (capture.check_launches, {"latents": goes_lane_by_lane}),
    r"these moved: \['tricks.good.t'\]": (capture.check_places, {"after_step": replaces_state}),
    "replaying must not differ from running; these": (capture.check_replay, {"after_step": replaces_state}),
    "from running; these signals do: .*d_loss": (capture.check_replay, {"latents": counts_outside}),
    "the step must do without numbers; .*two devices, meta and cpu": (
        capture.check_without_numbers,
        {"latents": leaves_device},
    ),
    "the step must do without numbers; .*found at least two devices": (
        capture.check_without_numbers,
        {"latents": keeps_on_host},
    ),
    "the step must do without numbers; .*numpy": (capture.check_without_numbers, {"latents": goes_through_numpy}),
    "must do without numbers; aten._local_scalar_dense": (capture.check_without_numbers, {"latents": reads}),
    "must keep to its device; .*several devices": (capture.check_without_numbers, {"latents": copies_from_host}),
}


def test_a_good_trick_passes() -> None:
    check_capturable(lanes(Good()))


@pytest.mark.parametrize("message", BROKEN)
def test_each_broken_rule_is_named(message: str) -> None:
    check, hooks = BROKEN[message]
    data = images()

    with lanes_at_once(), pytest.raises(AssertionError, match=message):
        check(lanes(broken(**hooks)), data)


@pytest.mark.parametrize("hook", [reads, chooses, puts, sends, counts_outside, turns, goes_lane_by_lane])
def test_the_whole_check_finds_it_too(hook: Callable[..., Tensor]) -> None:
    with pytest.raises(AssertionError, match="must"):
        check_capturable(lanes(broken(latents=hook)))


def test_all_forms_are_chosen_together_and_restored(tiny_data: Data) -> None:
    with lanes_at_once():
        assert forms.takes_lanes_at_once(torch.device("cpu"))
        assert isinstance(Pack([Lane(tiny_configuration(), 0)], tiny_data)._streams, CounterStreams)
    assert not forms.takes_lanes_at_once(torch.device("cpu"))
    assert forms.takes_lanes_at_once(torch.device("meta"))
    assert isinstance(Pack([Lane(tiny_configuration(), 0)], tiny_data)._streams, SeededStreams)


def test_operations_are_written_down_without_their_graphs() -> None:
    weight = torch.ones(3, requires_grad=True)
    with Operations() as operations:
        (slope,) = torch.autograd.grad((weight * 2).view(1, 3).sum(), weight)

    names = [str(operation.function) for operation in operations.all]
    assert names[:3] == ["aten.mul.Tensor", "aten.view.default", "aten.sum.default"]
    assert operations.launches == len(names) - sum("view" in name or "expand" in name for name in names)
    assert all(not operation.made.requires_grad for operation in operations.all)
    assert slope.tolist() == [2.0] * 3


def test_a_replayed_step_reads_what_its_tensors_hold_now() -> None:
    place, sums = torch.tensor([2.0]), list[Tensor]()

    def step(variant: object) -> None:
        square = place.square()
        place.add_(square.view(1, 1)[0])
        sums.append(square)

    runner = ReplayingRunner(step)
    for _ in range(4):
        runner(Variant(measure=False, due=frozenset()))

    assert len(sums) == 2
    assert place.item() == 2 + 4 + 36 + 42**2 + (42 + 42**2) ** 2
