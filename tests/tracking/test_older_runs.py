"""Runs of an older version get what they lack, and an experiment its note, without anything coming twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from mlflow import MlflowClient

from gansearch.records import End
from gansearch.tracking import Experiment, bring_up_to_date
from gansearch.tracking.experiment_tags import NOTE
from gansearch.tracking.run_index import PROJECTION, VERSION
from gansearch.tracking.standings import Standings
from gansearch.tracking.study_note import study_note
from tests.tracking.conftest import TRIAL

Play = Callable[..., None]


def shown(experiment: Experiment) -> tuple[MlflowClient, Any, Any]:
    """The client, the experiment, and the trial's run."""
    client = MlflowClient(experiment.uri)
    home = client.get_experiment_by_name("digits")
    (run,) = client.search_runs([home.experiment_id], "tags.`gansearch.kind` = 'trial'")
    return client, home, run


def as_before_there_were_versions(monkeypatch: pytest.MonkeyPatch, experiment: Experiment, notes: Any) -> None:
    """Write the study as version 1 did."""
    with monkeypatch.context() as patched:
        patched.setattr(Standings, "take", lambda *_: [])
        patched.setattr(Standings, "final", lambda _: [])
        bring_up_to_date(experiment, notes, [TRIAL], is_checked=False)
    client, home, run = shown(experiment)
    client.delete_tag(run.info.run_id, VERSION)
    client.delete_experiment_tag(home.experiment_id, NOTE)
    assert not [name for name in run.data.metrics if name.startswith(("best_", "final_"))]


def test_a_run_of_an_older_version_gets_its_summary_alone(
    experiment: Experiment, notes: Any, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes.launch(1, notes.now_s, notes.now_s + 100, "finished")
    play(range(4), End.COMPLETED)
    as_before_there_were_versions(monkeypatch, experiment, notes)
    found = bring_up_to_date(experiment, notes, [TRIAL])
    assert found.is_complete, found.lacking
    # Distances of 20, 19, 18, 17 and nine classes throughout: 4 + 1 best values, and two final ones.
    assert (found.written.runs, found.written.points, found.written.images) == (0, 7, 0)
    _, home, run = shown(experiment)
    assert run.data.tags[VERSION] == PROJECTION
    assert run.data.metrics["best_frechet_distance"] == run.data.metrics["final_frechet_distance"] == 17.0
    assert home.tags[NOTE] == study_note(notes.study())
    assert bring_up_to_date(experiment, notes, [TRIAL]).written.total == 0


def test_an_experiment_has_a_note_unless_a_user_wrote_one(experiment: Experiment, notes: Any, play: Play) -> None:
    notes.launch(1, notes.now_s, notes.now_s + 100, "finished")
    play(range(1), End.COMPLETED)
    bring_up_to_date(experiment, notes, [TRIAL])
    client, home, _ = shown(experiment)
    assert "Study `digits`" in home.tags[NOTE]
    client.set_experiment_tag(home.experiment_id, NOTE, "mine")
    bring_up_to_date(experiment, notes, [TRIAL])
    assert shown(experiment)[1].tags[NOTE] == "mine"
