"""A plan before anything starts: counted, timed and weighed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gansearch.curves.corpus_files import write_part
from gansearch.reporting.plan_preview import PreviewOptions, preview
from gansearch.space import SearchSpace, parse_space
from gansearch.space.plan import DetectorSettings
from gansearch.trial.context import TrialContext
from tests.reporting.nulls.conftest import run

YAML = """
name: small
dataset: {name: ring, train_samples: 640, test_samples: 200}
generator: {layers: 2, width: 16, latent_size: 4}
discriminator: {layers: 2, width: 16}
training: {batch_size: 32, epochs: 2, evaluate_every: 1}
resources: {lanes: 1}
plan:
  kind: grid
  replicates: 8
  baseline_replicates: 20
  experiments: {width: {grid: {generator.width: [8, 32]}}}
"""


@pytest.fixture
def small() -> SearchSpace:
    return parse_space(YAML, "small.yaml")


@pytest.fixture
def context(tmp_path: Path) -> TrialContext:
    return TrialContext(
        storage_url=str(tmp_path),
        data_dir=None,
        cache_dir=str(tmp_path / "cache"),
        detectors=DetectorSettings(),
        use_average=True,
        final_evaluation=True,
        plugins=(),
        threads=1,
        device="cpu",
    )


def test_measured_on_this_machine(small: SearchSpace, context: TrialContext) -> None:
    found = preview(small, context, PreviewOptions(workers=2))
    assert (found.runs.configurations, found.runs.runs) == (3, 36)
    assert found.steps is not None
    assert (found.steps.low, found.steps.high) == (40, 40)
    assert found.cost is not None
    timing = found.cost.timing
    assert 0 < timing.range_s[0] <= timing.step_s <= timing.range_s[1]
    assert timing.evaluation_s > 0
    assert timing.final_s > 0
    assert found.cost.run_s == pytest.approx(40 * timing.step_s + 2 * timing.evaluation_s + timing.final_s, rel=1e-9)
    assert found.notes == ()


def test_from_runs_that_there_are(small: SearchSpace, context: TrialContext, tmp_path: Path) -> None:
    write_part(tmp_path, [run("s", 0, place, 0.3 * place, settings={}) for place in range(9)], "s-0000")
    found = preview(small, context, PreviewOptions(like=str(tmp_path)))
    assert found.cost is not None
    assert found.cost.timing.source == f"taken from 9 runs of {tmp_path}, evaluations and all"
    assert found.cost.run_s == pytest.approx(40 * 10 / 390, rel=1e-9)
    assert found.spread.runs == 9


def test_nothing_is_measured_where_nobody_wants_it(small: SearchSpace, context: TrialContext) -> None:
    found = preview(small, context, PreviewOptions(measures=False))
    assert found.cost is None
    assert "Nothing was measured" in found.notes[0]
    assert len(found.detectable) == 2


def test_without_the_data_runs_and_effects_are_told(context: TrialContext, tmp_path: Path) -> None:
    space = parse_space(YAML.replace("name: ring, train_samples: 640, test_samples: 200", "name: mnist"), "m.yaml")
    found = preview(space, replace(context, data_dir=str(tmp_path)), PreviewOptions())
    assert (found.steps, found.cost) == (None, None)
    assert "not known without the data" in found.notes[0]
    assert found.detectable


def test_a_few_runs_decide_nothing(context: TrialContext) -> None:
    space = parse_space(YAML.replace("replicates: 8\n  baseline_replicates: 20", "replicates: 2"), "few.yaml")
    found = preview(space, context, PreviewOptions(measures=False))
    assert found.detectable == ()
    assert "set plan.replicates to 8 or more" in found.notes[-1]


def test_a_gpu_that_this_machine_does_not_have(
    small: SearchSpace, context: TrialContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    found = preview(small, replace(context, device="cuda"), PreviewOptions())
    assert found.cost is None
    assert "this machine has none" in found.notes[0]
