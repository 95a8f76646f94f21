"""Recorded runs made by hand: nothing was trained, every outcome is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
import pytest

from gansearch.curves.corpus import CorpusRun
from gansearch.detectors import Detector, Policy, Trace
from gansearch.detectors.non_finite import NonFinite
from gansearch.dimensions import Float, static
from gansearch.records import Finding
from gansearch.testing.traces import trace

MakeRun: TypeAlias = Callable[..., CorpusRun]

EPOCHS, PER_EPOCH = 20, 100
NAMES = {8: "ring", 10: "mnist5k", 25: "grid"}
WELL = {8: 8.0, 10: 10.0, 25: 25.0}


@pytest.fixture
def make_run() -> MakeRun:
    """A run of 20 epochs of 100 steps, 20 s, evaluated after each; by default a success at a distance of 40."""

    def make(
        number: int,
        *,
        classes: int = 10,
        covered: float | None = None,
        largest: float = 0.15,
        distance: float = 40.0,
        course: Sequence[float] | None = None,
        loss: str = "non_saturating",
        end: str = "completed",
        signals: Mapping[str, Any] | None = None,
        metrics: Mapping[str, Any] | None = None,
        dataset: str | None = None,
        final: Mapping[str, float] | None = None,
    ) -> CorpusRun:
        rungs = np.full(EPOCHS, WELL[classes]) if course is None else np.asarray(course, dtype=np.float64)
        measured = {"outcome_classes_covered": rungs, **(metrics or {})}
        is_probability_loss = loss != "wasserstein"
        found = trace(
            epochs=EPOCHS,
            steps_per_epoch=PER_EPOCH,
            classes=classes,
            loss=loss,
            is_probability_loss=is_probability_loss,
            signals={"g_update_ratio": 0.05, **(signals or {})},
            metrics=measured,
        )
        name = dataset or NAMES[classes]
        ends = {
            "outcome_classes_covered": rungs[-1] if covered is None else covered,
            "outcome_share_largest": largest,
            "frechet_distance": distance,
        }
        return CorpusRun(
            study=name,
            number=number,
            replicate=None,
            seed=number,
            settings={"dataset.name": name, "generator.architecture": "mlp"},
            parameters={},
            loss=loss,
            steps_per_epoch=PER_EPOCH,
            total_steps=EPOCHS * PER_EPOCH,
            classes=classes,
            is_probability_loss=is_probability_loss,
            signals=found.signals,
            window_ends=found.window_ends,
            non_finite=found.non_finite,
            evaluations=found.evaluations,
            final=({} if end == "diverged" else ends) if final is None else final,
            end=end,
            steps=found.steps,
            seconds=20.0,
        )

    return make


@pytest.fixture
def corpus(make_run: MakeRun) -> list[CorpusRun]:
    """For each of two data sets and two losses: 4 successes, 2 total collapses of which one shows, 1 divergence.

    The collapses cover one class from epoch 6 on by both classifiers, or by the second one alone. Distances differ.
    """
    runs: list[CorpusRun] = []
    for classes in (8, 10):
        fallen = [WELL[classes]] * 5 + [1.0] * 15
        for loss in ("non_saturating", "hinge"):
            number = 100 * len(runs)
            shown = {"classes_covered": np.array(fallen), "class_share_largest": np.linspace(0.2, 1.0, EPOCHS)}
            bad = {"classes": classes, "loss": loss, "course": fallen, "largest": 0.99}
            runs += [make_run(number + i, classes=classes, loss=loss, distance=40.0 + i + len(runs)) for i in range(4)]
            runs += [make_run(number + 4, **bad, distance=900.0, metrics=shown)]
            runs += [make_run(number + 5, **bad, distance=950.0)]
            # Nothing is told of its signals after step 1,500.
            broken = {"d_loss": np.where(np.arange(EPOCHS * PER_EPOCH) < 1500, 1.1, np.nan)}
            runs += [make_run(number + 6, classes=classes, loss=loss, end="diverged", signals=broken)]
    return runs


@dataclass(frozen=True, kw_only=True)
class Few(Detector):
    """Formula: ``classes_covered <= share * classes`` at the last evaluation."""

    name: ClassVar[str] = "few"
    kind: ClassVar[str] = "mode_collapse"
    source: ClassVar[str] = "none"
    share: float = static(0.3, Float(0.05, 0.8), "share of the classes")

    def check(self, trace: Trace) -> Finding | None:
        covered = trace.evaluations["classes_covered"][-1]
        if covered > self.share * trace.classes:
            return None
        return self.found(
            trace,
            signal="classes_covered",
            value=covered,
            threshold=self.share * trace.classes,
            since_step=trace.steps - 1,
            evidence={},
            sentence="It is few.",
        )


@pytest.fixture
def few() -> Detector:
    """Sees collapses that show; nothing in healthy runs after their first epoch, as long as its share is small."""
    return Few()


@pytest.fixture
def policy(few: Detector) -> Policy:
    """Two epochs of grace, two checks in a row; non-finite numbers and few classes."""
    return Policy("shadow", 2.0, 2, (NonFinite(), few))
