"""``gansearch sample``: a picture of samples of a trained generator."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from gansearch.cli._options import Home, Json, StorageUrl, StudyName
from gansearch.cli._text import print_json

if TYPE_CHECKING:
    from gansearch.executors.sampling import Sampled, Wanted

RUN: Final = re.compile(r"(?P<number>\d+)(-r(?P<replicate>\d+))?")
AT_MOST: Final = 2_500
"""Samples of one picture: they are drawn in one pass."""


def sample(
    study: StudyName,
    best: Annotated[bool, typer.Option("--best", help="The best run of the study.")] = False,
    run: Annotated[
        str | None,
        typer.Option(help="Another run: 3, or 3-r1 for a replicate.", metavar="NUMBER[-rR]", show_default=False),
    ] = None,
    count: Annotated[int, typer.Option("-n", help="Samples.", metavar="N", min=1, max=AT_MOST)] = 64,
    out: Annotated[
        Path, typer.Option(help="Picture to write; one that is there is replaced.", metavar="FILE", dir_okay=False)
    ] = Path("samples.png"),
    seed: Annotated[int, typer.Option(help="Of the latents.", metavar="N", min=0)] = 0,
    label: Annotated[
        list[int] | None,
        typer.Option(
            help="Class of the samples, where the generator is told one. Repeatable: classes in turn.",
            metavar="CLASS",
            min=0,
            show_default=False,
        ),
    ] = None,
    columns: Annotated[
        int | None,
        typer.Option(help="Images in a row. Default: about as many as rows.", metavar="N", min=1, show_default=False),
    ] = None,
    as_json: Json = False,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """Draw samples of a trained generator as one PNG picture.

    From the run's last checkpoint, with the parameters that were evaluated. The same seed gives the same samples, which
    are those of the generator that `gansearch export` writes.
    """
    if (run is None) != best:
        raise typer.BadParameter("give --run or --best", param_hint="--run")
    number, replicate = (None, None) if run is None else parsed(run, study)
    if out.suffix.lower() != ".png":
        raise typer.BadParameter(f"must end in .png; got {out.name!r}", param_hint="--out")

    from gansearch.executors.sampling import Wanted, sample_generator

    wanted = Wanted(count, seed, tuple(label or ()), columns)
    made = sample_generator(study, out, wanted, number, replicate=replicate)
    if as_json:
        print_json(described(made, wanted))
    else:
        typer.echo(told(made, wanted))


def parsed(run: str, study: str) -> tuple[int, int | None]:
    """``3``, ``3-r1`` or ``digits-3-r1`` as number and replicate.

    Raises:
        BadParameter: where the text has another form.
    """
    found = RUN.fullmatch(run.removeprefix(f"{study}-"))
    if found is None:
        raise typer.BadParameter(f"must be a number, as 3, or 3-r1; got {run!r}", param_hint="--run")
    return int(found["number"]), None if found["replicate"] is None else int(found["replicate"])


def told(made: Sampled, wanted: Wanted) -> str:
    """What a user reads."""
    kind = "averaged over training" if made.is_averaged else "as trained"
    classes = f", of the classes {', '.join(map(str, wanted.labels))}" if wanted.labels else ""
    size = " x ".join(map(str, made.shape))
    layout = "" if made.columns is None else f", {made.columns} in a row"
    return (
        f"{made.identity} after {made.step:,} generator updates, parameters {kind}: {wanted.n} samples of {size}"
        f"{classes}, seed {wanted.seed}{layout}\nwritten to {made.path}"
    )


def described(made: Sampled, wanted: Wanted) -> dict[str, Any]:
    """The same as plain values: the form of ``--json``."""
    return {
        "run": str(made.identity),
        "step": made.step,
        "generator": "ema" if made.is_averaged else "live",
        "n": wanted.n,
        "seed": wanted.seed,
        "labels": list(wanted.labels),
        "shape": list(made.shape),
        "columns": made.columns,
        "file": str(made.path),
    }
