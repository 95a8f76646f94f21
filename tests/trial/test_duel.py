"""Both players put to the test: each trains on alone, and the trial itself does not notice."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from gansearch.data import Data
from gansearch.gan import losses
from gansearch.metrics.evaluator import Evaluator
from gansearch.metrics.pixels import PixelsExtractor
from gansearch.testing.configurations import tiny_configuration
from gansearch.training import Lane, Pack
from gansearch.trial.duel import _StandStill, _unhindered, duel
from gansearch.trial.measuring import FINAL, RUNG, measure
from gansearch.trial.workbench import Workbench
from gansearch.tricks import Trick, tricks
from gansearch.tricks.learning_rate_schedule import LearningRateSchedule


def trained(data: Data, *enabled: Trick, epochs: int = 3) -> Pack:
    pack = Pack([Lane(tiny_configuration(*enabled, epochs=epochs), seed) for seed in (0, 1)], data)
    for _ in range(epochs):
        pack.train_epoch()
    return pack


def test_a_player_that_stands_still_keeps_its_parameters_to_the_bit(tiny_data: Data) -> None:
    pack = trained(tiny_data)
    before = pack.lane_state(0).tensors
    for still, moving in (("generator", "discriminator"), ("discriminator", "generator")):
        apart = pack.apart(0, [*pack.tricks(0), _StandStill(player=still)])
        apart.train_epoch(2)
        after = apart.lane_state(0).tensors
        assert torch.equal(after[f"{still}.parameters"], before[f"{still}.parameters"])
        assert not torch.equal(after[f"{moving}.parameters"], before[f"{moving}.parameters"])


def test_the_discriminator_gains_where_the_generator_stands_still(tiny_data: Data) -> None:
    """On easy data a further epoch of either player helps that player."""
    found = duel(trained(tiny_data), 0)
    assert found is not None
    assert -2 * math.log(2) - 1 < found.against_best_generator < found.against_best_discriminator < 0


def test_rates_that_have_fallen_to_nothing_hide_nothing(tiny_data: Data) -> None:
    ended = trained(tiny_data, LearningRateSchedule(end=0.0))
    hindered = ended.apart(0, ended.tricks(0))
    before = hindered.lane_state(0).tensors["generator.parameters"]
    hindered.train_epoch()
    assert torch.equal(hindered.lane_state(0).tensors["generator.parameters"], before)
    found = duel(ended, 0)
    assert found is not None
    assert found.against_best_discriminator > found.against_best_generator


def test_only_tricks_that_hold_back_are_changed() -> None:
    gate, ema = tricks.get("loss_gate")(discriminator=0.25), tricks.get("ema")()  # type: ignore[call-arg]
    assert _unhindered(ema) is ema
    freed = _unhindered(gate)
    assert freed.update_share(None, torch.zeros(1), "generator") is None  # type: ignore[arg-type]
    assert (freed.name, freed.discriminator) == ("loss_gate", 0.25)  # type: ignore[attr-defined]
    assert "stand_still" not in tricks.names()


def test_no_duel_where_a_score_is_no_logit(tiny_data: Data) -> None:
    configuration = replace(tiny_configuration(), loss=losses.get("wasserstein")())
    assert duel(Pack([Lane(configuration, 0)], tiny_data), 0) is None


@pytest.fixture
def bench(tiny_data: Data) -> Workbench:
    evaluator = Evaluator(tiny_data, {"reference": PixelsExtractor()}, ["threshold_accuracy", "duality_gap"])
    return Workbench(tiny_data, evaluator)


def test_the_end_of_a_trial_has_both_and_changes_nothing(tiny_data: Data, bench: Workbench) -> None:
    loss_gate = tricks.get("loss_gate")()
    measured, left_alone = trained(tiny_data, loss_gate), trained(tiny_data, loss_gate)
    ends = measure(measured, bench, FINAL, use_average=True)
    for (end, _), lane in zip(ends, range(2), strict=True):
        assert [metric.name for metric in end.metrics] == ["threshold_accuracy", "duality_gap"]
        assert 0 <= end.value("threshold_accuracy") <= 1
        found = duel(measured, lane)
        assert found is not None
        assert end.value("duality_gap") == found.against_best_discriminator - found.against_best_generator
    assert measure(measured, bench, RUNG, use_average=True)[0][0].metrics == ()
    ours, theirs = measured.lane_state(1), left_alone.lane_state(1)
    assert ours.step == theirs.step
    assert all(torch.equal(ours.tensors[name], tensor) for name, tensor in theirs.tensors.items())
    assert (measured.train_epoch().values == left_alone.train_epoch().values).all()


def test_a_lane_has_the_scores_that_it_has_alone(tiny_data: Data, bench: Workbench) -> None:
    together = measure(trained(tiny_data), bench, FINAL, use_average=False)[1][0]
    alone = Pack([Lane(tiny_configuration(epochs=3), 1)], tiny_data)
    for _ in range(3):
        alone.train_epoch()
    found = measure(alone, bench, FINAL, use_average=False)[0][0]
    assert together.value("threshold_accuracy") == found.value("threshold_accuracy")
    assert together.value("duality_gap") == pytest.approx(found.value("duality_gap"), abs=1e-3)
