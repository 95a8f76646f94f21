"""Which spared runs would have been false kills, and when that is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gansearch.curves import CurveWriter, Record
from gansearch.errors import StudyNotFoundError
from gansearch.records import (
    End,
    Evaluation,
    Finding,
    LaneReport,
    MetricValue,
    Protocol,
    Setting,
    TrialEnd,
    TrialIdentity,
    to_json,
)
from gansearch.reporting.audit import AuditRate, SparedRun, StudyAudit, audit_study, pooled
from gansearch.space import parse_space
from gansearch.storage import Storage
from gansearch.study import Study

Audited = Callable[..., StudyAudit]
YAML = """
name: rings
dataset: {name: ring, train_samples: 640, test_samples: 1000}
generator: {layers: 2, width: 16, dropout: {float: [0.0, 0.5]}}
training: {batch_size: 32, epochs: 2, evaluate_every: 1}
plan: {kind: search, trials: 40, sampler: random, pruner: none, objective: {metric: frechet_distance}}
"""
PROTOCOL = Protocol("points", "", 1000, 1000, "test")
FINDING = Finding("mode_collapse", "mode_collapse", 20, 1, "modes_covered", 1.0, 2.0, {}, "One mode is left.", 10)


def spared(number: int, *, good: bool, kind: str = "mode_collapse") -> SparedRun:
    finding = Finding(kind, kind, 20, 1, "d_loss", 1.0, 2.0, {}, "A sentence.")
    return SparedRun(TrialIdentity("s", number), finding, good)


def record(study: Study, distance: float, *, is_spared: bool, end: End = End.COMPLETED) -> None:
    assignment = study.ask()
    assert assignment is not None
    done = Evaluation(20, 1, "live", False, (MetricValue("frechet_distance", distance, PROTOCOL),), 0.1)
    over = TrialEnd(end, "a reason", 20, 1)
    writer = CurveWriter(study.storage, assignment.identity, 0)
    writer.append(Record("attempt", 0, {"from_step": 0}))
    signals = {"d_loss": np.ones(20, dtype=np.float32)}
    writer.append(Record("signals", 0, {"first_step": 0, "names": list(signals), "values": signals}))
    writer.append(Record("evaluation", 0, to_json(done)))
    if is_spared:
        writer.append(Record("finding", 0, {**to_json(FINDING), "stopped": False, "spared": True}))
    writer.append(Record("end", 0, to_json(over)))
    writer.close()
    study.report(LaneReport(assignment.identity, 0, 20, 1, evaluation=done))
    study.report(LaneReport(assignment.identity, 0, 20, 1, end=over, seconds=1.0))


@pytest.fixture
def audited(tmp_path: Path) -> Audited:
    """The audit of a study whose runs have these distances; those of ``spared`` were spared."""

    def make(distances: Sequence[float], spared: Sequence[int], also: End | None = None, **said: Setting) -> StudyAudit:
        space = parse_space(YAML, "rings.yaml", {f"detectors.{key}": value for key, value in said.items()})
        storage = Storage(tmp_path / "rings")
        with Study.create(space, name="rings", storage=storage, seed=1) as study:
            for number, distance in enumerate(distances):
                record(study, distance, is_spared=number in spared)
            if also is not None:
                record(study, 0.0, is_spared=True, end=also)
        return audit_study("rings", storage)

    return make


def test_a_spared_run_in_the_best_quarter_is_a_false_kill(audited: Audited) -> None:
    found = audited([5.0, 1.0, 7.0, 2.0, 8.0, 3.0, 6.0, 4.0], spared=[1, 2, 5], mode="shadow")
    assert (found.completed, found.counts, found.damaged) == (8, True, 0)
    assert [(run.identity.number, run.is_good) for run in found.spared] == [(1, True), (2, False), (5, False)]
    assert found.spared[0].finding == FINDING


def test_runs_that_did_not_complete_do_not_count(audited: Audited) -> None:
    found = audited(np.arange(1.0, 9.0).tolist(), spared=[1], also=End.FAILED, mode="enforce", audit=0.5)
    assert found.completed == 8
    assert [(run.identity.number, run.is_good) for run in found.spared] == [(1, True)]


def test_runs_as_good_as_the_last_of_the_quarter_belong_to_it(audited: Audited) -> None:
    found = audited([1.0, 2.0, 2.0, 2.0, 5.0, 6.0, 7.0, 8.0], spared=[3, 4], mode="shadow")
    assert [run.is_good for run in found.spared] == [True, False]


def test_a_study_with_few_completed_runs_does_not_count(audited: Audited) -> None:
    found = audited([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], spared=[0, 1], mode="shadow")
    assert (found.counts, found.spared) == (False, ())
    assert pooled([found]) == (AuditRate(None, 0, 0),)


def test_without_detectors_none_can_have_been_spared(audited: Audited) -> None:
    assert audited(np.arange(1.0, 9.0).tolist(), spared=[0], mode="off").spared == ()


@pytest.mark.parametrize(("mode", "in_shadow"), [("shadow", True), ("enforce", False)])
def test_a_kind_in_shadow_mode_is_told_apart(audited: Audited, mode: str, *, in_shadow: bool) -> None:
    said = {"mode": "enforce", "audit": 0.5, "kinds": {"mode_collapse": mode}}
    (run,) = audited(np.arange(1.0, 9.0).tolist(), spared=[0], **said).spared
    assert run.in_shadow is in_shadow


def test_kinds_in_shadow_mode_have_rates_of_their_own() -> None:
    runs = [replace(spared(n, good=n < 2), in_shadow=n < 20) for n in range(40)]
    every, called, doubted = pooled([StudyAudit("a", 80, tuple(runs))])
    assert (every.spared, every.good, every.in_shadow) == (20, 0, False)
    assert called == replace(every, kind="mode_collapse")
    assert (doubted.spared, doubted.good, doubted.in_shadow) == (20, 2, True)


def test_rates_are_pooled_over_studies_and_by_kind() -> None:
    first = StudyAudit("a", 40, tuple(spared(n, good=n < 2) for n in range(15)))
    second = StudyAudit("b", 40, tuple(spared(n, good=n < 1, kind="stagnation") for n in range(20)))
    left_out = StudyAudit("c", 7, tuple(spared(n, good=True) for n in range(7)))
    every, most, fewer = pooled([first, second, left_out])
    assert (every.kind, every.spared, every.good) == (None, 35, 3)
    assert (most.kind, most.spared, most.good) == ("stagnation", 20, 1)
    assert (fewer.kind, fewer.spared, fewer.rate) == ("mode_collapse", 15, None)
    assert every.rate is not None
    assert every.rate.interval is not None
    assert every.rate.value == pytest.approx(3 / 35)
    # Wilson: (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n), z = 1.95996
    assert every.rate.interval.low == pytest.approx(0.0296, abs=1e-4)
    assert every.rate.interval.high == pytest.approx(0.2238, abs=1e-4)


def test_19_spared_runs_are_too_few_for_a_rate() -> None:
    assert AuditRate(None, 19, 0).rate is None
    assert AuditRate(None, 20, 0).rate is not None


def test_an_unknown_study_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudyNotFoundError, match=r"there is no study 'nosuch' in "):
        audit_study("nosuch", Storage(tmp_path / "nosuch"))
