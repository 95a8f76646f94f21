from __future__ import annotations

import random
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from gansearch.curves import Curve
from gansearch.errors import StorageError
from gansearch.records import End, LaneReport
from gansearch.space.plan import DetectorSettings
from gansearch.storage import Storage
from gansearch.trial.own_loop.script_thread import occupied
from gansearch.trial.run import GO_ON, Answer, run_pack

from .conftest import SCRIPT, SPACE, Own

LOOP = """
import torch
import gansearch

p = gansearch.parameters(lr=1e-3)
for step in range(1, 31):
    {body}
    if step % 10 == 0:
        {evaluation}
"""
REPORT = 'gansearch.report(step, {"g_loss": 1.0})'
SAMPLES = "gansearch.report(step, {}, samples=lambda n: torch.randn(n, 2))"


def loop(body: str = REPORT, evaluation: str = SAMPLES) -> str:
    return LOOP.format(body=body, evaluation=evaluation)


def the_end(reports: list[LaneReport]) -> tuple[End, str]:
    (end,) = [report.end for report in reports if report.end is not None]
    return end.end, end.reason


def same_curves(one: Curve, other: Curve) -> None:
    for name, values in one.signals.items():
        np.testing.assert_array_equal(values, other.signals[name])
    assert [done.metrics for done in one.evaluations] == [done.metrics for done in other.evaluations]


def test_a_script_reports_every_epoch_and_completes(own: Own) -> None:
    space = own.space()
    trial, context = own.trial(space), own.context(space)
    reports = own.drive(trial, context)

    assert [(report.epoch, report.step) for report in reports if report.evaluation] == [(1, 10), (2, 20), (3, 30)]
    assert the_end(reports) == (End.COMPLETED, "trained all 3 epochs")
    curve = own.curve(trial, context)
    assert len(curve.signals["g_loss"]) == 30
    assert {metric.protocol.samples for metric in curve.evaluations[0].metrics} == {1000}
    assert sorted(curve.samples_by_epoch) == [1, 2, 3]


def test_same_seed_same_records_and_another_seed_others(own: Own) -> None:
    space = own.space()
    one, two, three = (own.context(space, name) for name in ("one", "two", "three"))
    for context, seed in ((one, 7), (two, 7), (three, 8)):
        own.drive(own.trial(space, seed=seed), context)
    trial = own.trial(space)
    same_curves(own.curve(trial, one), own.curve(trial, two))
    assert own.curve(trial, one).signals["g_loss"][0] != own.curve(trial, three).signals["g_loss"][0]


@pytest.mark.parametrize("epoch", [1, 2])
def test_a_trial_that_was_killed_goes_on_with_the_same_curve(own: Own, epoch: int) -> None:
    space = own.space()
    whole, killed = own.context(space, "whole"), own.context(space, "killed")
    own.drive(own.trial(space), whole)
    run = run_pack([own.trial(space)], killed)
    reports = next(run)
    while not any(report.evaluation and report.epoch == epoch for report in reports):
        reports = run.send(GO_ON)
    run.close()
    random.random(), np.random.rand(), torch.rand(1)  # whatever else the process draws

    reports = own.drive(own.trial(space, attempt=1), killed)

    assert [report.epoch for report in reports if report.evaluation] == list(range(epoch + 1, 4))
    same_curves(own.curve(own.trial(space), whole), own.curve(own.trial(space), killed))


def test_a_stopped_trial_rests_and_resumes_bit_for_bit(own: Own) -> None:
    space = own.space(SCRIPT.replace("optG.step()", "optG.step(); import time; time.sleep(0.005)"))
    whole, stopped = own.context(space, "whole"), own.context(space, "stopped")
    own.drive(own.trial(space), whole)
    seen: list[LaneReport] = []

    def stop_in_the_second_epoch(reports: list[LaneReport]) -> Answer:
        seen.extend(reports)
        is_between = any(report.evaluation for report in seen) and not reports
        return Answer(stop=End.BUDGET) if is_between else GO_ON

    reports = own.drive(own.trial(space), stopped, stop_in_the_second_epoch)
    assert the_end(reports) == (End.BUDGET, "resting at epoch 1, to be resumed")
    assert the_end(own.drive(own.trial(space, attempt=1), stopped))[0] is End.COMPLETED
    same_curves(own.curve(own.trial(space), whole), own.curve(own.trial(space), stopped))


def test_a_trial_without_checkpointed_starts_again(own: Own) -> None:
    space = own.space(loop())
    context = own.context(space)
    own.drive(own.trial(space), context, lambda reports: Answer(stop=End.STOPPED_BY_USER) if reports else GO_ON)
    reports = own.drive(own.trial(space, attempt=1), context)
    assert [report.epoch for report in reports if report.evaluation] == [1, 2, 3]
    assert own.curve(own.trial(space), context).steps == 30


def test_a_worker_that_dies_after_the_last_checkpoint_leaves_nothing_to_do(own: Own) -> None:
    space = own.space()
    context = own.context(space)
    run = run_pack([own.trial(space)], context)
    reports = next(run)
    while not any(report.epoch == 3 for report in reports):
        reports = run.send(GO_ON)
    run.close()
    reports = own.drive(own.trial(space, attempt=1), context)
    assert [report.evaluation for report in reports] == [None]
    assert the_end(reports) == (End.COMPLETED, "trained all 3 epochs")


def test_a_pruned_script_is_left_and_its_own_error_handling_does_not_keep_it(own: Own) -> None:
    guarded = "try:\n        " + REPORT + "\n    except Exception:\n        pass"
    space = own.space(loop(guarded) + "print('over')")
    trial, context = own.trial(space), own.context(space)

    reports = own.drive(trial, context, lambda reports: Answer(prune=frozenset({trial.identity})) if reports else GO_ON)

    assert the_end(reports) == (End.PRUNED, "pruned at epoch 1: its value was not among those that go on")
    assert own.curve(trial, context).steps == 10
    assert b"over" not in Storage(context.storage_url).read("logs/own-0.txt")


def test_a_number_that_is_not_finite_ends_the_trial_as_diverged(own: Own) -> None:
    space = own.space(loop('gansearch.report(step, {"g_loss": float("nan") if step == 15 else 1.0})'))
    trial, context = own.trial(space), own.context(space, detectors=DetectorSettings(mode="off"))

    end, reason = the_end(own.drive(trial, context))

    assert end is End.DIVERGED
    assert reason == "g_loss was no finite number from step 15 on (1 non-finite windows so far)."
    assert Storage(context.storage_url).exists("post_mortem/own-0/samples.npz")  # of the evaluation before


def test_detectors_stop_a_collapsed_loop(own: Own) -> None:
    script = loop(
        'gansearch.report(40 * step, {"g_loss": 1.0, "fake_spread": 0.001, "real_spread": 1.0})',
        "gansearch.report(40 * step, {}, samples=lambda n: torch.randn(n, 2))",
    )
    space = own.space(script.replace("range(1, 31)", "range(1, 101)"), SPACE.replace("epochs: 3", "epochs: 10"))
    trial, context = own.trial(space), own.context(space)

    reports = own.drive(trial, context)

    assert the_end(reports)[0] is End.COLLAPSED
    stopped_by = own.curve(trial, context).stopped_by
    assert stopped_by is not None
    assert (stopped_by.kind, stopped_by.epoch) == ("mode_collapse", 3)  # after two epochs of grace


def test_windows_are_judged_at_epochs_between_rare_evaluations(own: Own) -> None:
    script = """
import torch
import gansearch
p = gansearch.parameters(lr=1e-3)
for epoch in range(5, 31, 5):
    signals = {"g_loss": 1.0, "fake_spread": 0.001, "real_spread": 1.0}
    gansearch.report(epoch * 200, signals, samples=lambda n: torch.randn(n, 2), epoch=epoch)
"""
    space = own.space(script, SPACE.replace("epochs: 3", "epochs: 30"))
    trial, context = own.trial(space), own.context(space)

    reports = own.drive(trial, context)

    assert [report.epoch for report in reports if report.evaluation] == [5]
    stopped_by = own.curve(trial, context).stopped_by
    assert stopped_by is not None
    assert stopped_by.epoch == 6


def test_metrics_of_the_script_alone_need_no_data_set(own: Own) -> None:
    space = own.space(
        loop(evaluation='gansearch.report(step, {}, metrics={"fid": 1 / step})'),
        SPACE.replace("dataset: {{name: ring, train_samples: 640, test_samples: 1000}}\n", "").replace(
            "sampler: random", "sampler: random, objective: {{metric: fid, direction: minimize}}"
        ),
    )
    trial, context = own.trial(space), own.context(space, objectives=("fid",))

    assert the_end(own.drive(trial, context))[0] is End.COMPLETED
    curve = own.curve(trial, context)
    assert [done.value("fid") for done in curve.evaluations] == [1 / 10, 1 / 20, 1 / 30]
    assert curve.samples == []


def test_images_without_a_data_set_are_kept_for_pictures(own: Own) -> None:
    evaluation = 'gansearch.report(step, {}, samples=torch.zeros(4, 1, 8, 8), metrics={"fid": 1 / step})'
    space = own.space(
        loop(evaluation=evaluation),
        SPACE.replace("dataset: {{name: ring, train_samples: 640, test_samples: 1000}}\n", "").replace(
            "sampler: random", "sampler: random, objective: {{metric: fid, direction: minimize}}"
        ),
    )
    trial, context = own.trial(space), own.context(space, objectives=("fid",))
    own.drive(trial, context)
    with np.load(Path(context.storage_url) / own.curve(trial, context).samples[0].path) as arrays:
        assert (arrays["fake"].shape, arrays["real"].shape) == ((4, 1, 8, 8), (0, 1, 8, 8))


def test_the_protocol_of_the_end_is_measured_while_the_script_runs(own: Own) -> None:
    space = own.space(loop(), SPACE.replace("test_samples: 1000", "test_samples: 1500"))
    trial, context = own.trial(space), own.context(space, final_evaluation=True)
    own.drive(trial, context)
    found = [
        (done.epoch, done.final, done.metrics[0].protocol.samples) for done in own.curve(trial, context).evaluations
    ]
    assert found == [(1, False, 1000), (2, False, 1000), (3, False, 1000), (3, True, 1500)]


def test_the_plans_epochs_bound_a_longer_loop(own: Own) -> None:
    space = own.space(loop(), SPACE.replace("epochs: 3", "epochs: 2"))
    trial, context = own.trial(space), own.context(space)
    assert the_end(own.drive(trial, context)) == (End.COMPLETED, "trained all 2 epochs")
    assert own.curve(trial, context).steps == 20


def test_a_script_that_returns_early_completes_with_what_it_has(own: Own) -> None:
    space = own.space(loop(), SPACE.replace("epochs: 3", "epochs: 5"))
    reports = own.drive(own.trial(space), own.context(space))
    assert the_end(reports) == (End.COMPLETED, "trained 3 epochs of 5: the script returned")


def test_exit_status_0_is_a_return_and_another_a_failure(own: Own) -> None:
    space = own.space(loop() + "raise SystemExit(0)")
    assert the_end(own.drive(own.trial(space), own.context(space)))[0] is End.COMPLETED
    space = own.space("raise SystemExit(2)")
    reports = own.drive(own.trial(space), own.context(space, "another"))
    assert the_end(reports) == (End.FAILED, "it ended with exit status 2")


def test_a_script_without_an_evaluation_fails_and_says_what_is_missing(own: Own) -> None:
    space = own.space(loop(evaluation="pass"))
    end, reason = the_end(own.drive(own.trial(space), own.context(space)))
    assert end is End.FAILED
    assert "at least one evaluation" in reason
    assert "after 30 reported steps" in reason


def test_an_exception_is_the_trials_failure_with_its_line(own: Own) -> None:
    space = own.space(loop("torch.zeros(2) @ torch.zeros(3)"))
    trial, context = own.trial(space), own.context(space)
    end, reason = the_end(own.drive(trial, context))
    assert end is End.FAILED
    assert reason.startswith("RuntimeError: ")
    assert reason.endswith("(train.py:7, in <module>)")
    assert b"Traceback" in Storage(context.storage_url).read("logs/own-0.txt")


def test_an_exception_after_the_last_epoch_does_not_spoil_the_trial(own: Own) -> None:
    space = own.space(loop() + "raise OSError('no display')")
    end, reason = the_end(own.drive(own.trial(space), own.context(space)))
    assert end is End.COMPLETED
    assert "then the script raised OSError: no display (train.py:" in reason


def test_short_memory_is_told_apart(own: Own) -> None:
    space = own.space(loop("raise torch.OutOfMemoryError('CUDA out of memory')"))
    assert the_end(own.drive(own.trial(space), own.context(space)))[0] is End.OUT_OF_MEMORY


MISUSES = {
    "backwards": (loop("gansearch.report(31 - step, {'g_loss': 1.0})"), "step must not go backwards; got 29 after 30"),
    "a new signal": (loop("gansearch.report(step, {'g_loss': 1.0, **({'x': 1} if step > 5 else {})})"), "got 'x'"),
    "no signal": (loop("gansearch.report(step, {})"), "must hold at least one number in the first report"),
    "a shape": (loop(evaluation=SAMPLES.replace("n, 2", "n, 3")), r"[n, 2]; got [250, 3]"),
    "a number": (loop(evaluation=SAMPLES.replace("n, 2", "64, 2")), "asked for 250, it returned 64"),
    "a small tensor": (loop(evaluation="gansearch.report(step, {}, samples=torch.zeros(64, 2))"), "at least 1,000"),
    "another metric": (loop(evaluation=SAMPLES[:-1] + ", metrics={str(step): 1})"), "metrics of the first"),
    "a name that is taken": (loop(evaluation=SAMPLES[:-1] + ", metrics={'recall': 1})"), "got recall"),
    "no objective": (loop(evaluation="gansearch.report(step, {}, metrics={'fid': 1})"), "'frechet_distance'"),
    "an epoch again": (loop(evaluation=SAMPLES[:-1] + ", epoch=1)"), "epoch must be higher"),
    "an unnamed parameter": (loop().replace("gansearch.parameters(lr=1e-3)", "{}"), "does not name lr"),
    "too late": (loop(REPORT + "; gansearch.checkpointed(a=torch.nn.Linear(1, 1))"), "before the first report"),
    "an odd state": (
        "import gansearch\nclass Odd:\n    state_dict = lambda self: {'a': {1, 2}}\n    load_state_dict = print\n"
        "gansearch.checkpointed(odd=Odd())\n" + loop(),
        "objects.odd.a is of type set",
    ),
}


@pytest.mark.parametrize("name", MISUSES)
def test_misuse_is_the_trials_failure_and_says_the_rule(own: Own, name: str) -> None:
    script, said = MISUSES[name]
    space = own.space(script)
    end, reason = the_end(own.drive(own.trial(space), own.context(space)))
    assert end is End.FAILED
    assert said in reason


def test_a_function_is_called_with_the_parameters(own: Own) -> None:
    script = """
import helper
import gansearch

def train(lr, *, width=3):
    print(f"{lr} {width} {helper.VALUE}")
    gansearch.report(1, {"g_loss": lr}, metrics={"frechet_distance": 2.0})
"""
    (own.folder).mkdir()
    (own.folder / "helper.py").write_text("VALUE = 'beside'\n", encoding="utf-8")
    text = SPACE.replace("{file}", "{{file: {file}, function: train, modules: [helper.py]}}")
    space = own.space(
        script,
        text.replace("dataset: {{name: ring, train_samples: 640, test_samples: 1000}}\n", "").replace(
            "sampler: random", "sampler: random, objective: frechet_distance"
        ),
    )
    trial, context = own.trial(space), own.context(space)
    assert the_end(own.drive(trial, context))[0] is End.COMPLETED
    lr = trial.parameters["parameters.lr"]
    assert Storage(context.storage_url).read("logs/own-0.txt").decode() == f"{lr} 3 beside\n"
    assert "helper" not in sys.modules
    assert "train" not in sys.modules


def test_the_process_is_left_as_it_was(own: Own, capsys: pytest.CaptureFixture[str]) -> None:
    change = "import os, sys; os.chdir('/'); sys.argv.append('x'); torch.set_default_dtype(torch.float64)"
    space = own.space(loop() + change + "; print('printed')")
    torch.manual_seed(1)
    before = Path.cwd(), list(sys.argv), list(sys.path), torch.get_rng_state()
    own.drive(own.trial(space), own.context(space))
    assert before[:3] == (Path.cwd(), sys.argv, sys.path)
    assert torch.equal(before[3], torch.get_rng_state())
    assert torch.get_default_dtype() is torch.float32
    assert capsys.readouterr().out == ""
    assert not occupied.locked()


def test_a_study_that_has_lost_its_script_says_so(own: Own) -> None:
    space = own.space()
    context = own.context(space)
    Storage(context.storage_url).delete("script/train.py")
    with pytest.raises(StorageError, match="must hold the script that its trials run"):
        own.drive(own.trial(space), context)
