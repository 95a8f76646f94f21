"""Trains one configuration in this process, with the same code, records and detectors as within a study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from torch import Tensor

from gansearch.curves import Curve, read_curve
from gansearch.errors import TrainingError
from gansearch.records import Assignment, End, Setting, TrialIdentity
from gansearch.storage import Storage
from gansearch.trial.context import TrialContext
from gansearch.trial.restore import restore
from gansearch.trial.run import GO_ON, run_pack
from gansearch.trial.workbench import open_workbench


@dataclass(frozen=True, eq=False)
class Trained:
    """One trained configuration."""

    curve: Curve
    """Signals, evaluations, findings and the end."""
    _assignment: Assignment
    _context: TrialContext

    def sample(self, n: int) -> Tensor:
        """Generated samples [n, *shape] at the last checkpoint; images in [-1, 1].

        Raises:
            StorageError: where training ended before the first checkpoint.
        """
        bench = open_workbench(self._assignment.settings, self._context)
        pack = restore(self._assignment, self._context, bench)
        return pack.sample(n, averaged=self._context.use_average and pack.has_average)[0]


def train_single(settings: Mapping[str, Setting], seed: int, folder: Path, context: TrialContext) -> Trained:
    """Train one configuration from start to end.

    Args:
        settings: the resolved configuration, flat, as ``SearchSpace.settings`` gives it.
        seed: of every random stream.
        folder: where records, samples and the checkpoint go.
        context: its ``storage_url`` is replaced by ``folder``.

    Raises:
        TrainingError: where the configuration cannot be trained.
    """
    context = replace(context, storage_url=str(folder))
    assignment = Assignment(TrialIdentity("single", 0), seed, 0, dict(settings), {})
    run = run_pack([assignment], context)
    reports = next(run, None)
    while reports is not None:
        for report in reports:
            if report.end is not None and report.end.end in (End.FAILED, End.OUT_OF_MEMORY):
                raise TrainingError(report.end.reason)
        try:
            reports = run.send(GO_ON)
        except StopIteration:
            reports = None
    records, _ = read_curve(Storage(str(folder)), assignment.identity)
    return Trained(Curve.of(records), assignment, context)
