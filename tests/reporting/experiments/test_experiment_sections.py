"""What is shown of each experiment."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gansearch.errors import ReportError
from gansearch.reporting.document import Figure, Paragraph
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.experiments.experiment_sections import experiment_sections
from gansearch.reporting.experiments.runs import Experiments
from gansearch.reporting.experiments.screening import screened_arms
from tests.reporting.experiments.conftest import MakeExperiments

QUICK = Precision(permutations=199, bootstraps=199)
FOUR, FIVE = "depth/generator.layers=4", "depth/generator.layers=5"


def stored() -> bytes:
    packed = io.BytesIO()
    images = np.zeros((20, 1, 8, 8), dtype=np.uint8)
    np.savez(packed, fake=images, real=images[:10])
    return packed.getvalue()


@pytest.fixture
def with_samples(make_experiments: MakeExperiments) -> Callable[[bytes], Experiments]:
    """Two arms of one experiment, whose first replicates have these samples."""

    def make(npz: bytes) -> Experiments:
        study = make_experiments({"baseline": [100.0, 101.0], FOUR: [90.0, 91.0]})
        runs = [replace(run, samples=npz if run.replicate == 0 else None) for run in study.runs]
        return Experiments(study.space, tuple(runs))

    return make


def test_an_experiment_with_runs_has_its_figures(with_samples: Callable[[bytes], Experiments]) -> None:
    study = with_samples(stored())
    (section,) = experiment_sections(study, screened_arms(study, (), {}, QUICK))
    assert section.title == "Experiment depth"
    lacking, effects, samples = section.blocks
    assert isinstance(lacking, Paragraph)
    assert lacking.text == "Without runs: `generator.layers=5`."
    assert isinstance(effects, Figure)
    assert effects.name == "depth_effects"
    assert "2 arms with 4 runs" in effects.caption
    assert isinstance(samples, Figure)
    assert samples.name == "depth_samples"
    assert "Samples of 2 arms of experiment depth" in samples.caption
    assert "the bottom row is real images" in samples.caption


def test_samples_that_are_damaged_are_named(with_samples: Callable[[bytes], Experiments]) -> None:
    study = with_samples(b"nothing")
    with pytest.raises(ReportError, match=r"the samples of arms-0-r0 cannot be read: "):
        experiment_sections(study, screened_arms(study, (), {}, QUICK))


def test_without_a_baseline_only_arms_without_a_comparison_are_left(make_experiments: MakeExperiments) -> None:
    (section,) = experiment_sections(make_experiments({FIVE: [1.0]}), ())
    (said,) = section.blocks
    assert isinstance(said, Paragraph)
    assert "`baseline`" in said.text
    assert experiment_sections(make_experiments({}), ()) == []
