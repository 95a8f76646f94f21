"""Row 46 of the table of tricks: fakes of earlier steps."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from gansearch.data import Data
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.lanes import FakeLanes
from gansearch.training import Lane, Pack
from gansearch.tricks import Shown
from gansearch.tricks.experience_replay import ExperienceReplay

BATCH = 64


def started(trick: ExperienceReplay, seeds: tuple[int, ...] = (0,)) -> FakeLanes:
    lanes = FakeLanes(seeds=seeds, shape=(1,), batch_size=BATCH)
    lanes.state.update(trick.initial_state(lanes))
    return lanes


def fakes_of(step: int, lanes: int = 1) -> Shown:
    """Samples that tell their step and lane, whose classes tell the step."""
    lane = torch.arange(lanes, dtype=torch.float64)[:, None, None]
    images = (1000 * lane + step).expand(-1, BATCH, 1).clone()
    return Shown(images, torch.full((lanes, BATCH), step))


def run(trick: ExperienceReplay, lanes: FakeLanes, steps: int) -> list[Shown]:
    shown = []
    for step in range(steps):
        shown.append(trick.fakes(lanes, fakes_of(step, lanes.count)))
        lanes.step.add_(1)
    return shown


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_the_share_of_old_fakes(share: float) -> None:
    trick = ExperienceReplay(share=share, size=512, stored=16)
    shown = run(trick, started(trick), 200)
    # The first step has nothing to show again.
    assert (shown[0].images == 0).all()
    old = torch.stack([(each.images < step).double() for step, each in enumerate(shown)][1:])
    count = old.numel()
    assert old.mean().item() == pytest.approx(share, abs=5 * math.sqrt(share * (1 - share) / count))


def test_the_buffer_holds_fakes_of_every_age() -> None:
    trick = ExperienceReplay(share=1.0, size=64, stored=16)
    lanes = started(trick)
    shown = run(trick, lanes, 300)
    ages = torch.cat([step - each.images.flatten() for step, each in enumerate(shown)][10:])
    # 64 places, 16 new ones a step: the last four steps, each as likely.
    counts = torch.stack([(ages == age).double().mean() for age in range(1, 5)])
    assert counts.sum().item() == 1.0
    assert counts.tolist() == pytest.approx([0.25] * 4, abs=5 * math.sqrt(0.25 * 0.75 / ages.numel()))
    assert trick.measured(lanes)["age"].item() == pytest.approx(299 - shown[-1].images.mean().item(), rel=1e-6)
    held = lanes.state["images"].flatten().sort().values
    assert held.tolist() == [float(step) for step in range(296, 300) for _ in range(16)]


def test_a_buffer_that_is_not_full_shows_what_it_has() -> None:
    trick = ExperienceReplay(share=1.0, size=10_000, stored=1)
    shown = run(trick, started(trick), 6)
    assert sorted(set(shown[-1].images.flatten().tolist())) == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_more_new_fakes_than_places_are_no_matter() -> None:
    trick = ExperienceReplay(share=1.0, size=5, stored=50)
    lanes = started(trick)
    run(trick, lanes, 3)
    assert lanes.state["images"].flatten().tolist() == [2.0] * 5


def test_classes_go_with_their_samples() -> None:
    trick = ExperienceReplay(share=0.5, size=64)
    for each in run(trick, started(trick), 20):
        assert each.classes is not None
        assert torch.equal(each.images[..., 0].long(), each.classes)


def test_lanes_keep_to_their_own_fakes() -> None:
    trick = ExperienceReplay(share=1.0, size=64)
    for each in run(trick, started(trick, seeds=(0, 1, 2)), 20):
        lane: Tensor = (each.images / 1000).floor()
        assert torch.equal(lane[..., 0], torch.arange(3.0, dtype=torch.float64)[:, None].expand(-1, BATCH))


def test_without_old_fakes_a_run_is_as_it_would_be_to_the_bit(tiny_data: Data) -> None:
    packs = [Pack([Lane(tiny_configuration(*tricks), 1)], tiny_data) for tricks in ((), (ExperienceReplay(share=0.0),))]
    for pack in packs:
        pack.train_epoch()
    assert torch.equal(*(pack.sample(8, averaged=False) for pack in packs))


def test_no_gradient_reaches_the_generator_of_old_fakes(tiny_data: Data) -> None:
    pack = Pack([Lane(tiny_configuration(ExperienceReplay(share=0.5)), 1)], tiny_data)
    pack.train_epoch()
    state = pack._training.tricks["experience_replay"]
    assert not any(tensor.requires_grad for tensor in state.values())
    assert state["written"].item() == 16 * pack.steps_per_epoch
