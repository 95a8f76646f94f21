"""What launch and resume share: show a study while it runs, say what came of it and what to do next."""

from __future__ import annotations

import enum
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from gansearch.cli._errors import INTERRUPTED
from gansearch.cli._next import command, resume_command
from gansearch.cli._text import print_json

if TYPE_CHECKING:
    from gansearch.executors.launch import LaunchResult, Say, Watch


class ExecutorName(enum.StrEnum):
    """Where trials run."""

    RAY_TUNE = "ray_tune"
    LOCAL = "local"


Executor = Annotated[
    ExecutorName,
    typer.Option(
        help="ray_tune: on this machine or a cluster. local: one by one, in this process.", metavar="ray_tune|local"
    ),
]
Start: TypeAlias = "Callable[[Watch, Say], LaunchResult]"


def run_and_tell(start: Start, *, as_json: bool, tracking_uri: str | None = None) -> None:
    """Run a study under a live display, then print its summary.

    Args:
        start: launches or resumes it.
        as_json: the summary as one JSON document.
        tracking_uri: of MLflow where the user named one, for the command that shows it.

    Raises:
        typer.Exit: with status 130 where Ctrl-C ended it.
    """
    from gansearch.cli._live import shown

    # What libraries print on the way (Ray, where a worker dies) belongs to the way, and not into the result.
    with redirect_stdout(sys.stderr), shown() as display:
        result = start(display.watch, display.say)
    if as_json:
        print_json(summary(result))
    else:
        typer.echo(told(result, tracking_uri))
    if result.outcome == "interrupted":
        raise typer.Exit(INTERRUPTED)


def summary(result: LaunchResult) -> dict[str, Any]:
    """A result as plain values: the form of ``--json``."""
    from gansearch.cli.status import described

    report = result.report
    files = None if report is None else {"markdown": str(report.markdown), "html": str(report.html)}
    return {
        "study": result.name,
        "outcome": result.outcome,
        "status": described(result.status),
        "report": files,
        "tracking": asdict(result.tracking),
    }


def told(result: LaunchResult, tracking_uri: str | None = None) -> str:
    """What a user reads at the end: the outcome, and what to do next."""
    from gansearch.cli._progress import line, progress
    from gansearch.storage.masking import shown

    lines = [f"{result.name}: {result.outcome}: {line(progress(result.status))}"]
    if result.report is not None:
        lines += [f"findings  {result.report.markdown}", f"to share  {result.report.html}"]
        store = () if tracking_uri is None else ("--tracking-uri", shown(tracking_uri))
        lines.append(f"MLflow    {command('ui', *store)}")
        if result.status.can_extend or any(bound.is_spent for bound in result.status.bounds):
            lines.append(f"go on     {resume_command(result.status)}")
    else:
        lines += [f"go on     {command('resume', result.name)}", f"so far    {command('report', result.name)}"]
    return "\n".join(lines)
