"""optuna-dashboard opens our storage, a journal or a database, and tells what we tell."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import optuna
import pytest

import gansearch
from gansearch.executors.launch import LaunchOptions, launch, resume
from gansearch.space import SearchSpace
from gansearch.storage.home import study_dir

Ring = Callable[..., SearchSpace]
LONGEST_S = 60.0


@contextmanager
def served(storage: str) -> Iterator[Callable[[str], Any]]:
    """The dashboard on this machine; asks its HTTP API."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["optuna_dashboard._cli", storage, "--host", "127.0.0.1", "--port", str(port), "--server", "wsgiref"]
    with subprocess.Popen([sys.executable, "-m", *command], stderr=subprocess.DEVNULL) as server:

        def ask(path: str) -> Any:
            with urlopen(f"http://127.0.0.1:{port}/api/{path}", timeout=LONGEST_S) as answer:
                return json.load(answer)

        try:
            wait_for(server, ask)
            yield ask
        finally:
            server.terminate()


def wait_for(server: subprocess.Popen[bytes], ask: Callable[[str], Any]) -> None:
    """Until it answers."""
    end = time.monotonic() + LONGEST_S
    while True:
        try:
            ask("meta")
        except URLError:
            assert server.poll() is None, "the dashboard has ended"
            assert time.monotonic() < end
            time.sleep(0.2)
        else:
            return


@pytest.mark.verify
@pytest.mark.parametrize("kind", ["journal", "database"])
def test_the_dashboard_tells_what_we_tell(
    ring: Ring, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/optuna.db"
    if kind == "database":
        monkeypatch.setenv("GANSEARCH_DATABASE", url)
    launch(ring(plan__trials=2, training__epochs=2), LaunchOptions(executor="local"))
    storage = str(study_dir("rings") / "study.journal") if kind == "journal" else url
    with served(storage) as ask:
        (study,) = ask("studies")["study_summaries"]
        detail = ask(f"studies/{study['study_id']}")
    assert (detail["name"], detail["directions"]) == ("rings", ["minimize"])
    trials = gansearch.load_study("rings").trials
    assert [trial["number"] for trial in detail["trials"]] == list(trials.number)
    assert [trial["state"] for trial in detail["trials"]] == ["Complete", "Complete"]
    values = [trial["values"][0] for trial in detail["trials"]]
    assert values == pytest.approx(list(trials["objective.frechet_distance"]), rel=1e-12)
    for trial, row in zip(detail["trials"], trials.to_dict("records"), strict=True):
        assert trial["params"], "every trial has parameters"
        for each in trial["params"]:
            assert each["param_external_value"] == str(row[each["name"]])
        assert len(trial["intermediate_values"]) == 2


def test_a_note_that_the_dashboard_writes_does_the_study_no_harm(ring: Ring) -> None:
    launch(ring(plan__trials=1, training__epochs=2), LaunchOptions(executor="local"))
    path = str(study_dir("rings") / "study.journal")
    theirs = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(path))
    theirs.set_study_system_attr(0, "dashboard:note_ver", 1)
    result = resume("rings", LaunchOptions(executor="local"), trials=1)
    assert result.status.counts == {"completed": 2}
