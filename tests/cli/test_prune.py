"""``gansearch prune``: what it says, and what is left afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from gansearch.records import End
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import Study

Run = Callable[..., Any]
Studies = Callable[..., Study]


@pytest.fixture
def storage(studies: Studies) -> Storage:
    """A study of two completed trials and one that rests, with checkpoints and samples of 1 MiB."""
    studies("rings", [End.COMPLETED, End.COMPLETED, End.STOPPED_BY_USER]).close()
    storage = Storage(study_dir("rings"))
    for number in range(3):
        storage.write(f"checkpoints/rings-{number}/0-20.safetensors", bytes(2**20))
        storage.write(f"samples/rings-{number}/1.npz", bytes(2**20))
    return storage


def test_it_says_what_would_go_and_then_removes_it(run: Run, storage: Storage) -> None:
    options = ("rings", "--checkpoints", "best_1", "--artifacts", "none")

    planned = run("prune", *options, "--dry-run")
    assert len(storage.list("checkpoints")) == 3
    done = run("prune", *options)

    # The second is one of the best three, and was not measured by the protocol of the end yet.
    told = "0 checkpoints and 2 files of samples and post-mortems {}, 2.0 MiB in all"
    assert planned.out.startswith(f"rings: {told.format('would be removed')}")
    assert done.out.startswith(f"rings: {told.format('removed')}")
    assert "rings-1  to be measured at the end" in done.out
    assert "rings-2  its trial has not ended" in done.out
    assert storage.list("samples") == ["samples/rings-2/1.npz"]


def test_json(run: Run, storage: Storage) -> None:
    said = json.loads(run("prune", "rings", "--artifacts", "best_1", "--json").out)

    assert said["keep"] == {"checkpoints": "all", "artifacts": "best_1"}
    assert (said["study"], said["dry_run"]) == ("rings", False)
    assert (said["checkpoints"], said["artifacts"]) == ({"files": 0, "bytes": 0}, {"files": 1, "bytes": 2**20})
    assert said["kept"]["rings-0"] == "all are kept"


def test_without_a_wish_nothing_goes(run: Run, storage: Storage) -> None:
    ended = run("prune", "rings")

    assert (ended.status, len(storage.list("samples"))) == (0, 3)
    assert "everything is kept; say what stays with --checkpoints best_5 or --artifacts last" in ended.out


def test_a_study_that_is_driven_is_refused(run: Run, studies: Studies) -> None:
    with studies("rings", [End.COMPLETED]):
        ended = run("prune", "rings", "--checkpoints", "none")

    assert ended.status == 1
    assert "the study 'rings' is driven by" in ended.err


def test_an_unknown_study_is_told(run: Run) -> None:
    ended = run("prune", "nosuch", "--checkpoints", "none")

    assert (ended.status, "there is no study 'nosuch'" in ended.err) == (1, True)


def test_a_wish_that_means_nothing_is_wrong_usage(run: Run, storage: Storage) -> None:
    ended = run("prune", "rings", "--checkpoints", "last")

    assert ended.status == 2
    assert "must be all, none, or best_N" in " ".join(ended.err.split())
