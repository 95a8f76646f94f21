"""A real search's calls, gone through again: the same suggestions and decisions, or the first that differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gansearch.curves import CurveWriter, Record
from gansearch.errors import StudyError
from gansearch.executors.driver import Driver
from gansearch.executors.launch import LaunchOptions, trial_context
from gansearch.executors.local import LocalExecutor
from gansearch.executors.replay.calls import CallReplay, replay_calls, replay_study
from gansearch.records import (
    Assignment,
    Decision,
    End,
    Evaluation,
    LaneReport,
    MetricValue,
    Protocol,
    TrialEnd,
    TrialIdentity,
    to_json,
)
from gansearch.space import SearchSpace, parse_space
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.study.call_log import read_calls
from gansearch.trial.interrupt import Interrupt

YAML = """
name: small
dataset: {name: ring}
generator: {layers: {int: [2, 5]}, activation: {choice: [relu, elu, gelu]}}
optimizer: {generator: {lr: {float: [1e-5, 1e-2], log: true}}}
training: {epochs: 9, evaluate_every: 1}
plan:
  kind: search
  trials: 16
  sampler: {name: tpe, n_startup_trials: 3}
  pruner: {name: median, n_startup_trials: 2, n_warmup_steps: 1}
  objective: {metric: sample_spread, direction: minimize}
"""
PROTOCOL = Protocol("none", "", 1000, 1000, "test")
Ring = Callable[..., SearchSpace]


def small(**changes: object) -> SearchSpace:
    return parse_space(YAML, "small.yaml", {key.replace("__", "."): value for key, value in changes.items()})


def evaluation(epoch: int, value: float) -> Evaluation:
    return Evaluation(10 * epoch, epoch, "live", False, (MetricValue("sample_spread", value, PROTOCOL),), 0.1)


def badness(assignment: Assignment, epoch: int) -> float:
    replicate = assignment.identity.replicate or 0
    return float(assignment.parameters["generator.layers"] or 0) + 10 / epoch + 0.1 * replicate


def tell(study: Study, given: Assignment, epoch: int, end: End | None = None) -> Decision:
    """Report one epoch, with an end where there is one."""
    said = None if end is None else TrialEnd(end, "so it was", 10 * epoch, epoch)
    seen = None if end is not None and end is not End.COMPLETED else evaluation(epoch, badness(given, epoch))
    return study.report(LaneReport(given.identity, given.attempt, 10 * epoch, epoch, seen, said, float(epoch)))


def two_packs(study: Study) -> None:
    """Packs of three and of two, whose reports come in turn, the second pack's twice as often."""
    packs: list[list[tuple[Assignment, int]]] = [[], []]
    turn = 0
    while True:
        pack, lanes = packs[min(turn % 3, 1)], (3, 2)[min(turn % 3, 1)]
        turn += 1
        while len(pack) < lanes and (given := study.ask()) is not None:
            pack.append((given, given.promoted_at or 0))
        if not any(packs):
            return
        pack[:] = [(given, epoch + 1) for given, epoch in pack if goes_on(study, given, epoch + 1)]


def goes_on(study: Study, given: Assignment, epoch: int) -> bool:
    """Report one epoch and obey the answer."""
    decision = tell(study, given, epoch, End.COMPLETED if epoch == 9 else None)
    if decision is not Decision.CONTINUE:
        tell(study, given, epoch, End.PRUNED if decision is Decision.PRUNE else End.PAUSED)
    return decision is Decision.CONTINUE and epoch < 9


def replayed(folder: Path, space: SearchSpace, drive: Callable[[Study], None]) -> tuple[CallReplay, Storage]:
    storage = Storage(folder / "s")
    with Study.create(space, name="s", storage=storage, seed=7) as study:
        drive(study)
    return replay_study("s", storage), storage


def test_interleaved_packs_are_replayed_exactly(tmp_path: Path) -> None:
    found, storage = replayed(tmp_path, small(), two_packs)
    calls = read_calls(storage)

    assert (found.difference, found.left, found.calls) == (None, None, len(calls) - 1)
    assert sum(call.kind == "ask" for call in calls) == 16
    assert any(call.payload["pruned"] for call in calls if call.kind == "report")


def test_promotions_are_replayed_exactly(tmp_path: Path) -> None:
    """What is given up at the end is so in the replay as well, and counts for what comes after."""

    def drive(study: Study) -> None:
        two_packs(study)
        study.extend(trials=4)
        two_packs(study)

    found, storage = replayed(tmp_path, small(plan__pruner="{name: promotion, reduction_factor: 2}"), drive)
    calls = read_calls(storage)

    assert (found.difference, found.left, found.calls) == (None, None, len(calls) - 1)
    assert [call.kind for call in calls].count("give_up") == 2
    assert any(call.payload["paused"] for call in calls if call.kind == "report")
    assert {call.payload["attempt"] for call in calls if call.kind == "ask"} > {0, 1}


def test_a_log_of_before_trials_were_paused_is_replayed(tmp_path: Path) -> None:
    _, storage = replayed(tmp_path, small(), two_packs)
    calls = [
        replace(call, payload={key: value for key, value in call.payload.items() if key != "paused"})
        for call in read_calls(storage)
    ]
    assert replay_calls(calls, small(), name="s", seed=7).difference is None


def test_replicates_are_replayed_exactly(tmp_path: Path) -> None:
    found, storage = replayed(tmp_path, small(plan__replicates=2, plan__trials=8), two_packs)

    assert (found.difference, found.left) == (None, None)
    assert {call.payload["replicate"] for call in read_calls(storage) if call.kind == "ask"} == {0, 1}


def test_the_order_of_calls_decides(tmp_path: Path) -> None:
    """In another order, or under another seed, the sampler chooses otherwise; the first call that differs is named."""
    _, storage = replayed(tmp_path, small(), two_packs)
    calls = read_calls(storage)
    other_seed = replay_calls(calls, small(), name="s", seed=8).difference
    assert other_seed is not None
    assert (other_seed.call, other_seed.kind) == (2, "ask")

    index = next(at for at, call in enumerate(calls) if call.kind == "report" and call.payload["pruned"])
    changed = [*calls]
    changed[index] = replace(calls[index], payload={**calls[index].payload, "pruned": False})
    difference = replay_calls(changed, small(), name="s", seed=7).difference
    assert difference is not None
    assert str(difference) == f"call {index + 1} (report): the log has go on, the replay prune"


def test_a_lost_worker_is_replayed_with_what_its_record_said(tmp_path: Path) -> None:
    def drive(study: Study) -> None:
        first = study.ask()
        assert first is not None
        tell(study, first, 1)
        writer = CurveWriter(study.storage, first.identity, 0)
        writer.append(Record("attempt", 0, {"from_step": 0}))
        for epoch in (1, 2, 3):
            writer.append(Record("evaluation", 0, to_json(evaluation(epoch, badness(first, epoch)))))
        writer.close()
        study.lost(first.identity, 0, "its node burnt")
        second = study.ask()  # the first has to wait, so that this is a new trial
        assert second is not None
        assert second.identity != first.identity
        for epoch in range(1, 10):
            tell(study, second, epoch, End.COMPLETED if epoch == 9 else None)
        study.discard()

    found, storage = replayed(tmp_path, small(), drive)

    assert (found.difference, found.left) == (None, None)
    (lost,) = [call.payload for call in read_calls(storage) if call.kind == "lost"]
    assert [each["epoch"] for each in lost["record"]["evaluations"]] == [1, 2, 3]


def test_a_log_ends_with_its_driver(tmp_path: Path) -> None:
    storage = Storage(tmp_path / "s")
    with Study.create(small(), name="s", storage=storage, seed=7) as study:
        given = study.ask()
        assert given is not None
        tell(study, given, 1)
    with Study.open("s", storage) as study:
        two_packs(study)

    assert replay_study("s", storage) == CallReplay(2, None)
    assert storage.exists("calls/2.records")


def test_a_study_without_a_log_is_refused(tmp_path: Path) -> None:
    storage = Storage(tmp_path / "s")
    Study.create(small(), name="s", storage=storage, seed=7).close()
    storage.delete("calls/1.records")
    with pytest.raises(StudyError, match="must be logged from its beginning to be replayed"):
        replay_study("s", storage)


@pytest.mark.parametrize("lanes", [1, 3])
def test_a_real_search_is_replayed_exactly(ring: Ring, tmp_path: Path, lanes: int) -> None:
    space = ring(
        plan__trials=10,
        plan__sampler="{name: tpe, n_startup_trials: 3}",
        plan__pruner="{name: median, n_startup_trials: 2, n_warmup_steps: 0}",
        resources__lanes=lanes,
        dataset__train_samples=64,
    )
    storage = Storage(tmp_path / "s")
    with Study.create(space, name="s", storage=storage, seed=3) as study:
        driver = Driver(study, Feed(), Interrupt(), lanes=lanes, watch=None, say=print)  # type: ignore[arg-type]
        LocalExecutor().run(driver, trial_context(space, storage, LaunchOptions()))

    found, calls = replay_study("s", storage), read_calls(storage)

    assert (found.difference, found.left, found.calls) == (None, None, len(calls) - 1)
    assert sum(call.kind == "ask" for call in calls) == 10
    assert any(call.payload["pruned"] for call in calls if call.kind == "report")


class Feed:
    """Stands in for the feed of MLflow."""

    def started(self, assignment: Assignment) -> None:
        """Nothing."""

    def update(self, identity: TrialIdentity) -> None:
        """Nothing."""

    def ended(self, identity: TrialIdentity, end: TrialEnd) -> None:
        """Nothing."""
