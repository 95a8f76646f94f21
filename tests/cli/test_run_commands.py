"""``gansearch compare``, ``reproduce`` and ``export`` as a user calls them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gansearch.curves import CurveWriter, Record
from gansearch.records import TrialIdentity
from gansearch.space import load_space
from gansearch.storage import Storage
from gansearch.testing.studies import run_study

Run = Callable[..., Any]


@pytest.fixture
def trained(rings: Path) -> Storage:
    """A study of two runs."""
    return run_study(load_space(str(rings), {"plan.trials": 2, "training.epochs": 1}), "rings")


@pytest.fixture
def other(rings: Path) -> Storage:
    """The same on other data, for one run."""
    changes = {"plan.trials": 1, "training.epochs": 1, "dataset.train_samples": 320}
    return run_study(load_space(str(rings), changes), "other")


@pytest.mark.usefixtures("trained")
def test_two_runs(run: Run) -> None:
    ended = run("compare", "rings-0", "rings-1")
    assert ended.status == 0
    lines = {line.split()[0]: line for line in ended.out.splitlines() if line}
    assert lines["run"].split() == ["run", "rings-0", "rings-1"]
    assert lines["end"].split() == ["end", "completed", "completed"]
    assert "other settings are equal)" in ended.out
    assert "one run each (n = 1), seeds differ" in ended.out
    said = json.loads(run("compare", "rings-0", "rings-1", "--json").out)
    row = next(row for row in said["metrics"] if (row["name"], row["moment"]) == ("frechet_distance", "last"))
    assert row["difference"] == row["values"][1] - row["values"][0]
    assert said["obstacles"] == []
    assert all(len(set(map(str, values))) == 2 for values in said["settings"].values())


@pytest.mark.usefixtures("trained", "other")
def test_what_was_trained_on_other_data_is_not_subtracted(run: Run) -> None:
    ended = run("compare", "rings-0", "other-0")
    assert "not subtracted: they were trained on different data (checksums differ)" in ended.out
    assert "data.checksum" in ended.out
    runs = json.loads(run("compare", "rings-0", "other-0", "--json").out)
    assert {row["difference"] for row in runs["metrics"]} == {None}
    studies = json.loads(run("compare", "rings", "other", "--json").out)
    assert studies["differences"] == [None]
    assert studies["obstacles"] == ["their data differ (checksums)"]
    assert studies["space"]["dataset.train_samples"] == ["640", "320"]
    assert [each["counts"] for each in studies["studies"]] == [{"completed": 2}, {"completed": 1}]
    told = run("compare", "rings", "other").out
    assert "not subtracted: their data differ" in told
    assert "plan.trials" in told


@pytest.mark.usefixtures("trained")
def test_names_that_do_not_compare(run: Run) -> None:
    assert run("compare", "rings-0").status == 2
    mixed = run("compare", "rings", "rings-1")
    assert (mixed.status, "'rings' is a study, 'rings-1' a run" in mixed.err) == (1, True)
    unknown = run("compare", "rings-0", "nosuch-1")
    assert (unknown.status, "there are the studies rings" in unknown.err) == (1, True)
    missing = run("compare", "rings-0", "rings-9")
    assert (missing.status, "there are 0 to 1" in missing.err) == (1, True)


def test_reproduce_tells_by_its_status_whether_a_run_is_the_same(run: Run, trained: Storage) -> None:
    ended = run("reproduce", "rings", "1")
    assert ended.status == 0
    assert "equal to the bit" in ended.out
    assert "at 20 of 20 steps" in ended.out
    assert ended.err.startswith("training rings-1 again: 20 of 20 recorded steps")
    writer = CurveWriter(trained, TrialIdentity("rings", 1), 0)
    writer.append(Record("signals", 0, {"first_step": 10, "names": ["d_loss"], "values": {"d_loss": np.ones(10)}}))
    writer.close()
    changed = run("reproduce", "rings", "1", "--json")
    assert changed.status == 1
    said = json.loads(changed.out)
    assert (said["equal"], said["difference"]["name"], said["difference"]["step"]) == (False, "d_loss", 11)
    assert "first difference: signal d_loss at step 11: 1 recorded" in run("reproduce", "rings", "1").out


@pytest.mark.usefixtures("trained")
def test_export_prints_where_everything_is(run: Run, tmp_path: Path) -> None:
    ended = run("export", "rings", "--best", "--out", str(tmp_path / "made"), "--json")
    assert ended.status == 0
    said = json.loads(ended.out)
    assert all(Path(path).is_file() for path in said["files"].values())
    assert {"generator.py", "generator.safetensors", "config.json", "README.md", "samples.png"} <= set(said["files"])
    assert "draw samples with  cd" in run("export", "rings", "0", "--out", str(tmp_path / "other")).out
    for wrong in (("export", "rings"), ("export", "rings", "0", "--best")):
        assert run(*wrong).status == 2
