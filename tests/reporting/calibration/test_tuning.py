"""Thresholds that are chosen on one part and judged on another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gansearch.curves.corpus import CorpusRun
from gansearch.detectors import Detector, Policy, detectors
from gansearch.detectors.non_finite import NonFinite
from gansearch.dimensions import declared
from gansearch.errors import ReportError
from gansearch.reporting.calibration.candidates import candidates
from gansearch.reporting.calibration.judgement import judge, spent
from gansearch.reporting.calibration.splits import Part, held_out, parted
from gansearch.reporting.calibration.truths import ground_truth
from gansearch.reporting.calibration.tuning import to_yaml, tune
from gansearch.reporting.calibration.walks import Walks


def with_share(few: Detector, share: float) -> Detector:
    return replace(few, **{"share": share})


def test_a_detector_that_misses_is_tuned_until_it_catches(
    corpus: list[CorpusRun], policy: Policy, few: Detector
) -> None:
    truths, walks = ground_truth(corpus), Walks()
    blind = replace(policy, detectors=(NonFinite(), with_share(few, 0.05)))
    found = tune(truths, blind, walks, trials=12)

    judged = judge(truths, spent(truths, walks.stops(truths.runs, found.policy)))
    assert judged.false_kills.count == judged.successes_stopped.count == 0
    assert judged.collapses_stopped.count == 4
    of_few = found.chosen[1]
    assert of_few.tried == 12
    assert 0 < of_few.admitted < 12
    assert 0.125 <= of_few.changes["share"] < 0.8  # type: ignore[operator]
    assert found.kinds == {}
    assert to_yaml(found) == f"detectors:\n  few: {{share: {of_few.changes['share']}}}"


def test_a_kind_without_an_admitted_setting_is_in_shadow(
    corpus: list[CorpusRun], policy: Policy, few: Detector
) -> None:
    killer = replace(policy, detectors=(NonFinite(), with_share(few, 0.8)))
    found = tune(ground_truth(corpus), killer, Walks(), trials=1)
    assert found.kinds == {"mode_collapse": "shadow"}
    assert found.chosen[1].admitted == 0
    assert to_yaml(found) == "detectors:\n  kinds: {mode_collapse: shadow}"


def test_a_kind_in_shadow_needs_a_collapse_that_it_stops(
    corpus: list[CorpusRun], policy: Policy, few: Detector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(few), "default_mode", "shadow")
    seeing, blind = (replace(policy, detectors=(with_share(few, share),)) for share in (0.3, 0.05))
    assert tune(ground_truth(corpus), seeing, Walks(), trials=1).kinds == {"mode_collapse": "enforce"}
    assert tune(ground_truth(corpus), blind, Walks(), trials=1).kinds == {}


def test_what_is_good_stays_as_it_is(corpus: list[CorpusRun], policy: Policy) -> None:
    found = tune(ground_truth(corpus), policy, Walks(), trials=4)
    assert found.policy.detectors == policy.detectors
    assert to_yaml(found) == "detectors: {}"


@pytest.mark.parametrize("cls", list(detectors))
def test_candidates_lie_within_their_ranges_and_are_the_same_again(cls: type[Detector]) -> None:
    found = candidates(cls(), 20, seed=3)
    assert found == candidates(cls(), 20, seed=3)
    assert found[0] == cls()
    assert len(found) == (20 if declared(cls) else 1)
    for each in found:
        for name, said in declared(cls).items():
            assert said.limits.contains(getattr(each, name))


def test_parts_share_no_run(corpus: list[CorpusRun]) -> None:
    tuning, judging = parted(corpus, Part(("ring",)), Part(("mnist5k",), ("hinge",)))
    assert {run.dataset for run in tuning.runs} == {"ring"}
    assert {(run.dataset, run.loss) for run in judging.runs} == {("mnist5k", "hinge")}


@pytest.mark.parametrize(
    ("tune_on", "judge_on", "said"),
    [
        (Part(("ring",)), Part(losses=("hinge",)), "7 runs are in both parts, as ring-"),
        (Part(("rign",)), Part(("mnist5k",)), r"one of the corpus \(mnist5k, ring\); got 'rign' \(did you mean 'ring'"),
        (Part(("ring",)), Part(losses=("hing",)), "a loss must be one of the corpus"),
    ],
)
def test_parts_that_cannot_be(corpus: list[CorpusRun], tune_on: Part, judge_on: Part, said: str) -> None:
    with pytest.raises(ReportError, match=said):
        parted(corpus, tune_on, judge_on)


def test_each_data_set_is_judged_by_thresholds_tuned_without_it(corpus: list[CorpusRun], policy: Policy) -> None:
    truths = ground_truth(corpus)
    found = held_out(truths, policy, Walks(), "dataset", trials=2)
    assert found is not None
    assert set(found.tuned) == {"mnist5k", "ring"}
    assert sum(stop is not None for stop in found.stops) == 8
    assert held_out(truths.where(truths.datasets == "ring"), policy, Walks(), "dataset", trials=2) is None
