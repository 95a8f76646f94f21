"""A search with a user's own detector and metric, also where the file was changed or is not given again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import gansearch
from gansearch.errors import PluginError
from gansearch.executors.launch import LaunchOptions, launch, resume
from gansearch.metrics import metrics
from gansearch.plugins import load_file
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study.plugin_files import check_complete

Ring = Callable[..., SearchSpace]

FILE = '''
"""A metric and a detector of it. Source: none."""
from dataclasses import dataclass
from typing import ClassVar

from gansearch.detectors import Detector
from gansearch.dimensions import Float, static
from gansearch.metrics import Metric
from gansearch.records import Finding


@dataclass(frozen=True, kw_only=True)
class MeanRadius(Metric):
    """Mean distance from the origin."""
    name: ClassVar[str] = "mean_radius"
    unit: ClassVar[str] = "data units"
    direction: ClassVar[str] = "maximize"
    source: ClassVar[str] = "none"

    def measure(self, *, real, fake):
        return float(fake.features.norm(dim=1).mean())


@dataclass(frozen=True, kw_only=True)
class SmallRadius(Detector):
    """Fires where the mean radius is below a limit."""
    name: ClassVar[str] = "small_radius"
    kind: ClassVar[str] = "mode_collapse"
    source: ClassVar[str] = "none"

    limit: float = static(0.5, Float(0.0, 100.0), "radius below which it fires")

    def check(self, trace):
        radius = trace.evaluations.get("mean_radius")
        if radius is None or not len(radius) or radius[-1] >= self.limit:
            return None
        said = f"The radius is {radius[-1]:.2g}."
        return Finding(
            self.name, self.kind, trace.steps, trace.epoch, "mean_radius", float(radius[-1]), self.limit, {}, said
        )
'''


@pytest.fixture
def radius(tmp_path: Path) -> Path:
    path = tmp_path / "radius.py"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_a_detector_and_a_metric_of_a_plug_in_file(ring: Ring, radius: Path) -> None:
    load_file(radius)
    space = ring(
        plan__trials=1,
        plan__objective={"metric": "mean_radius"},
        detectors={"mode": "enforce", "grace_epochs": 0, "patience": 1, "small_radius": {"limit": 100.0}},
    )

    result = launch(space, LaunchOptions(executor="local", plugins=(radius,)))

    study = gansearch.load_study("rings")
    assert result.status.counts == {"collapsed": 1}
    assert set(study.findings.detector) == {"small_radius"}
    measured = study.evaluations[study.evaluations.metric == "mean_radius"].value
    assert (measured > 0).all()
    assert result.report is not None
    assert "The radius is " in result.report.markdown.read_text(encoding="utf-8")

    radius.write_text(f"{FILE}\n# changed\n", encoding="utf-8")
    with pytest.raises(PluginError, match=r"radius.py differs from the copy in .*rings/plugins"):
        resume("rings", LaunchOptions(executor="local", plugins=(radius,)), trials=1)
    assert resume("rings", LaunchOptions(executor="local"), trials=1).status.counts == {"collapsed": 2}


def test_files_that_cannot_be_kept_together_are_refused_before_anything_is_made(
    ring: Ring, radius: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "radius.py"
    other.parent.mkdir()
    other.write_text("x = 1\n", encoding="utf-8")

    with pytest.raises(PluginError, match=r"must have different names; got two different files called radius.py"):
        launch(ring(), LaunchOptions(executor="local", plugins=(radius, other)))
    assert not Storage(study_dir("rings")).exists("database")


def test_a_file_that_the_space_needs_and_that_is_not_given_is_named(ring: Ring, radius: Path, tmp_path: Path) -> None:
    idle = tmp_path / "idle.py"
    idle.write_text("x = 1\n", encoding="utf-8")
    load_file(radius)
    load_file(idle)
    space = ring(plan__objective={"metric": "mean_radius"})

    with pytest.raises(
        PluginError,
        match=rf"loaded here and not given: {radius}, {idle} \(--plugin FILE.*plan.objective.metric: must be",
    ):
        launch(space, LaunchOptions(executor="local"))
    check_complete(space, [radius])
    check_complete(ring(), [])
    assert "mean_radius" in metrics.names()
