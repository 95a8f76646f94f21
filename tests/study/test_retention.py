"""What is no longer kept, decided from rows and names of files alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gansearch.records import End, TrialEnd, TrialIdentity
from gansearch.space.keep import Amount, Keep
from gansearch.space.plan import Objective
from gansearch.study.extension import Extension
from gansearch.study.retention import Retention, RunFiles, decide
from gansearch.study.status import TrialRow

DISTANCE = (Objective("frechet_distance"),)
COVERAGE = (Objective("coverage", direction="maximize"),)
STATES = {End.COMPLETED: "complete", End.FAILED: "fail", End.STOPPED_BY_USER: "running", None: "running"}


def run(
    number: int, end: End | None = End.COMPLETED, value: float | None = None, *, replicate: int | None = None
) -> RunFiles:
    """A run with a checkpoint, two files of samples and, where it has not completed, a post-mortem."""
    identity = TrialIdentity("s", number, replicate)
    values = (float(number) if value is None else value,) if end is End.COMPLETED else None
    state = STATES.get(end, "pruned")
    row = TrialRow(
        identity=identity,
        params={},
        state=state,
        values=values,
        trial_values=values if state == "complete" else None,
        end=end,
        kind=None,
        reason=None,
        detail=None if end is None else TrialEnd(end, "", 0, 0),
        intermediate={},
        attempt=0,
        epoch=0,
        seconds=0.0,
        extension=None,
        started=None,
        ended=None,
    )
    return RunFiles(
        row,
        checkpoints=(f"{identity}.c",),
        samples=(f"{identity}.1", f"{identity}.2"),
        post_mortem=() if end is End.COMPLETED else (f"{identity}.p",),
        last_samples=f"{identity}.2",
        is_measured=True,
    )


def decided(
    runs: list[RunFiles], checkpoints: Amount = "all", artifacts: Amount = "all", measured: int = 3
) -> Retention:
    return decide(runs, Keep(checkpoints, artifacts), DISTANCE, measured=measured)


def numbers(found: Retention) -> list[int]:
    return [identity.number for identity in found.checkpoints]


def test_everything_stays_by_default() -> None:
    found = decided([run(0), run(1, End.FAILED), run(2, None)])

    assert (found.checkpoints, found.artifacts) == ((), ())
    assert list(found.kept.values()) == ["all are kept", "all are kept", "its trial has not ended"]


@pytest.mark.parametrize(("amount", "gone"), [(1, [0, 1, 3]), (2, [0, 3]), (9, [3]), ("none", [0, 1, 2, 3])])
def test_the_best_are_kept_by_the_first_objective(amount: Amount, gone: list[int]) -> None:
    runs = [run(0, value=3.0), run(1, value=2.0), run(2, value=1.0), run(3, End.COLLAPSED)]

    assert numbers(decided(runs, amount)) == gone


def test_best_is_largest_where_the_objective_is_to_grow() -> None:
    found = decide([run(0), run(1), run(2)], Keep(checkpoints=1), COVERAGE, measured=3)

    assert numbers(found) == [0, 1]
    assert found.kept == {TrialIdentity("s", 2): "the best trial"}


@pytest.mark.parametrize("end", [None, End.STOPPED_BY_USER])
def test_what_has_not_ended_keeps_all_it_has(end: End | None) -> None:
    found = decided([run(0), run(1, end)], "none", "none")

    assert numbers(found) == [0]
    assert found.artifacts == ("s-0.1", "s-0.2")


def test_a_replicate_stays_while_others_of_its_trial_have_not_ended() -> None:
    open_one = run(0, None, replicate=1)
    done = run(0, replicate=0)
    done = replace(done, row=replace(done.row, state="running", trial_values=None))

    assert decided([done, open_one], "none", "none").checkpoints == ()


def test_replicates_of_a_trial_are_kept_together() -> None:
    runs = [run(number, value=float(number), replicate=index) for number in (0, 1, 2) for index in (0, 1)]

    assert numbers(decided(runs, 2)) == [2, 2]


def test_what_is_to_be_measured_at_the_end_stays_until_it_is() -> None:
    runs = [replace(run(number), is_measured=number == 1) for number in range(5)]

    found = decided(runs, "none", measured=3)
    assert numbers(found) == [1, 3, 4]
    assert set(found.kept.values()) == {"to be measured at the end"}
    assert numbers(decided(runs, "none", measured=0)) == [0, 1, 2, 3, 4]


def test_what_a_trial_goes_on_from_that_has_not_ended_stays() -> None:
    extends = run(1, None)
    extends = replace(extends, row=replace(extends.row, extension=Extension(of=0, origin=0, epochs=20)))

    found = decided([run(0), extends], "none", "none")
    assert (found.checkpoints, found.artifacts) == ((), ())
    assert found.kept[TrialIdentity("s", 0)] == "a trial that extends it has not ended"


def test_nothing_of_a_run_with_a_damaged_record_is_removed() -> None:
    found = decided([replace(run(0), is_readable=False)], "none", "none")

    assert (found.checkpoints, found.artifacts) == ((), ())
    assert list(found.kept.values()) == ["its record cannot be read"]


@pytest.mark.parametrize(
    ("amount", "gone"),
    [
        ("all", ()),
        ("last", ("s-0.1", "s-1.1", "s-2.1")),
        (1, ("s-1.1", "s-1.2", "s-2.1", "s-2.2", "s-2.p")),
        ("none", ("s-0.1", "s-0.2", "s-1.1", "s-1.2", "s-2.1", "s-2.2", "s-2.p")),
    ],
)
def test_artifacts_that_go(amount: Amount, gone: tuple[str, ...]) -> None:
    assert decided([run(0), run(1), run(2, End.COLLAPSED)], "all", amount).artifacts == gone


def test_what_is_gone_already_is_not_removed_again() -> None:
    gone = replace(run(0), checkpoints=(), samples=("s-0.2",))

    found = decided([gone], "none", "last")
    assert (found.checkpoints, found.artifacts, found.kept) == ((), (), {})
