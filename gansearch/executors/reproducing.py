"""Trains a recorded run again, in a folder of its own, and compares what comes out with the record to the last bit.

A study is only read: no lease is taken, and a driver may be at work. A run that was a lane of a pack is trained alone.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import torch

from gansearch.curves import Curve, read_curve
from gansearch.curves.difference import Difference, first_difference, up_to
from gansearch.curves.origin import OriginDifference, most_lanes, origin, origin_differences
from gansearch.errors import StudyError, TrainingError
from gansearch.executors.launch import LaunchOptions, trial_context
from gansearch.executors.launch_run import Say
from gansearch.records import Assignment, End, Setting, TrialIdentity
from gansearch.space.script import is_script
from gansearch.storage import Storage
from gansearch.storage.place import study_storage
from gansearch.study.runs import find_run
from gansearch.study.study_reader import StudyReader, open_readonly
from gansearch.trial.context import TrialContext
from gansearch.trial.single import train_single

_EXACT_ALONE: Final = "mlp"
"""The architecture whose lanes have, on a CPU, the bits that they have alone."""
_FAILURES: Final = (End.FAILED, End.OUT_OF_MEMORY)


@dataclass(frozen=True, eq=False)
class Reproduction:
    """What came of training a run again."""

    identity: TrialIdentity
    seed: int
    recorded: Curve
    """The record, up to the last step that was compared."""
    again: Curve
    """As trained again, up to the same step."""
    recorded_steps: int
    """Generator updates in the whole record."""
    difference: Difference | None
    """The first one; None where the two are equal to the bit."""
    origins: tuple[OriginDifference, ...]
    """Versions, hardware and the like that differ: recorded first, then as they are here."""
    lanes: int
    """K of the largest pack that the run was in."""
    is_exact: bool
    """Whether equality to the bit is promised on the same machine; else values agree within rounding."""

    @property
    def is_equal(self) -> bool:
        """Whether every compared number is the same."""
        return self.difference is None

    @property
    def evaluations(self) -> int:
        """Evaluations that were compared."""
        return len({(done.step, done.final) for done in self.recorded.evaluations if self._is_compared(done.final)})

    def _is_compared(self, is_final: bool) -> bool:
        return not is_final or any(done.final for done in self.again.evaluations)


def reproduce(
    name: str,
    number: int,
    *,
    replicate: int | None = None,
    steps: int | None = None,
    out: Path | None = None,
    data_dir: Path | None = None,
    say: Say | None = None,
) -> Reproduction:
    """Train a run of a study again, to where its record ends.

    Args:
        name: of the study.
        number: of the trial.
        replicate: where the trial has several.
        steps: generator updates to compare; None takes all that are recorded.
        out: folder for the new record, which must be empty; None takes a temporary one.
        data_dir: where data sets lie on this machine.
        say: told what a user should know.

    Raises:
        StudyNotFoundError: where there is no such study.
        StudyError: where there is no such run, or nothing of it can be trained again.
        TrainingError: where training fails and the record says nothing of that.
    """
    storage = study_storage(name)
    with open_readonly(name, storage) as study:
        assignment = study.assignment(find_run(study, number, replicate))
        context = _context(study, data_dir)
    recorded = Curve.of(read_curve(storage, assignment.identity)[0])
    wanted = _wanted(assignment, recorded, steps)
    context = _as_recorded(context, recorded)
    if say is not None:
        say(f"training {assignment.identity} again: {wanted} of {recorded.steps} recorded steps")
    with _folder(out) as folder:
        again = _trained_again(assignment, recorded, wanted, Path(folder), context)
    return _compared(assignment, recorded, again, wanted)


def _compared(assignment: Assignment, recorded: Curve, again: Curve, wanted: int) -> Reproduction:
    ours, theirs = up_to(recorded, wanted), up_to(again, wanted)
    if assignment.extended_from is not None:
        ours = _without_earlier_end(ours, assignment.settings)
    return Reproduction(
        identity=assignment.identity,
        seed=assignment.seed,
        recorded=ours,
        again=theirs,
        recorded_steps=recorded.steps,
        difference=first_difference(ours, theirs),
        origins=tuple(origin_differences(recorded, again)),
        lanes=most_lanes(recorded),
        is_exact=_is_exact(assignment.settings, recorded),
    )


def _without_earlier_end(recorded: Curve, settings: Mapping[str, Setting]) -> Curve:
    """The record of an extended run without what was measured at the end of the run that it extends, off schedule."""
    every, last = int(settings.get("training.evaluate_every") or 1), settings.get("training.epochs")
    kept = [done for done in recorded.evaluations if done.epoch % every == 0 or done.epoch == last]
    return replace(recorded, evaluations=kept)


def _context(study: StudyReader, data_dir: Path | None) -> TrialContext:
    """As the study's own trials had it; its plug-ins have been imported with its space."""
    context = trial_context(study.space, study.storage, LaunchOptions(data_dir=data_dir))
    return replace(context, plugins=())


def _as_recorded(context: TrialContext, recorded: Curve) -> TrialContext:
    """The context with what the record says of how the run was trained and measured."""
    known = origin(recorded)
    devices = known.get("hardware.device", (context.device,))
    device = str(devices[-1])
    return replace(
        context,
        use_average=any(done.generator == "ema" for done in recorded.evaluations),
        final_evaluation=any(done.final for done in recorded.evaluations),
        threads=int(_last(known, "threads", context.threads)),
        device=device if device == "cpu" or torch.cuda.is_available() else "cpu",
        memory_share=1.0,
    )


def _last(known: Mapping[str, tuple[Setting, ...]], name: str, otherwise: int) -> Any:
    return known[name][-1] if known.get(name) else otherwise


def _wanted(assignment: Assignment, recorded: Curve, steps: int | None) -> int:
    """Steps to compare.

    Raises:
        StudyError: where there are none, or the run cannot be trained again by itself.
    """
    who = assignment.identity
    if is_script(assignment.settings):
        raise StudyError(
            f"{who} cannot be trained again here: its training loop is a script of your own, whose random numbers and "
            "order of work gansearch does not know; run the script with the recorded parameters"
        )
    if recorded.attempts and recorded.attempts[0]["from_step"] > 0:
        raise StudyError(
            f"{who} cannot be trained again by itself: its first recorded attempt must begin at step 0; it begins at "
            f"step {recorded.attempts[0]['from_step']}, from the checkpoint of another trial"
        )
    if recorded.steps == 0:
        raise StudyError(f"{who} must have recorded steps to compare with; it has none")
    return recorded.steps if steps is None else min(steps, recorded.steps)


def _trained_again(assignment: Assignment, recorded: Curve, wanted: int, folder: Path, context: TrialContext) -> Curve:
    try:
        return train_single(assignment.settings, assignment.seed, folder, context, steps=wanted).curve
    except TrainingError as error:
        if recorded.end is None or recorded.end.end not in _FAILURES:
            raise TrainingError(f"{assignment.identity} failed when it was trained again: {error}") from error
        return Curve.of(read_curve(Storage(folder), TrialIdentity("single", 0))[0])


def _folder(out: Path | None) -> AbstractContextManager[str]:
    """Where to train.

    Raises:
        StudyError: where the folder holds something.
    """
    if out is None:
        return tempfile.TemporaryDirectory(prefix="gansearch-reproduce-")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise StudyError(f"{out} must be an empty folder, or not exist; it holds something")
    return nullcontext(str(out))


def _is_exact(settings: Mapping[str, Setting], recorded: Curve) -> bool:
    """Whether a run trained alone has the bits that it had where it was recorded."""
    is_on_cpu = origin(recorded).get("hardware.device") == ("cpu",)
    players = {settings.get(f"{player}.architecture", _EXACT_ALONE) for player in ("generator", "discriminator")}
    return most_lanes(recorded) == 1 or (is_on_cpu and players == {_EXACT_ALONE})
