"""``python -m gansearch.trial.runner SPEC.json --out DIR``: trains a list of configurations with torch and little else.

It needs torch, numpy, safetensors and jaxtyping, no network and no installation: the sources on PYTHONPATH do. A run
that was stopped, or killed, is continued by the same command. ``gansearch import DIR --study NAME`` makes a study of
the folder.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from gansearch.detectors.policy import policy_from_settings
from gansearch.errors import DataError, GansearchError, SpecError
from gansearch.metrics import metrics
from gansearch.records import End
from gansearch.trial.context import TrialContext
from gansearch.trial.interrupt import Interrupt, interruptible
from gansearch.trial.list_lanes import most_lanes
from gansearch.trial.list_progress import ListProgress, say
from gansearch.trial.list_run import ListRun
from gansearch.trial.runner_arguments import parser, spec_of
from gansearch.trial.runner_folder import context_of, runner_folder
from gansearch.trial.spec import Spec
from gansearch.trial.workbench import import_plugins, open_workbench

DONE = 0
MENDABLE = 1
"""Something that the user can mend; wrong usage is 2, as argparse has it."""
STOPPED = 3
"""Stopped with work left: the same command goes on."""
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; its exit status."""
    began = time.monotonic()
    said = parser().parse_args(arguments)
    try:
        return _run(spec_of(said), said.out, began, is_quiet=said.quiet)
    except GansearchError as error:
        say(f"error: {error}")
        return MENDABLE
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(spec: Spec, out: Path, began: float, *, is_quiet: bool) -> int:
    with runner_folder(out, spec) as storage:
        context = context_of(spec, storage)
        _check(spec, context)
        with interruptible(lambda: say("stopping: trials write their checkpoints; the same command goes on")) as asked:
            stop = _stop(spec, began, asked)
            progress: ListProgress | None = None
            run = ListRun(
                spec.assignments,
                storage,
                context,
                stop=stop,
                watch=lambda reports: None if progress is None else progress.watch(reports),
            )
            progress = ListProgress(len(spec.assignments), run.standings, None if is_quiet else sys.stderr)
            if run.left and stop() is None:
                run.run(most_lanes(spec, storage, context, _silent if is_quiet else say))
    sys.stdout.write(f"{progress.line()}\n")
    for why in run.damaged.values():
        say(f"left as it is: {why}")
    if run.left:
        sys.stdout.write(f"{run.left} left: the same command goes on\n")
        return STOPPED
    return MENDABLE if run.damaged else DONE


def _check(spec: Spec, context: TrialContext) -> None:
    """Whether this machine has what the list needs, before anything is recorded.

    Raises:
        GansearchError: where it has not.
    """
    _check_device(context.device)
    import_plugins(context)
    policy_from_settings(context.detectors)
    for name in context.also:
        metrics.get(name)
    for assignment in spec.assignments:
        try:
            open_workbench(assignment.settings, context)
        except DataError:
            raise
        except GansearchError:
            continue  # this configuration's own fault: recorded as its end when its turn comes


def _check_device(device: str) -> None:
    if not device.startswith("cuda"):
        return
    count, wanted = torch.cuda.device_count(), int(device.partition(":")[2] or 0)
    if wanted >= count:
        raise SpecError(f"the device must be one that torch sees; got {device}, and torch sees {count} GPUs")


def _stop(spec: Spec, began: float, interrupt: Interrupt) -> Callable[[], End | None]:
    def stop() -> End | None:
        if interrupt.asked:
            return End.STOPPED_BY_USER
        is_late = spec.stop_after_s is not None and time.monotonic() - began >= spec.stop_after_s
        return End.BUDGET if is_late else None

    return stop


def _silent(_: str) -> None:
    """Say nothing."""


if __name__ == "__main__":
    sys.exit(main())
