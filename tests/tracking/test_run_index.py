"""Finding a study's runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gansearch.tracking.experiment import Experiment
from gansearch.tracking.pending import PendingRun
from gansearch.tracking.run_index import WRITTEN, find_runs, quoted
from gansearch.tracking.run_writer import Mark, RunWriter, Written


def test_of_two_runs_of_a_trial_the_one_that_came_further_stays(experiment: Experiment, notes: Any) -> None:
    shown = replace(experiment, study_id="it's")
    writer = RunWriter(shown, notes, Written())
    writer.create("launch 1", 1.0, None)
    parent = writer.runs["launch 1"]
    whole = writer.create("digits-7", 2.0, parent)
    writer.write(whole, PendingRun(), Mark("120", "running"))
    late = writer.create("digits-7", 2.0, parent)
    found, surplus = find_runs(writer.client, writer.experiment_id, "it's")
    assert found["digits-7"].run_id == whole.run_id
    assert (found["digits-7"].written, found["digits-7"].end) == ("120", "running")
    assert surplus == [late.run_id]
    again = RunWriter(shown, notes, Written())
    assert again.client.get_run(late.run_id).info.lifecycle_stage == "deleted"
    assert find_runs(writer.client, writer.experiment_id, "another") == ({}, [])


def test_launches_are_found_by_their_number(experiment: Experiment, notes: Any) -> None:
    writer = RunWriter(experiment, notes, Written())
    old = writer.create("launch-0123abcd", 1.0, None)  # as older versions called it
    for name, value in {"gansearch.kind": "launch", "gansearch.launch": "3", WRITTEN: "x"}.items():
        writer.client.set_tag(old.run_id, name, value)
    found, _ = find_runs(writer.client, writer.experiment_id, None)
    assert {key: run.run_id for key, run in found.items()} == {"launch 3": old.run_id}


def test_names_with_quotes() -> None:
    assert quoted("it's") == '"it\'s"'
    assert quoted("plain") == "'plain'"
    with pytest.raises(ValueError, match="quotes of both kinds"):
        quoted("'\"")
