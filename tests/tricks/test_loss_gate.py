"""Row 44 of the table of tricks: the negative control."""

from __future__ import annotations

import pytest
import torch

from gansearch.data import Data
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.lanes import FakeLanes
from gansearch.training import Lane, Pack
from gansearch.tricks.loss_gate import LossGate


def started(trick: LossGate) -> FakeLanes:
    lanes = FakeLanes()
    lanes.state.update(trick.initial_state(lanes))
    return lanes


def test_the_gate_opens_and_closes_with_the_losses() -> None:
    trick = LossGate(discriminator=0.5, generator=1.0)
    lanes = started(trick)
    for player, losses, gates in (
        ("discriminator", [0.4, 0.5, 0.6], [0.0, 0.0, 1.0]),
        ("generator", [0.9, 1.1, 1.0], [0.0, 1.0, 0.0]),
        ("discriminator", [0.6, 0.4, 0.6], [1.0, 0.0, 1.0]),
    ):
        loss = torch.tensor(losses, dtype=torch.float64)
        assert trick.update_share(lanes, loss, player).tolist() == gates  # type: ignore[arg-type]
        assert trick.measured(lanes)[player].tolist() == gates


def test_a_loss_that_is_no_number_trains_nobody() -> None:
    trick = LossGate()
    loss = torch.tensor([torch.nan, 9.0, 9.0], dtype=torch.float64)
    assert trick.update_share(started(trick), loss, "generator").tolist() == [0.0, 1.0, 1.0]


@pytest.mark.parametrize(("closed", "open_"), [("discriminator", "generator"), ("generator", "discriminator")])
def test_a_closed_gate_keeps_its_player_as_it_is(closed: str, open_: str, tiny_data: Data) -> None:
    pack = Pack([Lane(tiny_configuration(LossGate(**{closed: 1e6, open_: -1e6})), 1)], tiny_data)
    before = {name: tensor.clone() for name, tensor in pack._training.tensors().items()}
    signals = pack.train_epoch().lane(0)
    changed = {
        name.partition(".")[0]
        for name, tensor in pack._training.tensors().items()
        if not name.startswith("tricks.") and not torch.equal(tensor, before[name])
    }
    assert changed == {open_}
    assert signals[f"loss_gate.{closed}"].tolist() == [0.0] * pack.steps_per_epoch
    assert signals[f"loss_gate.{open_}"].tolist() == [1.0] * pack.steps_per_epoch


def test_the_trace_follows_the_recorded_losses(tiny_data: Data) -> None:
    threshold = 0.7
    pack = Pack([Lane(tiny_configuration(LossGate(discriminator=1.4, generator=threshold)), 1)], tiny_data)
    for _ in range(5):
        signals = pack.train_epoch().lane(0)
        assert signals["loss_gate.generator"].tolist() == [float(loss > threshold) for loss in signals["g_loss"]]
        assert signals["loss_gate.discriminator"].tolist() == [float(loss > 1.4) for loss in signals["d_loss"]]
