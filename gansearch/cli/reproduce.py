"""``gansearch reproduce``: train a run again, and compare it with its record to the last bit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gansearch.cli._options import DataDir, Home, Json, Replicate, StorageUrl, StudyName, TrialNumber
from gansearch.cli._text import columns, print_json

if TYPE_CHECKING:
    from gansearch.executors.reproducing import Reproduction

DIFFERENT = 1
"""Exit status where a number differs."""


def reproduce(
    study: StudyName,
    number: TrialNumber,
    replicate: Replicate = None,
    steps: Annotated[
        int | None,
        typer.Option(
            help="Generator updates to compare. Default: all recorded.", metavar="N", min=1, show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Keep the new record in this folder.", metavar="DIR", file_okay=False, show_default=False),
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """Train a run again and compare it with its record.

    From its recorded settings and seed, up to where its record ends; the study is not changed. Exit status 0 where
    every signal of every step and every metric is equal to the bit, 1 where one differs.
    """
    from gansearch.executors.reproducing import reproduce as train_again

    found = train_again(
        study,
        number,
        replicate=replicate,
        steps=steps,
        out=out,
        data_dir=data_dir,
        say=lambda sentence: typer.echo(sentence, err=True),
    )
    if as_json:
        print_json(described(found))
    else:
        typer.echo(columns(rows(found)))
    if not found.is_equal:
        raise typer.Exit(DIFFERENT)


def described(found: Reproduction) -> dict[str, Any]:
    """A reproduction as plain values: the form of ``--json``."""
    difference = found.difference
    return {
        "run": str(found.identity),
        "seed": found.seed,
        "equal": found.is_equal,
        "steps": found.recorded.steps,
        "recorded_steps": found.recorded_steps,
        "evaluations": found.evaluations,
        "signals": sorted(found.recorded.signals),
        "difference": None if difference is None else vars(difference),
        "lanes": found.lanes,
        "exact": found.is_exact,
        "origins": [{"name": one.name, "recorded": one.one, "here": one.other} for one in found.origins],
    }


def rows(found: Reproduction) -> list[tuple[str, str]]:
    """What a user reads, name and value."""
    from gansearch.curves.origin import said

    end = found.recorded.end
    ended = "has no end yet" if end is None else f"{end.end} at step {end.step}"
    result = "equal to the bit" if found.difference is None else f"first difference: {found.difference}"
    whole = len(found.recorded.signals)
    return [
        ("run", f"{found.identity}, {ended}; seed {found.seed}"),
        ("compared", f"{whole} signals at {found.recorded.steps} of {found.recorded_steps} steps"),
        ("", f"every metric of {found.evaluations} evaluations"),
        ("result", result),
        ("asked for", _asked(found)),
        *(("differs", f"{one.name}: {said(one.one)} recorded, {said(one.other)} here") for one in found.origins),
    ]


def _asked(found: Reproduction) -> str:
    """What equality can be expected."""
    if found.is_exact:
        alone = "" if found.lanes == 1 else f", alone as in its pack of {found.lanes} lanes"
        return f"the same bits{alone}, on the same machine with the same versions"
    return f"the same within rounding: it was recorded in a pack of {found.lanes} lanes and is trained alone here"
