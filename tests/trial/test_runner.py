"""The runner's command line: exit statuses, messages, and signals."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gansearch.curves import Curve, read_curve
from gansearch.records import Assignment, End, TrialIdentity
from gansearch.space.plan import DetectorSettings
from gansearch.storage import Storage
from gansearch.trial.runner import DONE, MENDABLE, STOPPED, main
from gansearch.trial.spec import Spec, to_text

Make = Callable[..., Assignment]


@pytest.fixture
def spec(make: Make) -> Spec:
    return Spec("s", 0, None, DetectorSettings(), (make(0), make(1, seed=8)), lanes=2)


@pytest.fixture
def written(spec: Spec, tmp_path: Path) -> Callable[..., str]:
    """The list as a file, with changes."""

    def write(**changes: object) -> str:
        path = tmp_path / "spec.json"
        path.write_text(to_text(replace(spec, **changes)), encoding="utf-8")  # type: ignore[arg-type]
        return str(path)

    return write


Written = Callable[..., str]


def end_of(folder: Path, number: int) -> End | None:
    end = Curve.of(read_curve(Storage(folder), TrialIdentity("s", number))[0]).end
    return None if end is None else end.end


def test_a_list_is_trained_to_its_end(written: Written, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main([written(), "--out", str(out)]) == DONE
    said = capsys.readouterr()
    assert said.out.startswith("2 of 2 trials ended (2 completed); ")
    assert said.err == ""
    assert sorted(path.name for path in out.iterdir()) == ["checkpoints", "lock", "records", "samples", "spec.json"]


def test_it_stops_by_itself_and_the_same_command_goes_on(
    written: Written, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [written(), "--out", str(tmp_path / "out")]
    assert main([*command, "--stop-after", "0"]) == STOPPED
    assert capsys.readouterr().out.endswith("2 left: the same command goes on\n")
    assert main(command) == DONE


def test_time_may_be_given_by_the_list_too(written: Written, tmp_path: Path) -> None:
    assert main([written(stop_after_s=0.0), "--out", str(tmp_path / "out")]) == STOPPED


def test_why_a_trial_fails_is_told(
    written: Written, make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = (make(0), make(1, generator__nosuch=1))
    assert main([written(assignments=listed), "--out", str(tmp_path / "out")]) == DONE
    said = capsys.readouterr()
    assert said.err.startswith("s-1: failed: generator.nosuch must be a field")
    assert said.out.startswith("2 of 2 trials ended (1 completed, 1 failed)")


def test_quiet_tells_the_summary_alone(
    written: Written, make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([written(assignments=(make(1, generator__nosuch=1),)), "--out", str(tmp_path / "out"), "--quiet"])
    assert capsys.readouterr().err == ""


def test_missing_data_is_told_before_anything_is_recorded(
    written: Written, make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = (make(0), replace(make(1), settings={"dataset.name": "mnist", "training.epochs": 1}))
    arguments = [written(assignments=listed), "--out", str(tmp_path / "out"), "--data-dir", str(tmp_path)]
    assert main(arguments) == MENDABLE
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert "--data-dir" in said
    assert not (tmp_path / "out" / "records").exists()


def test_a_device_that_is_not_there(written: Written, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([written(), "--out", str(tmp_path / "out"), "--device", "cuda:99"]) == MENDABLE
    assert "the device must be one that torch sees; got cuda:99" in capsys.readouterr().err


def test_a_detector_that_is_not_there(written: Written, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unknown = DetectorSettings(detectors={"nosuch": {}})
    assert main([written(detectors=unknown), "--out", str(tmp_path / "out")]) == MENDABLE
    assert "no detector is called 'nosuch'" in capsys.readouterr().err


def test_a_damaged_record_is_told_when_the_others_are_over(
    written: Written, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    Storage(out).write("records/s-0.records", b"no record at all, " * 10)
    Storage(out).write("spec.json", Path(written()).read_bytes())
    assert main([written(), "--out", str(out)]) == MENDABLE
    assert "left as it is: " in capsys.readouterr().err
    assert end_of(out, 1) is End.COMPLETED


@pytest.mark.parametrize(
    "wrong", [["--lanes", "0"], ["--device", "tpu"], ["--stop-after", "-1"], ["--threads", "x"], ["--nosuch"]]
)
def test_wrong_usage_is_status_2(wrong: list[str], written: Written, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        main([written(), "--out", str(tmp_path / "out"), *wrong])


def test_sigterm_lets_trials_write_their_checkpoints(written: Written, make: Make, tmp_path: Path) -> None:
    out = tmp_path / "out"
    long = (make(0, training__epochs=100_000, training__evaluate_every=100_000),)
    command = [sys.executable, "-m", "gansearch.trial.runner", written(assignments=long), "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        deadline = time.monotonic() + 60.0
        while not list(out.glob("records/*")) and run.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(0.5)  # until it trains
        run.send_signal(signal.SIGTERM)
        said, errors = run.communicate(timeout=60)
    assert run.returncode == STOPPED, errors
    assert "stopping: trials write their checkpoints" in errors
    assert "0 of 1 trials ended, 1 at rest" in said
    assert end_of(out, 0) is End.STOPPED_BY_USER
    assert len(list((out / "checkpoints" / "s-0").iterdir())) == 1
