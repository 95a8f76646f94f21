from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gansearch.records import Assignment, End
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.study.racing import Race, fewest

Space = Callable[..., SearchSpace]
RACE = {"plan.replicates": 8, "plan.pruner": "wilcoxon", "plan.trials": 3}


def asked(study: Study, count: int) -> list[str]:
    found = [study.ask() for _ in range(count)]
    return ["-" if each is None else str(each.identity) for each in found]


def numbers(runs: list[Assignment | None]) -> list[int]:
    return [run.identity.number for run in runs if run is not None]


@pytest.mark.parametrize(("threshold", "pairs"), [(0.1, 4), (0.05, 5), (0.3, 2), (1.0, 1), (0.0, 64)])
def test_a_signed_rank_test_needs_so_many_pairs(threshold: float, pairs: int) -> None:
    assert fewest(threshold) == pairs
    assert pairs == 64 or 0.5**pairs < threshold <= 0.5 ** (pairs - 1)


def test_other_pruners_race_nothing() -> None:
    assert Race.of({"name": "median"}) == Race(None)
    assert Race.of({"name": "wilcoxon"}) == Race(4)
    assert Race.of({"name": "wilcoxon", "n_startup_steps": 6}) == Race(6)
    assert Race.of({"name": "wilcoxon", "p_threshold": 0.9, "n_startup_steps": 0}) == Race(2)


def test_free_workers_take_other_trials_and_not_replicates_that_may_be_saved(
    small_space: Space, folder: Storage, runner: Any
) -> None:
    with Study.create(small_space(RACE), name="s", storage=folder, seed=1) as study:
        play = runner(study)
        first = [study.ask() for _ in range(4)]
        assert asked(study, 2) == ["s-1-r0", "s-1-r1"]
        for run in first:
            assert run is not None
            play.report(run, 1, 1.0)
            play.end(run, End.COMPLETED, epoch=1)
        assert asked(study, 3) == ["s-0-r4", "s-1-r2", "s-1-r3"]
        assert numbers([study.ask() for _ in range(4)]) == [2, 2, 2, 2]
        assert asked(study, 1) == ["-"]
        assert study.due_in_s is None


def test_a_trial_that_is_no_contender_gets_no_more_seeds_though_many_run_at_a_time(
    small_space: Space, folder: Storage, runner: Any
) -> None:
    begun: list[int] = []
    with Study.create(small_space(RACE), name="s", storage=folder, seed=1) as study:
        play = runner(study)
        while runs := [run for run in (study.ask() for _ in range(4)) if run is not None]:
            begun += numbers([*runs])
            for run in runs:
                play.report(run, 1, 1.0 + 4 * run.identity.number + 0.01 * (run.identity.replicate or 0))
                play.end(run, End.COMPLETED, epoch=1)
        rows = study.trials()
    # Until the first trial is complete there is nothing to lose against.
    assert {number: begun.count(number) for number in range(3)} == {0: 8, 1: 6, 2: 5}
    assert [row.state for row in rows[::8]] == ["complete", "pruned", "pruned"]
    assert sum(row.end is End.PRUNED for row in rows) == 5


def test_a_resumed_study_goes_on_with_the_race(small_space: Space, folder: Storage, runner: Any) -> None:
    with Study.create(small_space(RACE), name="s", storage=folder, seed=1) as study:
        play = runner(study)
        for _ in range(3):
            run = study.ask()
            assert run is not None
            play.report(run, 1, 1.0)
            play.end(run, End.COMPLETED, epoch=1)
    with Study.open("s", folder) as study:
        assert asked(study, 3) == ["s-0-r3", "s-1-r0", "s-1-r1"]
