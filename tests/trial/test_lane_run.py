"""What a trial leaves behind and records where its detectors stop it, or would have."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gansearch.curves import Curve, read_curve
from gansearch.plugins import load_file
from gansearch.records import Assignment, End, LaneReport
from gansearch.space.plan import DetectorSettings
from gansearch.storage import Storage
from gansearch.trial.context import TrialContext
from gansearch.trial.post_mortem import read_post_mortem
from gansearch.trial.run import Answer

Make = Callable[..., Assignment]
Drive = Callable[..., list[LaneReport]]
FILES = ("curve.csv", "evaluations.csv", "finding.json", "samples.npz")
SAYS = '''
from dataclasses import dataclass
from typing import ClassVar

from gansearch.detectors import Detector


@dataclass(frozen=True, kw_only=True)
class Doubts(Detector):
    """Formula: always. Warm-up: none. Known false positives: all."""

    name: ClassVar[str] = "doubts"
    kind: ClassVar[str] = "doubt"
    source: ClassVar[str] = "none"
    since: ClassVar[int] = 1

    def check(self, trace):
        if trace.epoch < self.since:
            return None
        said = {"signal": "d_loss", "value": 1.0, "threshold": 0.0}
        return self.found(trace, **said, since_step=trace.steps - 20, evidence={}, sentence="It is 1.")


@dataclass(frozen=True, kw_only=True)
class Knows(Doubts):
    """Formula: always from epoch 3 on. Warm-up: two epochs. Known false positives: all."""

    name: ClassVar[str] = "knows"
    kind: ClassVar[str] = "knowledge"
    since: ClassVar[int] = 3
'''


@pytest.fixture
def watched(context: TrialContext, tmp_path: Path) -> Callable[..., TrialContext]:
    """The context with a detector whose kind is in shadow mode, from epoch 1, and one that is trusted, from epoch 3."""
    path = tmp_path / "says.py"
    path.write_text(SAYS, encoding="utf-8")
    load_file(path)

    def watch(**said: Any) -> TrialContext:
        both: dict[str, Any] = {"detectors": {"doubts": {}, "knows": {}}, "kinds": {"doubt": "shadow"}}
        return replace(context, detectors=DetectorSettings(grace_epochs=0, patience=1, **both | said))

    return watch


def left(context: TrialContext) -> list[str]:
    return Storage(context.storage_url).list("post_mortem/s-0")


def folder(name: str) -> list[str]:
    return [f"post_mortem/s-0/{name}{file}" for file in FILES]


def spared(context: TrialContext, assignment: Assignment) -> list[tuple[str, int, str]]:
    """Kind and step of each finding that it was spared for, and what spared it."""
    found = [each.payload for each in read_curve(Storage(context.storage_url), assignment.identity)[0]]
    return [(each["kind"], each["step"], each["spared"]) for each in found if "spared" in each]


def curve_of(context: TrialContext, assignment: Assignment) -> Curve:
    return Curve.of(read_curve(Storage(context.storage_url), assignment.identity)[0])


def test_in_shadow_mode_both_moments_leave_what_a_stop_leaves(make: Make, watched: Any, drive: Drive) -> None:
    context = watched(mode="shadow")
    reports = drive([make()], context)
    assert reports[-1].end is not None
    assert reports[-1].end.end is End.COMPLETED
    assert spared(context, make()) == [("doubt", 20, "kind_in_shadow"), ("knowledge", 60, "shadow_mode")]
    assert left(context) == sorted(folder("spared-20/") + folder("spared-60/"))
    storage = Storage(context.storage_url)
    kept = read_post_mortem("post_mortem/s-0/spared-60", storage.read)
    assert kept is not None
    assert kept.finding == curve_of(context, make()).spared_for
    assert kept.signals["step"].tolist() == [20, 40, 60]
    assert kept.evaluations["epoch"].tolist() == [2]
    assert np.load(io.BytesIO(storage.read("post_mortem/s-0/spared-60/samples.npz")))["fake"].shape == (1000, 2)
    assert sum(storage.size(path) for path in left(context)) < 2 * 32_000


def test_what_it_leaves_changes_nothing_of_the_run(make: Make, watched: Any, drive: Drive, tmp_path: Path) -> None:
    bare = replace(watched(mode="off"), storage_url=str(tmp_path / "bare"))
    drive([make()], bare)
    drive([make()], watched(mode="shadow"))
    seen, unseen = curve_of(watched(), make()), curve_of(bare, make())
    assert unseen.spared_for is None
    for name, values in unseen.signals.items():
        np.testing.assert_array_equal(values, seen.signals[name])
    assert [done.metrics for done in seen.evaluations] == [done.metrics for done in unseen.evaluations]


def test_a_run_that_a_kind_in_shadow_mode_spared_can_be_stopped_later(make: Make, watched: Any, drive: Drive) -> None:
    context = watched(mode="enforce")
    reports = drive([make()], context)
    assert reports[-1].end is not None
    assert (reports[-1].end.end, reports[-1].step) == (End.COLLAPSED, 60)
    assert spared(context, make()) == [("doubt", 20, "kind_in_shadow")]
    assert left(context) == sorted(folder("spared-20/") + folder(""))


def test_only_what_the_audit_spared_keeps_a_pruner_away(make: Make, watched: Any, drive: Drive) -> None:
    context = watched(mode="enforce", audit=1.0)
    reports = drive([make()], context)
    assert [(report.epoch, report.is_spared) for report in reports if report.evaluation is not None] == [
        (2, False),
        (4, True),
    ]
    assert spared(context, make()) == [("doubt", 20, "kind_in_shadow"), ("knowledge", 60, "audit")]


def test_a_resumed_run_is_not_spared_the_same_again(make: Make, watched: Any, drive: Drive) -> None:
    context = watched(mode="shadow")

    def rest_at_epoch_1(reports: list[LaneReport]) -> Answer:
        return Answer(stop=End.STOPPED_BY_USER)

    drive([make()], context, rest_at_epoch_1)
    drive([make(attempt=1)], context)
    assert spared(context, make()) == [("doubt", 20, "kind_in_shadow"), ("knowledge", 60, "shadow_mode")]
