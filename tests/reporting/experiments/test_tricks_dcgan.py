"""The hypotheses about a DCGAN before anything has been recorded: all open, and each says how many runs it lacks."""

from __future__ import annotations

import pytest

from gansearch.gan.dcgan import DcganDiscriminator, DcganGenerator
from gansearch.gan.scaling import DOWNS, UPS
from gansearch.reporting.effects.verdicts import Verdict
from gansearch.reporting.experiments.hypotheses import load_hypotheses
from gansearch.reporting.experiments.judging import JudgedHypothesis, judged
from gansearch.reporting.experiments.runs import Experiments
from gansearch.space import SearchSpace, load_space, resolve

OF_IMAGES = {"H16", "H34", "H37"}
"""What an MLP has no arms for."""
NOT_OF_A_DCGAN = {"H24"}
"""Width against depth: the depth of a DCGAN follows from the size of its images."""


@pytest.fixture(scope="module")
def space() -> SearchSpace:
    return load_space("tricks/dcgan")


@pytest.fixture(scope="module")
def verdicts(space: SearchSpace) -> dict[str, JudgedHypothesis]:
    hypotheses = load_hypotheses("tricks_dcgan")
    return {each.hypothesis.name: each for each in judged(hypotheses, Experiments(space, ()), {})}


def test_without_runs_nothing_is_decided(verdicts: dict[str, JudgedHypothesis]) -> None:
    assert {each.verdict for each in verdicts.values()} == {Verdict.UNDECIDED}
    assert verdicts["H22"].missing == 20 + 8  # the baseline and one arm
    assert verdicts["H16"].missing == 20 + 2 * 8


def test_it_asks_what_is_asked_of_an_mlp_and_more(verdicts: dict[str, JudgedHypothesis]) -> None:
    of_mlp = {each.name for each in load_hypotheses("tricks")}
    assert verdicts.keys() >= OF_IMAGES
    assert of_mlp - verdicts.keys() == NOT_OF_A_DCGAN


def test_every_way_of_sampling_up_and_down_has_an_arm(space: SearchSpace) -> None:
    configurations = [resolve(arm.settings) for arm in space.arms]
    generators = [each.generator for each in configurations if isinstance(each.generator, DcganGenerator)]
    discriminators = [
        each.discriminator for each in configurations if isinstance(each.discriminator, DcganDiscriminator)
    ]
    assert {each.up for each in generators} == set(UPS)
    assert {each.down for each in discriminators} == set(DOWNS)
    assert {(each.kernel, each.post_convolution) for each in generators if each.up == "transposed"} >= {
        (kernel, has_second) for kernel in (4, 5) for has_second in (False, True)
    }


def test_what_the_hypotheses_measure_is_measured(space: SearchSpace) -> None:
    assert {"nyquist_energy", "calibration_error"} <= set(space.evaluation.also)
