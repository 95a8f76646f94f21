"""Samples of arms side by side."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gansearch.records import End
from gansearch.reporting.arm_samples import arm_samples_blocks, shared_replicate
from gansearch.reporting.document import Figure, Paragraph
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.stored_samples import StoredSamples

IMAGES = np.zeros((60, 1, 8, 8), dtype=np.uint8)
POINTS = np.zeros((50, 2), dtype=np.float32)
MakeArms = Callable[..., StudyMaterial]


def test_arms_at_equal_latents_with_real_ones_below(make_arms: MakeArms) -> None:
    study = make_arms(3)
    (figure,) = arm_samples_blocks(study, lambda _: StoredSamples(IMAGES, IMAGES[:10]))
    assert isinstance(figure, Figure)
    assert figure.png.startswith(b"\x89PNG")
    assert "Samples of 3 arms at equal latents (n = 1 run each)" in figure.caption
    assert "the bottom row shows real images" in figure.caption


def test_points_have_panels(make_arms: MakeArms) -> None:
    figure, said = arm_samples_blocks(make_arms(2), lambda _: StoredSamples(POINTS, POINTS))
    assert isinstance(figure, Figure)
    assert "a panel per arm" in figure.caption
    assert isinstance(said, Paragraph)
    assert "Not shown: 1 of 3 arms" in said.text


def test_an_arm_without_samples_is_named(make_arms: MakeArms) -> None:
    study = make_arms(3)
    kept = {trial.identity for trial in study.trials if trial.parameters["arm"] != "depth/generator.layers=4"}
    _, said = arm_samples_blocks(study, lambda t: StoredSamples(IMAGES, IMAGES[:10]) if t.identity in kept else None)
    assert isinstance(said, Paragraph)
    assert "Not shown: 1 of 3 arms" in said.text
    assert "`depth/generator.layers=4`" in said.text
    assert arm_samples_blocks(study, lambda _: None) == []


def test_the_replicate_that_most_arms_have(make_arms: MakeArms, make_trial: Callable[..., TrialMaterial]) -> None:
    study = make_arms(3)
    arms = [arm.name for arm in study.space.arms]
    without = [trial for trial in study.trials if (trial.identity.number, trial.identity.replicate) != (1, 0)]
    replicate, runs = shared_replicate(without, arms)
    assert (replicate, set(runs)) == (1, set(arms))
    assert shared_replicate([make_trial(0, End.FAILED, epochs=0)], arms) == (0, {})
