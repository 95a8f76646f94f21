from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gansearch.curves import Curve, read_curve
from gansearch.errors import StorageError
from gansearch.plugins import load_file
from gansearch.records import Assignment, End, LaneReport
from gansearch.space.plan import DetectorSettings
from gansearch.storage import Storage
from gansearch.training.checkpoint import from_bytes
from gansearch.trial.context import TrialContext
from gansearch.trial.lane_run import LaneRun
from gansearch.trial.run import GO_ON, Answer
from gansearch.trial.tracing import evaluation_columns

PLAYERS = ("generator", "discriminator")
Make = Callable[..., Assignment]
Drive = Callable[..., list[LaneReport]]


def curve_of(context: TrialContext, assignment: Assignment) -> Curve:
    records, _ = read_curve(Storage(context.storage_url), assignment.identity)
    return Curve.of(records)


def ends(reports: list[LaneReport]) -> list[End]:
    return [report.end.end for report in reports if report.end is not None]


def test_a_trial_reports_every_rung_and_completes(make: Make, context: TrialContext, drive: Drive) -> None:
    reports = drive([make()], context)
    assert [report.epoch for report in reports if report.evaluation is not None] == [2, 4]
    assert ends(reports) == [End.COMPLETED]
    curve = curve_of(context, make())
    assert len(curve.signals["d_loss"]) == 80
    assert [done.epoch for done in curve.evaluations] == [2, 4]
    assert curve.end is not None
    assert curve.end.end is End.COMPLETED


def test_evaluations_carry_their_protocol(make: Make, context: TrialContext, drive: Drive) -> None:
    reports = drive([make()], context)
    evaluation = next(report.evaluation for report in reports if report.evaluation is not None)
    assert {metric.protocol.samples for metric in evaluation.metrics} == {1000}
    assert evaluation.generator == "live"
    assert not evaluation.final


def test_the_protocol_of_the_end_takes_all_real_samples(make: Make, context: TrialContext, drive: Drive) -> None:
    drive([make(tricks__ema__enabled=True)], replace(context, final_evaluation=True))
    rung, last_rung, final = curve_of(context, make()).evaluations
    assert [(done.epoch, done.final) for done in (rung, last_rung, final)] == [(2, False), (4, False), (4, True)]
    sizes = {metric.name: metric.protocol.samples for metric in final.metrics}
    assert sizes.pop("batch_correlation") == 20 * 32
    assert sizes.pop("threshold_accuracy") == 31 * 32  # whole batches
    assert set(sizes.values()) == {1000}  # as many as there are real ones
    assert rung.generator == "ema"


def test_same_seed_same_records(make: Make, context: TrialContext, drive: Drive, tmp_path: Path) -> None:
    again = replace(context, storage_url=str(tmp_path / "again"))
    drive([make()], context)
    drive([make()], again)
    first, second = curve_of(context, make()), curve_of(again, make())
    for name, values in first.signals.items():
        np.testing.assert_array_equal(values, second.signals[name])
    assert [done.metrics for done in first.evaluations] == [done.metrics for done in second.evaluations]


def test_a_pruned_lane_leaves_and_its_neighbours_do_not_notice(
    make: Make, context: TrialContext, drive: Drive, tmp_path: Path
) -> None:
    pack = [make(number, seed=number) for number in range(3)]

    def prune_the_second(reports: list[LaneReport]) -> Answer:
        at_first_rung = any(report.epoch == 2 and report.evaluation is not None for report in reports)
        return Answer(prune=frozenset({pack[1].identity})) if at_first_rung else GO_ON

    reports = drive(pack, context, prune_the_second)
    assert sorted(ends(reports)) == [End.COMPLETED, End.COMPLETED, End.PRUNED]
    alone = replace(context, storage_url=str(tmp_path / "alone"))
    drive([pack[2]], alone)
    np.testing.assert_array_equal(
        curve_of(context, pack[2]).signals["g_loss"], curve_of(alone, pack[2]).signals["g_loss"]
    )
    assert len(curve_of(context, pack[1]).signals["g_loss"]) == 40


def test_a_stopped_trial_rests_and_resumes_bit_for_bit(
    make: Make, context: TrialContext, drive: Drive, tmp_path: Path
) -> None:
    undisturbed = replace(context, storage_url=str(tmp_path / "undisturbed"))
    drive([make()], undisturbed)

    def stop_at_epoch_1(reports: list[LaneReport]) -> Answer:
        return Answer(stop=End.STOPPED_BY_USER)

    reports = drive([make()], context, stop_at_epoch_1)
    assert ends(reports) == [End.STOPPED_BY_USER]
    reports = drive([make(attempt=1)], context)
    assert ends(reports) == [End.COMPLETED]
    resumed, whole = curve_of(context, make()), curve_of(undisturbed, make())
    for name, values in whole.signals.items():
        np.testing.assert_array_equal(values, resumed.signals[name])
    assert [done.metrics for done in resumed.evaluations] == [done.metrics for done in whole.evaluations]


def test_a_lost_attempt_is_recomputed_from_its_checkpoint(
    make: Make, context: TrialContext, drive: Drive, tmp_path: Path
) -> None:
    from gansearch.trial.run import run_pack

    undisturbed = replace(context, storage_url=str(tmp_path / "undisturbed"))
    drive([make()], undisturbed)
    pack = run_pack([make()], context)
    next(pack)
    for _ in range(2):  # epoch 2 has a checkpoint, epoch 3 is recorded but not saved
        pack.send(GO_ON)
    pack.close()
    drive([make(attempt=1)], context)
    resumed, whole = curve_of(context, make()), curve_of(undisturbed, make())
    np.testing.assert_array_equal(resumed.signals["d_loss"], whole.signals["d_loss"])


def test_a_non_finite_trial_diverges_with_evidence(make: Make, context: TrialContext, drive: Drive) -> None:
    wild = make(optimizer__generator__name="sgd", optimizer__generator__lr=10.0, generator__activation="relu")
    wild = make(
        **{
            "optimizer__generator__name": "sgd",
            "optimizer__generator__lr": 10.0,
            "optimizer__discriminator__name": "sgd",
            "optimizer__discriminator__lr": 10.0,
            "training__epochs": 50,
        }
    )
    reports = drive([wild], context)
    assert ends(reports) == [End.DIVERGED]
    (end,) = (report.end for report in reports if report.end is not None)
    assert end.finding is not None
    assert end.finding.kind == "diverged"
    left = Storage(context.storage_url).list(f"post_mortem/{wild.identity}")
    assert {path.rpartition("/")[2] for path in left} == {"finding.json", "curve.csv", "evaluations.csv", "samples.npz"}


def test_records_are_durable_before_their_checkpoint(
    make: Make, context: TrialContext, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    write = Storage.write

    def watched(storage: Storage, path: str, content: bytes) -> None:
        if path.startswith("checkpoints/"):
            step = from_bytes(content).step
            curve = curve_of(context, make())
            assert (curve.steps, curve.evaluations[-1].step) == (step, step)
            seen.append(step)
        write(storage, path, content)

    monkeypatch.setattr(Storage, "write", watched)
    drive([make()], context)
    assert seen == [40, 80]


def test_a_trial_lost_after_its_last_checkpoint_is_not_trained_on(
    make: Make, context: TrialContext, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(LaneRun, "finish", lambda *_: (_ for _ in ()).throw(StorageError("the machine went down")))
        with pytest.raises(StorageError, match="went down"):
            drive([make()], context)
    reports = drive([make(attempt=1)], context)
    assert ends(reports) == [End.COMPLETED]
    curve = curve_of(context, make())
    assert (curve.steps, [done.epoch for done in curve.evaluations]) == (80, [2, 4])
    assert curve.end is not None
    assert curve.end.epoch == 4


def test_in_shadow_mode_too_a_non_finite_number_is_recorded_as_what_stopped_the_trial(
    make: Make, context: TrialContext, drive: Drive
) -> None:
    wild = {
        f"optimizer__{player}__{key}": value for player in PLAYERS for key, value in {"name": "sgd", "lr": 10.0}.items()
    }
    reports = drive([make(training__epochs=50, **wild)], replace(context, detectors=DetectorSettings(mode="shadow")))
    assert ends(reports) == [End.DIVERGED]
    curve = curve_of(context, make())
    assert curve.stopped_by is not None
    assert curve.stopped_by.kind == "diverged"


def test_a_raising_trial_fails_with_its_reason(
    make: Make, context: TrialContext, drive: Drive, explosive_context: TrialContext
) -> None:
    reports = drive([make(tricks__explosive__enabled=True)], explosive_context)
    (end,) = (report.end for report in reports if report.end is not None)
    assert end.end is End.FAILED
    assert "RuntimeError: the fuse is lit" in end.reason
    assert "discriminator_loss, explosive.py" in end.reason
    assert curve_of(context, make()).end == end


def test_a_trial_that_cannot_start_fails_with_its_reason(make: Make, context: TrialContext, drive: Drive) -> None:
    reports = drive([make(training__batch_size=1000)], context)
    assert ends(reports) == [End.FAILED]
    (end,) = (report.end for report in reports if report.end is not None)
    assert "1000" in end.reason
    assert curve_of(context, make()).end == end


def test_rungs_look_at_the_players_and_keep_the_classes_of_the_same_latents(
    make: Make, context: TrialContext, drive: Drive
) -> None:
    drive([make()], context)
    done = curve_of(context, make()).evaluations
    for each in done:
        assert {"steepness", "score_slope", "held_out_score_gap", "effective_rank"} <= {
            one.name for one in each.metrics
        }
        assert each.value("steepness") > 0
        assert len(each.labels) == 250
    churn = evaluation_columns(done)["class_churn"]
    assert np.isnan(churn[0])
    assert churn[1] == np.mean(np.array(done[0].labels) != np.array(done[1].labels))


NERVOUS = """
from dataclasses import dataclass
from typing import ClassVar

from gansearch.detectors import Detector


@dataclass(frozen=True, kw_only=True)
class Nervous(Detector):
    \"\"\"Formula: always from epoch 2 on. Warm-up: one epoch. Known false positives: all.\"\"\"

    name: ClassVar[str] = "nervous"
    kind: ClassVar[str] = "nerves"
    source: ClassVar[str] = "none"

    def check(self, trace):
        if trace.epoch < 2:
            return None
        said = {"signal": "d_loss", "value": 1.0, "threshold": 0.0}
        return self.found(trace, **said, since_step=0, evidence={}, sentence="It is 1.")
"""


@pytest.mark.parametrize(("audit", "is_spared"), [(0.0, False), (1.0, True)])
def test_a_trial_that_is_audited_goes_on_to_its_end_and_says_so(
    make: Make, context: TrialContext, drive: Drive, tmp_path: Path, *, audit: float, is_spared: bool
) -> None:
    load_file(written(tmp_path / "nervous.py", NERVOUS))
    settings = DetectorSettings("enforce", grace_epochs=0, patience=2, detectors={"nervous": {}}, audit=audit)
    reports = drive([make()], replace(context, detectors=settings))
    curve = curve_of(context, make())
    assert ends(reports) == [End.COMPLETED if is_spared else End.COLLAPSED]
    assert [report.is_spared for report in reports if report.epoch == 4] == ([True] * is_spared)
    assert (curve.spared_for is not None) == is_spared
    if is_spared:
        assert curve.spared_for is not None
        assert curve.spared_for.epoch == 3
        assert curve.stopped_by is None
        assert len(curve.findings) == 3


def test_in_shadow_mode_the_record_says_what_would_have_ended_it(
    make: Make, context: TrialContext, drive: Drive, tmp_path: Path
) -> None:
    load_file(written(tmp_path / "nervous.py", NERVOUS))
    settings = DetectorSettings("shadow", grace_epochs=0, patience=1, detectors={"nervous": {}})
    reports = drive([make()], replace(context, detectors=settings))
    curve = curve_of(context, make())
    assert ends(reports) == [End.COMPLETED]
    assert not any(report.is_spared for report in reports)
    assert curve.spared_for is not None
    assert curve.spared_for.epoch == 2


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
