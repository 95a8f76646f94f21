"""``gansearch detectors evaluate`` and ``gansearch detectors tune`` on a corpus in files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gansearch.curves.corpus import CorpusRun
from gansearch.curves.corpus_files import write_part
from gansearch.detectors import detectors
from gansearch.testing.traces import trace

Run = Callable[..., Any]


def recorded(number: int, dataset: str, classes: int, *, is_collapsed: bool) -> CorpusRun:
    """20 epochs of 100 steps; a collapsed run makes one class from epoch 6 on."""
    covered = np.where(np.arange(20) >= 5, 1.0 if is_collapsed else classes, classes)
    fallen = {"classes_covered": covered, "class_share_largest": np.where(covered > 1, 0.2, 1.0)}
    found = trace(
        epochs=20,
        classes=classes,
        signals={"g_update_ratio": 0.05},
        metrics={"outcome_classes_covered": covered, **(fallen if is_collapsed else {})},
    )
    return CorpusRun(
        study=dataset,
        number=number,
        replicate=None,
        seed=number,
        settings={"dataset.name": dataset, "generator.architecture": "mlp"},
        parameters={},
        loss="non_saturating",
        steps_per_epoch=100,
        total_steps=2000,
        classes=classes,
        is_probability_loss=True,
        signals=found.signals,
        window_ends=found.window_ends,
        non_finite={},
        evaluations=found.evaluations,
        final={
            "outcome_classes_covered": covered[-1],
            "outcome_share_largest": 1.0 if is_collapsed else 0.2,
            "frechet_distance": 900.0 if is_collapsed else 40.0 + number,
        },
        end="completed",
        steps=2000,
        seconds=20.0,
    )


@pytest.fixture
def corpus(tmp_path: Path) -> str:
    for dataset, classes in (("ring", 8), ("mnist5k", 10)):
        runs = [recorded(i, dataset, classes, is_collapsed=i >= 6) for i in range(8)]
        write_part(tmp_path / "data", runs, dataset)
    return str(tmp_path / "data")


def test_text_tells_every_detector_and_target(run: Run, corpus: str) -> None:
    ended = run("detectors", "evaluate", corpus)
    assert ended.status == 0
    table, said = ended.out.strip().split("\n\n")
    assert [line.split()[0] for line in table.splitlines()[1:]] == ["policy", *detectors.names()]
    assert said.startswith("No false kill among the best quarter of each data set: ")
    assert "collapsed runs recovered" in said


def test_json_and_the_page(run: Run, corpus: str, tmp_path: Path) -> None:
    ended = run("detectors", "evaluate", corpus, "--tuned-on", "ring", "--out", str(tmp_path / "page"), "--json")
    said = json.loads(ended.out)
    assert said["runs"] == 8
    assert set(said["groups"]) == {"all", "data set mnist5k", "loss non_saturating"}
    policy = said["groups"]["all"][0]
    assert policy["fired"]["success"] == {"count": 0, "n": 6}
    assert policy["fired"]["total collapse"] == {"count": 2, "n": 2}
    assert Path(said["page"]).read_text(encoding="utf-8").startswith("# How often the detectors are right")


def test_tune_prints_a_section_and_how_it_did_elsewhere(run: Run, corpus: str) -> None:
    ended = run("detectors", "tune", corpus, "--tune-on", "ring", "--judge-on", "mnist5k", "--trials", "2")
    assert ended.status == 0
    assert ended.out.startswith("# tuned on 8 runs\n")
    assert "\ndetectors:" in ended.out
    assert "judged on 8 other runs:\nNo false kill among the best quarter of each data set: met." in ended.out
    assert "the defaults on the same runs:" in ended.out


def test_tune_as_json(run: Run, corpus: str) -> None:
    arguments = ("--tune-on", "ring", "--judge-on", "mnist5k", "--trials", "2", "--json")
    said = json.loads(run("detectors", "tune", corpus, *arguments).out)
    assert (said["tuned_on"], said["judged_on"]) == (8, 8)
    assert [each["verdict"] for each in said["judged"]][:1] == ["met"]


def test_what_is_refused(run: Run, corpus: str, tmp_path: Path) -> None:
    both = run("detectors", "tune", corpus, "--tune-on", "ring")
    assert both.status == 1
    assert "thresholds must be judged on other runs than they were tuned on" in both.err
    nothing = run("detectors", "evaluate", str(tmp_path))
    assert nothing.status == 1
    assert "a corpus must have a file part-*.parquet" in nothing.err
