"""The sentences, by the rules that make them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gansearch.curves.corpus import CorpusRun
from gansearch.detectors import Policy
from gansearch.records import Finding
from gansearch.reporting.calibration.baselines import ASHA, BOTH, NEVER, Trial
from gansearch.reporting.calibration.claims import (
    false_kills,
    of_recovery,
    recall,
    regret_at_equal_compute,
    saved,
)
from gansearch.reporting.calibration.confusion import POLICY
from gansearch.reporting.calibration.equal_compute import BUDGETS
from gansearch.reporting.calibration.truths import ground_truth
from gansearch.reporting.calibration.walks import Walks

MakeRun = Callable[..., CorpusRun]


def stop(step: int, kind: str = "mode_collapse") -> Finding:
    return Finding("few", kind, step, step // 100, "d_loss", 1.0, 0.0, {}, "")


def test_none_seen_says_how_little_that_proves(corpus: list[CorpusRun]) -> None:
    truths = ground_truth(corpus)
    claim = false_kills(truths, [None] * len(truths))
    assert claim.verdict == "met"
    assert claim.sentence == (
        "0 of 6 runs (0 %) of the best quarters were stopped; with 95 % confidence less than 39.3 % of such runs are. "
        "None of 6 shows no more than that: less than about 3 / 6. Of all successes 0 of 16 were stopped."
    )


def test_false_kills_are_named(corpus: list[CorpusRun]) -> None:
    truths = ground_truth(corpus)
    stops = [stop(400) if best else None for best in truths.is_best]
    stops[int(np.flatnonzero(truths.is_best)[0])] = None
    claim = false_kills(truths, stops)
    assert claim.verdict == "missed"
    assert "5 of 6 runs (83 %) of the best quarters were stopped" in claim.sentence
    assert "(ring, non_saturating: mode_collapse at step 400 of 2,000)" in claim.sentence


def test_recall_tells_which_collapses_were_missed_and_why(corpus: list[CorpusRun], policy: Policy) -> None:
    truths = ground_truth(corpus)
    claim = recall(truths, Walks().stops(truths.runs, policy), [frozenset()] * len(truths))
    assert claim.verdict == "missed"
    assert claim.sentence == (
        "4 of 8 total collapses (50 %) were stopped (n = 8, 95 % interval 22 % to 78 %). Not stopped: "
        "1 of mnist5k with hinge, 1 of mnist5k with non_saturating, 1 of ring with hinge, 1 of ring with "
        "non_saturating. In 0 of them a detector found something that did not count (its kind is in shadow, or it was "
        "too brief or too late); in 4 none found anything."
    )


def test_late_collapses_are_told(make_run: MakeRun) -> None:
    truths = ground_truth([make_run(0), make_run(1, course=[10.0] * 18 + [1.0] * 2)])
    assert "In 1 of them the collapse began in the last tenth of the run." in recall(truths, [None, None]).sentence


def test_saved_steps(corpus: list[CorpusRun], policy: Policy) -> None:
    truths = ground_truth(corpus)
    claim = saved(truths, Walks().stops(truths.runs, policy))
    assert claim.verdict == "missed"
    assert claim.sentence == (
        "32 % of their steps (32 % of their seconds) were saved (n = 8 total collapses); of all runs 12 % of the steps "
        "and 12 % of the seconds (n = 28). 4 collapses of 8 ran to the end, the others to 35 % of it at the median."
    )
    early = saved(truths, [stop(500) if end == "total collapse" else None for end in truths.outcomes])
    assert early.verdict == "met"


def test_nothing_is_said_without_collapses(make_run: MakeRun) -> None:
    truths = ground_truth([make_run(0)])
    assert recall(truths, [None]).verdict == saved(truths, [None]).verdict == "not decided"


def test_collapses_by_one_classifier_alone_are_told_apart(make_run: MakeRun) -> None:
    final = {"outcome_classes_covered": 1.0, "outcome_share_largest": 0.02, "frechet_distance": 1.0}
    runs = [make_run(i, classes=8, final={**final, "classes_covered": seen}) for i, seen in enumerate((2.0, 3.0))]
    said = recall(ground_truth(runs), [stop(500), None]).sentence
    assert "Of all, 1 are no total collapse to the classifier that detectors see" in said
    assert said.endswith("Of the total collapses by both, 1 of 1 was stopped.")
    assert "by both" not in recall(ground_truth(runs[:1]), [None]).sentence


def test_regret_names_what_is_better() -> None:
    def way(name: str, regret: float) -> Trial:
        return Trial(name, (), np.full((4, len(BUDGETS)), np.log1p(regret)))

    ways = [way(POLICY, 0.1), way(NEVER, 0.3), way(ASHA, 0.05), way(BOTH, 0.0)]
    claim = regret_at_equal_compute(ways)
    assert claim.verdict == "missed"
    assert "never stop 30 % (-15.4 %, -15.4 to -15.4)" in claim.sentence
    assert "Better than the policy was ASHA: where a rule looks at the distance" in claim.sentence
    assert BOTH not in claim.sentence
    met = regret_at_equal_compute(ways[:2])
    assert met.verdict == "met"
    assert "Better than" not in met.sentence


def test_recovery_with_its_interval(make_run: MakeRun) -> None:
    fallen = [10.0] * 8 + [1.0] * 4
    runs = [make_run(0, course=fallen + [10.0] * 8), *(make_run(i, course=fallen + [1.0] * 8) for i in range(1, 10))]
    runs += [make_run(10, course=[1.0] * 20)]
    assert of_recovery(runs, "All") == (
        "All: 1 of 10 collapsed runs recovered (10 %, n = 10, 95 % interval 2 % to 40 %); 1 ended with at least the "
        "classes that count as reached; 1 run born collapsed was counted apart."
    )
    assert of_recovery(runs[-1:], "All").startswith("All: no run collapsed after it had reached its classes (n = 1 run")


def test_a_diverged_run_that_a_detector_saw_is_not_found_twice(corpus: list[CorpusRun], policy: Policy) -> None:
    truths = ground_truth(corpus)
    seen = [frozenset({"diverged"})] * len(truths)
    assert "in 4 none found anything" in recall(truths, Walks().stops(truths.runs, replace(policy)), seen).sentence
