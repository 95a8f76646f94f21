"""Trains one configuration in this process, with the same code, records and detectors as within a study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from torch import Tensor

from gansearch.curves import Curve, read_curve
from gansearch.errors import TrainingError
from gansearch.records import Assignment, End, Setting, TrialIdentity
from gansearch.space.configuration import resolve
from gansearch.space.script import FILE, is_script
from gansearch.storage import Storage
from gansearch.trial.context import TrialContext
from gansearch.trial.restore import restore
from gansearch.trial.run import GO_ON, Answer, run_pack
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


def train_single(
    settings: Mapping[str, Setting], seed: int, folder: Path, context: TrialContext, *, steps: int | None = None
) -> Trained:
    """Train one configuration from start to end, or until it has done ``steps`` generator updates.

    Args:
        settings: the resolved configuration, flat, as ``SearchSpace.settings`` gives it.
        seed: of every random stream.
        folder: where records, samples and the checkpoint go.
        context: its ``storage_url`` is replaced by ``folder``.
        steps: it rests at the end of the epoch in which it has done so many; None trains all epochs.

    Raises:
        TrainingError: where the configuration cannot be trained.
    """
    if is_script(settings):
        raise TrainingError(
            f"the configuration must have networks of gansearch; {settings[FILE]} trains its own: launch it as a "
            "study, or run the script with these parameters"
        )
    context = replace(context, storage_url=str(folder))
    assignment = Assignment(TrialIdentity("single", 0), seed, 0, dict(settings), {})
    _run_to_end(assignment, context, steps)
    records, _ = read_curve(Storage(str(folder)), assignment.identity)
    return Trained(Curve.of(records), assignment, context)


def _run_to_end(assignment: Assignment, context: TrialContext, steps: int | None) -> None:
    """Train a trial until it ends, or rests after ``steps``."""
    if steps is not None:
        context = replace(context, heartbeat_s=0.0)  # hands back control after each epoch, so that they can be counted
    run = run_pack([assignment], context)
    done, reports = 0, next(run, None)
    while reports is not None:
        for report in reports:
            if report.end is not None and report.end.end in (End.FAILED, End.OUT_OF_MEMORY):
                raise TrainingError(report.end.reason)
        if steps is not None:
            done = max((report.step for report in reports), default=done + _steps_per_epoch(assignment, context))
        is_enough = steps is not None and done >= steps
        try:
            reports = run.send(Answer(stop=End.STOPPED_BY_USER) if is_enough else GO_ON)
        except StopIteration:
            reports = None


def _steps_per_epoch(assignment: Assignment, context: TrialContext) -> int:
    data = open_workbench(assignment.settings, context).data
    return len(data.train) // resolve(assignment.settings).training.batch_size
