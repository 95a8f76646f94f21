"""Golden sentences: each follows from its numbers, and another number gives another sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from gansearch.records import End
from gansearch.reporting import sentences
from gansearch.reporting.analysis import Compute, EndShare
from gansearch.reporting.associations import Association, Level
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.statistics import Estimate, Interval, share

UNDER = "under this sampler (`random`)"
SEEN = Association(
    "generator.layers",
    "frechet_distance",
    12,
    rho=Estimate(0.452, 12, Interval(0.1, 0.72), 0.03),
    rho_censored=Estimate(0.5, 15, Interval(0.2, 0.7), 0.01),
    p=0.03,
    p_holm=0.21,
)
COMPUTE = Compute(
    runs=12,
    epochs=96.0,
    full_epochs=144.0,
    seconds=300.0,
    evaluation_seconds=30.0,
    final_seconds=0.0,
    stopped=5,
    saved_epochs=48.0,
    saved_seconds=100.0,
)


def test_a_share() -> None:
    assert sentences.end_share(EndShare("collapsed", share(5, 12))) == (
        "5 of 12 runs were `collapsed` (42 %, n = 12, 95 % interval 19 % to 68 %)."
    )
    assert sentences.end_share(EndShare("failed", share(1, 1))) == (
        "1 of 1 run was `failed` (100 %, n = 1, 95 % interval 21 % to 100 %)."
    )


def test_an_association_that_is_seen() -> None:
    assert sentences.association(SEEN, UNDER) == (
        "Larger `generator.layers` is associated with larger `frechet_distance` under this sampler (`random`) "
        "(Spearman's rho +0.45, n = 12, 95 % interval +0.10 to +0.72; p = .03 by permutation, .21 after Holm's "
        "correction). After correction for the number of dimensions it no longer stands out. With the 3 stopped runs "
        "at the last rank rho is +0.50 (n = 15, 95 % interval +0.20 to +0.70)."
    )
    assert "no longer stands out" not in sentences.association(replace(SEEN, p_holm=0.04), UNDER)


@pytest.mark.parametrize(
    ("rho", "start"),
    [
        (Estimate(-0.45, 12, Interval(-0.7, -0.1), 0.03), "Larger `generator.layers` is associated with smaller"),
        (Estimate(0.2, 12, Interval(-0.3, 0.6), 0.5), "No association with `frechet_distance` is seen under"),
        (Estimate(float("nan"), 12, None), "`generator.layers`: nothing to say"),
    ],
)
def test_another_number_another_sentence(rho: Estimate, start: str) -> None:
    said = sentences.association(replace(SEEN, rho=rho), UNDER)
    assert said.startswith(start)
    assert "n = 12" in said


def test_below_eight_runs_nothing_is_said() -> None:
    assert sentences.association(replace(SEEN, n=7), UNDER) == (
        "Too few completed runs to say anything, of at least 8 that are needed: `generator.layers` (n = 7)."
    )


def test_only_what_survives_the_correction_stands_out() -> None:
    assert sentences.seen(SEEN)
    assert not sentences.stands_out(SEEN)
    assert sentences.stands_out(replace(SEEN, p_holm=0.04))


def test_levels_of_a_choice() -> None:
    levels = (
        Level("relu", Estimate(34.14, 9, Interval(30.0, 41.0)), stopped=2),
        Level(True, Estimate(28.0, 3, None), stopped=0),
        Level("elu", Estimate(float("nan"), 0, None), stopped=1),
    )
    choice = Association("generator.activation", "frechet_distance", 12, levels=levels, p=0.04, p_holm=0.3)
    assert sentences.association(choice, UNDER) == (
        "Median `frechet_distance` by `generator.activation`: `relu` 34.1 (n = 9, 95 % interval 30 to 41, 2 stopped); "
        "`true` 28 (n = 3, too few for an interval); `elu` none completed (n = 0, 1 stopped). `generator.activation` "
        "is associated with `frechet_distance` under this sampler (`random`) (Kruskal and Wallis's test, n = 12; "
        "p = .04 by permutation, .3 after Holm's correction). After correction for the number of dimensions it no "
        "longer stands out."
    )
    assert "No association is seen" in sentences.association(replace(choice, p=0.4, p_holm=1.0), UNDER)
    assert "Too few to compare them (n = 12 completed)" in sentences.association(replace(choice, p=None), UNDER)


def test_no_sentence_claims_an_effect(mixed_study: StudyMaterial) -> None:
    said = " ".join([sentences.association(SEEN, UNDER), *sentences.limits(mixed_study)])
    for word in ("effect", "better", "worse", "improve", "importance of"):
        assert word not in said


def test_computing_time() -> None:
    assert sentences.saved(COMPUTE) == (
        "Stopping 5 runs of 12 early left out 48 of 144 epochs, about 100 s at each run's own pace (25 % of the "
        "6.67 min that whole runs would have taken)."
    )
    assert sentences.spent(COMPUTE).startswith("The 12 runs trained 96 epochs in 5 min")
    assert sentences.evaluation_cost(COMPUTE) == "Evaluations at rungs took 10 % of it (30 s, n = 12 runs)."
    assert "a further 20 s" in sentences.evaluation_cost(replace(COMPUTE, final_seconds=20.0))
    assert sentences.saved(replace(COMPUTE, stopped=0)) == (
        "No run was stopped early (n = 12), so no computing time was saved."
    )


def test_the_best_run(make_trial: Callable[..., TrialMaterial], make_study: Callable[..., StudyMaterial]) -> None:
    study = make_study(make_trial(0, value=50.0), make_trial(1, value=38.27))
    assert sentences.best(study) == (
        "The best of 2 completed runs is `digits-1` with a `frechet_distance` of 38.3 (mean of its last 3 evaluations, "
        "n = 1,000 generated samples each). It is one run (n = 1), so there is no interval, and the best of many is "
        "better than it will be again."
    )
    one = make_study(make_trial(2, epochs=2))
    assert "its only evaluation" in sentences.best(one)
    plan = replace(one.space.plan, objectives=(replace(one.space.plan.objectives[0], value="last"),))
    assert "its last evaluation" in sentences.best(replace(one, space=replace(one.space, plan=plan)))
    assert "(n = 0)" in sentences.best(make_study())


def test_the_best_of_replicates_is_the_best_configuration_and_no_lucky_seed(
    make_trial: Callable[..., TrialMaterial], make_study: Callable[..., StudyMaterial]
) -> None:
    def replicates(number: int, values: Sequence[float], standing: float | None) -> list[TrialMaterial]:
        whole = None if standing is None else (standing,)
        made = [make_trial(number, value=value, replicate=place) for place, value in enumerate(values)]
        return [replace(trial, trial_values=whole) for trial in made]

    steady, lucky, dropped = (
        replicates(0, (40.0, 42.0), 41.0),
        replicates(1, (20.0, 80.0), 50.0),
        replicates(2, (9.0,), None),
    )
    study = make_study(*steady, *lucky, *dropped)
    assert study.best is steady[0]
    assert study.second_best is lucky[0]
    assert sentences.best(study) == (
        "The best of 2 configurations whose replicates are complete is trial 0 with a `frechet_distance` of 41 over 2 "
        "runs; its best run is `digits-0-r0` with 40 (mean of its last 3 evaluations, n = 1,000 generated samples "
        "each). The best of many is better than it will be again."
    )
    unfinished = make_study(*replicates(0, (40.0,), None), *replicates(1, (30.0,), None))
    assert "The best of 2 completed runs is `digits-1-r0`" in sentences.best(unfinished)


def test_how_far_the_study_is(
    make_trial: Callable[..., TrialMaterial], make_study: Callable[..., StudyMaterial]
) -> None:
    assert "nothing to report" in sentences.state(make_study())
    done = make_trial(0)
    assert sentences.state(make_study(done, trials_wanted=1)) == "1 of 1 planned trial has begun, and none is running."
    assert sentences.state(make_study(done, trials_wanted=12)) == (
        "1 of 12 planned trials has begun, and none is running: the study has not finished."
    )
    assert sentences.state(make_study(make_trial(0, replicate=0), make_trial(0, None, replicate=1))) == (
        "1 trial has begun (2 runs); 1 run still going on, so this report is preliminary."
    )


def test_limits_follow_from_the_study(mixed_study: StudyMaterial, make_study: Callable[..., StudyMaterial]) -> None:
    said = " ".join(sentences.limits(mixed_study))
    assert "exploratory (n = 10 completed)" in said
    assert "2 runs of 14 were stopped early" in said
    assert "Whether the 1 that was stopped as collapsed would have recovered is not known" in said
    assert "n = 1,000 generated samples hold for the extractor `mnist-cnn` (hash `0a1b2c3d4e5f`)" in said
    none = " ".join(sentences.limits(make_study()))
    assert "stopped early" not in none
    assert "n = 0 completed" in none


def test_damaged_and_resting_runs_are_named(
    make_trial: Callable[..., TrialMaterial], make_study: Callable[..., StudyMaterial]
) -> None:
    study = make_study(replace(make_trial(3), is_readable=False), make_trial(4, End.STOPPED_BY_USER, epochs=4))
    said = " ".join(sentences.limits(study))
    assert "The records of `digits-3` (n = 1) are damaged" in said
    assert "1 run of 2 rest" in said


@pytest.mark.parametrize("end", list(End))
def test_every_end_has_a_meaning(end: End) -> None:
    assert sentences.ENDS[str(end)]


def test_links_say_where_they_lead() -> None:
    assert sentences.unfinished(2, 9, {}).endswith("and why:")
    assert "while `gansearch ui` runs" in sentences.unfinished(2, 9, {"a": "http://127.0.0.1:5000/#/a"})
    assert sentences.unfinished(1, 9, {"a": "https://tracking/#/a"}).endswith("(links lead to MLflow):")
