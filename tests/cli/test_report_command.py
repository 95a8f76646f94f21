"""``gansearch report`` with hypotheses, on a study of arms that was trained."""

from __future__ import annotations

import json
from pathlib import Path

from gansearch.space import parse_space
from gansearch.storage.place import study_storage
from gansearch.study import Study
from tests.cli.conftest import Run

ARMS = """
name: arms
dataset: {name: ring, train_samples: 640, test_samples: 1000}
generator: {layers: 2, width: 16, latent_size: 4}
discriminator: {layers: 2, width: 16}
training: {batch_size: 32, epochs: 1, evaluate_every: 1}
plan:
  kind: grid
  objective: {metric: frechet_distance}
  experiments:
    depth: {grid: {generator.layers: [3]}}
detectors: {mode: shadow}
"""
HYPOTHESES = """
- name: H1
  claim: A layer more helps.
  source: a blog
  comparisons:
    - {arm: depth/generator.layers=3}
"""


def test_hypotheses_get_verdicts_in_the_report(run: Run, tmp_path: Path, gansearch_home: Path) -> None:
    space, asked = tmp_path / "arms.yaml", tmp_path / "hypotheses.yaml"
    space.write_text(ARMS, encoding="utf-8")
    asked.write_text(HYPOTHESES, encoding="utf-8")
    assert run("launch", str(space), "--executor", "local").status == 0

    reported = run("report", "arms", "--hypotheses", str(asked))
    assert reported.status == 0
    text = (gansearch_home / "studies" / "arms" / "report" / "findings.md").read_text(encoding="utf-8")
    assert "| H1 | A layer more helps (a blog) | undecided | 0 of 1 |" in text
    assert "| `depth/generator.layers=3` better than `baseline` | `frechet_distance` |" in text
    assert "| `depth/generator.layers=3` | depth | `generator.layers` 3 | 1 of 1 |" in text

    asked.write_text(HYPOTHESES.replace("depth/", "dept/"), encoding="utf-8")
    refused = run("report", "arms", "--hypotheses", str(asked))
    assert refused.status == 1
    assert "got 'dept/generator.layers=3' (did you mean 'depth/generator.layers=3'?)" in refused.err
    assert (gansearch_home / "studies" / "arms" / "report" / "findings.md").read_text(encoding="utf-8") == text


def test_a_file_that_is_not_there(run: Run) -> None:
    Study.create(parse_space(ARMS, "arms.yaml"), name="arms", storage=study_storage("arms"), seed=1).close()
    refused = run("report", "arms", "--hypotheses", "gone.yaml")
    assert refused.status == 1
    assert "gone.yaml: (file): must be a file that exists" in refused.err
    refused = run("report", "arms", "--hypotheses", "seed_03")
    assert refused.status == 1
    assert "or one of seed_003, tricks, tricks_dcgan; got seed_03 (did you mean 'seed_003'?)" in refused.err


def test_several_studies_have_a_page_of_their_own(run: Run, tmp_path: Path, gansearch_home: Path) -> None:
    space = parse_space(ARMS, "arms.yaml")
    for name in ("one", "two"):
        Study.create(space, name=name, storage=study_storage(name), seed=1).close()
    told = run("report", "one", "two", "--out", str(tmp_path / "both"), "--json")
    assert told.status == 0
    assert json.loads(told.out)["markdown"] == str(tmp_path / "both" / "findings.md")
    text = (tmp_path / "both" / "findings.md").read_text(encoding="utf-8")
    assert text.startswith("# Findings of the studies one, two\n")


def test_options_that_do_not_fit_are_refused(run: Run, tmp_path: Path) -> None:
    asked = tmp_path / "hypotheses.yaml"
    asked.write_text(HYPOTHESES, encoding="utf-8")
    refused = run("report", "one", "two", "--hypotheses", str(asked))
    assert refused.status == 2
    assert "hypotheses are about one study" in refused.err
    refused = run("report", "one", "--out", str(tmp_path))
    assert refused.status == 2
    assert "the report of one study lies in its folder" in refused.err
    refused = run("report", "one", "one")
    assert refused.status == 1
    assert "must name two or more, each once; got one, one" in refused.err
