"""The whole document, from studies that are full, empty, or nothing but failures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gansearch.records import End, NoiseFloor, Protocol
from gansearch.reporting.analysis import analyse
from gansearch.reporting.document import Code, Document, to_html, to_markdown
from gansearch.reporting.findings import findings
from gansearch.reporting.frames import frames_of
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.stored_samples import StoredSamples

IMAGES = np.zeros((60, 1, 8, 8), dtype=np.uint8)
KEPT = StoredSamples(IMAGES, IMAGES[:10], paths=IMAGES[:30])


def document(material: StudyMaterial, kept: StoredSamples | None = KEPT) -> Document:
    numbers = analyse(material, frames_of(material))
    return findings(material, numbers, lambda trial: kept if trial.curve.samples else None, lambda _: "unitless")


def section(found: Document, title: str) -> str:
    text = to_markdown(found)
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_part_is_there(mixed_study: StudyMaterial) -> None:
    found = document(mixed_study)
    assert [part.title for part in found.sections] == [
        "In short",
        "What was run",
        "The best configuration",
        "Quality against computing time",
        "How the runs ended",
        "Curves",
        "Samples side by side",
        "Computing time, spent and saved",
        "Exploratory",
        "Exploratory: what goes with a good value",
        "Exploratory: importance of dimensions",
        "Exploratory: where runs fail",
        "What this does not show",
    ]
    assert [figure.name for figure in found.figures] == [
        "best_samples",
        "interpolations",
        "quality_against_time",
        "curves_frechet_distance",
        "losses",
        "side_by_side",
    ]


def test_what_was_run(mixed_study: StudyMaterial) -> None:
    said = section(document(mixed_study), "What was run")
    for part in (
        "minimize `frechet_distance`: mean of the last three evaluations",
        "| data | mnist5k, checksum 99aabbccddee |",
        "| seed of the study | 7 |",
        "| versions | python 3.11.7, torch 2.15.0 |",
        "| commit | cc1b88d |",
        "| lanes per pack (K) | 1 |",
        "enforce, after 2 epochs of grace, 2 checks in a row",
        "| `generator.layers` | 2 to 7 | always |",
    ):
        assert part in said


def test_every_run_that_stopped_has_its_reason_and_link(mixed_study: StudyMaterial) -> None:
    linked = replace(mixed_study, links={"digits-11": "https://tracking/#/experiments/1/runs/ab"})
    said = section(document(linked), "How the runs ended")
    link = "[digits-11](https://tracking/#/experiments/1/runs/ab)"
    assert f"| {link} | `collapsed` | mode collapse | 8 | 2 of 10 classes are left |" in said
    assert "| digits-10 | `pruned` |  | 6 | pruned at epoch 6 |" in said
    assert "TrainingError: 'width' must be above 0" in said
    assert "digits-0" not in said


def test_the_snippet_holds_the_settings_and_the_seed(mixed_study: StudyMaterial) -> None:
    found = document(mixed_study)
    assert mixed_study.best is not None
    snippets = [block for part in found.sections for block in part.blocks if isinstance(block, Code)]
    assert [each.language for each in snippets] == ["python", "sh"]
    text = snippets[0].text
    settings = re.search(r"json\.loads\(r'''(.*?)'''\)", text, flags=re.DOTALL)
    assert settings is not None
    assert json.loads(settings.group(1)) == mixed_study.best.settings
    assert f"gansearch.train(settings, seed={mixed_study.best.seed})" in text
    compile(text, "snippet", "exec")
    assert snippets[1].text == "gansearch launch space.yaml --name digits-again --seed 7"


def test_all_failed(make_trial: Callable[..., TrialMaterial], make_study: Callable[..., StudyMaterial]) -> None:
    failed = [make_trial(n, End.FAILED, epochs=0, reason="out of luck") for n in range(3)]
    found = document(make_study(*failed))
    said = to_markdown(found)
    assert "No run has completed (n = 0), so there is no best configuration" in said
    assert "3 of 3 runs were `failed` (100 %, n = 3, 95 % interval 44 % to 100 %)." in said
    assert "Too few completed runs to say anything" in said
    assert not found.figures


def test_no_trials(make_study: Callable[..., StudyMaterial]) -> None:
    found = document(make_study())
    assert "No run has begun (n = 0): there is nothing to report yet." in to_markdown(found)
    assert "<h2>What was run</h2>" in to_html(found)


def test_one_trial(make_trial: Callable[..., TrialMaterial], make_study: Callable[..., StudyMaterial]) -> None:
    said = to_markdown(document(make_study(make_trial(0))))
    assert "The best of 1 completed run is `digits-0`" in said
    assert "1 of 1 run was `completed` (100 %, n = 1, 95 % interval 21 % to 100 %)." in said
    assert "side_by_side" not in said


def test_runs_without_samples(mixed_study: StudyMaterial) -> None:
    names = [figure.name for figure in document(mixed_study, kept=None).figures]
    assert names == ["quality_against_time", "curves_frechet_distance", "losses"]


@pytest.mark.parametrize("title", ["In short", "Exploratory: what goes with a good value", "What this does not show"])
def test_no_sentence_without_its_n(mixed_study: StudyMaterial, title: str) -> None:
    bullets = [line for line in section(document(mixed_study), title).splitlines() if line.startswith("- ")]
    assert bullets
    for line in bullets:
        assert re.search(r"n = \d|\d+ runs?\b", line), line


def test_the_best_metrics_stand_beside_their_noise_floor(mixed_study: StudyMaterial) -> None:
    floor = NoiseFloor("frechet_distance", Protocol("mnist-cnn", "0a1b2c3d4e5f", 1000, 10_000, "test"), 6.18, 0.55, 10)
    without = section(document(mixed_study), "The best configuration")
    assert "| `frechet_distance` | 30 | not measured | 1,000 | 1,000 (test) |" in without
    known = document(replace(mixed_study, noise_floors=(floor,)))
    assert "| `frechet_distance` | 30 | 6.18 ± 0.55 | 1,000 |" in section(known, "The best configuration")
    assert "| `classes_covered` | 9 | not measured |" in section(known, "The best configuration")
    assert "The next configuration, that of `digits-6`, has 30.6: the difference, 0.6, is within" in section(
        known, "In short"
    )


def test_the_top_holds_only_what_survives_correction(mixed_study: StudyMaterial) -> None:
    said = section(document(mixed_study), "In short")
    assert (
        "Exploratory: larger `generator.layers` is associated with larger `frechet_distance` under this sampler" in said
    )
    assert "optimizer.generator.lr" not in said
