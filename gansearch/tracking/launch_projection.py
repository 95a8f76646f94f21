"""Turns what is kept of a launch into what its MLflow run has to be told, and finds the launch of a trial."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise

from gansearch.storage.checksums import sha256_12
from gansearch.tracking.pending import File, PendingRun, milliseconds, prefixed
from gansearch.tracking.run_status import launch_status
from gansearch.tracking.source import LaunchAbout


def launch_key(number: int) -> str:
    """Under which a launch is known. No trial's identity has a space."""
    return f"launch {number}"


def launch_of(launches: Sequence[LaunchAbout], began_s: float) -> LaunchAbout | None:
    """The launch in which a trial began.

    Nothing begins between two launches, so that clocks of workers may lag: it is the first that had not ended.

    Args:
        launches: of the study, in order.
        began_s: when the trial's first attempt began, unix seconds.
    """
    for launch, following in pairwise(launches):
        if began_s <= (following.started_s if launch.ended_s is None else launch.ended_s):
            return launch
    return launches[-1] if launches else None


def pending_launch(about: LaunchAbout, report: Mapping[str, bytes]) -> PendingRun:
    """Everything that a launch's run has to be told.

    Args:
        about: the launch.
        report: files of the study's report by name; empty where it belongs to another launch.
    """
    scalars = {name: value for name, value in about.document.items() if isinstance(value, (str, int, float, bool))}
    tags = {prefixed(name): str(value) for name, value in scalars.items()}
    tags |= {"gansearch.kind": "launch", "gansearch.launch": str(about.number)}
    pending = PendingRun(tags=tags)
    pending.files.append(File("launch.json", json.dumps(dict(about.document), indent=2, default=str).encode()))
    pending.files.extend(File(name, content) for name, content in report.items())
    if about.outcome is not None or not about.is_told:
        ended_s = about.started_s if about.ended_s is None else about.ended_s
        pending.status = "FINISHED" if about.outcome is None else launch_status(about.outcome)
        pending.ended_ms = milliseconds(ended_s)
    return pending


def launch_digest(about: LaunchAbout, report: Mapping[str, bytes]) -> str:
    """A short hash that changes whenever a launch's run has to be told something new."""
    files = {name: sha256_12(content) for name, content in sorted(report.items())}
    said = [dict(about.document), about.outcome, about.ended_s, files]
    return sha256_12(json.dumps(said, sort_keys=True, default=str).encode())
