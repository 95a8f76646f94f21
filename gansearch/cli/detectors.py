"""``gansearch detectors``: ``list`` and ``record``; its other commands have modules of their own."""

from __future__ import annotations

import inspect
import re
import textwrap
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gansearch.cli._errors import INTERRUPTED
from gansearch.cli._options import DataDir, Home, Json, Plugins, Seed, SpaceName
from gansearch.cli._settings import Setting, parse_settings
from gansearch.cli._text import print_json
from gansearch.cli.detectors_audit import audit
from gansearch.cli.detectors_evaluate import evaluate
from gansearch.cli.detectors_tune import tune

if TYPE_CHECKING:
    from gansearch.executors.recording import Recorded

commands = typer.Typer(
    help="Look at the detectors, and measure how often they are right.", no_args_is_help=True, rich_markup_mode=None
)
# Commands with a module of their own:
commands.command("audit")(audit)
commands.command("evaluate", no_args_is_help=True)(evaluate)
commands.command("tune", no_args_is_help=True)(tune)

WIDTH = 80


@commands.command("list")
def list_detectors(as_json: Json = False, plugin: Plugins = None) -> None:
    """List every detector: what it finds, what its findings do by default, its thresholds; plug-ins among them."""
    from gansearch.detectors import detectors
    from gansearch.plugins import load_file

    for path in plugin or ():
        load_file(path)
    found = [_described(each) for each in detectors]
    if as_json:
        print_json(found)
        return
    typer.echo("\n\n".join("\n".join(_card(each)) for each in found))


@commands.command("record")
def record(
    space: SpaceName,
    out: Annotated[
        Path, typer.Option(help="Folder of the corpus.", metavar="FOLDER", file_okay=False, show_default=False)
    ],
    trials: Annotated[
        int | None,
        typer.Option(
            help="Record the first N configurations. Default: the plan's.", metavar="N", min=1, show_default=False
        ),
    ] = None,
    hours: Annotated[
        float | None,
        typer.Option(help="Stop after so long; the same command goes on.", metavar="H", min=0, show_default=False),
    ] = None,
    every_minutes: Annotated[
        float, typer.Option(help="Minutes between two parts of the corpus.", metavar="M", min=0)
    ] = 20,
    samples: Annotated[
        bool, typer.Option("--samples", help="Keep what the first run of every configuration generates at its end.")
    ] = False,
    share: Annotated[
        str | None,
        typer.Option(
            help="Record the I-th of N shares of the plan, so that N recorders work side by side.",
            metavar="I/N",
            show_default=False,
        ),
    ] = None,
    data_dir: DataDir = None,
    plugin: Plugins = None,
    seed: Seed = None,
    set_: Setting = None,
    home: Home = None,
) -> None:
    """Train the runs of a plan to their end, with detectors that stop nothing, and keep them for calibration.

    Runs that the folder already holds are left out. Ctrl-C once ends it cleanly, and the same command goes on.
    """
    from gansearch.executors.recording import RecordOptions
    from gansearch.executors.recording import record as record_runs
    from gansearch.plugins import load_file
    from gansearch.records import End
    from gansearch.space import load_space
    from gansearch.trial.interrupt import interruptible
    from gansearch.trial.list_progress import say

    began = time.monotonic()
    overrides: dict[str, object] = {**parse_settings(set_ or ())}
    for path in plugin or ():
        load_file(path)
    options = RecordOptions(trials, every_minutes * 60, seed, data_dir, tuple(plugin or ()), samples, _share(share))
    with interruptible(lambda: say("stopping: runs write their checkpoints; the same command goes on")) as asked:

        def stop() -> End | None:
            if asked.asked:
                return End.STOPPED_BY_USER
            return End.BUDGET if hours is not None and time.monotonic() - began >= hours * 3600 else None

        done = record_runs(load_space(space, overrides), out, options, stop=stop, say=say)
    typer.echo("\n".join(_told(done, out)))
    if asked.asked:
        raise typer.Exit(INTERRUPTED)


def _share(said: str | None) -> tuple[int, int]:
    """``2/4`` as the index 1 of 4."""
    found = re.fullmatch(r"([1-9]\d{0,5})/([1-9]\d{0,5})", said or "1/1")
    if found is None or int(found[1]) > int(found[2]):
        raise typer.BadParameter(f"must be I/N with I from 1 to N, as 1/2; got {said}", param_hint="--share")
    return int(found[1]) - 1, int(found[2])


def _told(done: Recorded, out: Path) -> Iterator[str]:
    yield f"{done.there} of {done.wanted} runs of {done.study} are in {out}"
    for identity, why in done.failed.items():
        yield f"left out: {identity}: {why}"
    if done.left:
        yield f"{done.left} left: the same command goes on"


def _described(cls: type[Any]) -> dict[str, Any]:
    """A detector as plain values."""
    from gansearch.dimensions import declared
    from gansearch.space.dimension_values import dimension_text

    return {
        "name": cls.name,
        "kind": cls.kind,
        "default_mode": cls.default_mode,
        "description": (inspect.getdoc(cls) or "").split("\n\n")[0].replace("``", "`"),
        "source": cls.source,
        "fields": [
            {
                "name": said.name,
                "default": said.default,
                "range": None if said.dimension is None else f"{{{dimension_text(said.dimension)}}}",
                "limits": f"{{{dimension_text(said.limits)}}}",
                "unit": said.unit,
                "meaning": said.meaning,
            }
            for said in declared(cls).values()
        ],
    }


def _card(said: dict[str, Any]) -> Iterator[str]:
    """Name, kind and mode; what it does; then a field each: ``name = default``, its range, its meaning."""
    from gansearch.space.dimension_values import text

    yield f"{said['name']}  finds {said['kind']}, {said['default_mode']} by default"
    yield from _wrapped(said["description"], "  ")
    for field in said["fields"]:
        unit = f" [{field['unit']}]" if field["unit"] else ""
        yield f"    {field['name']} = {text(field['default'])}  {field['range'] or 'fixed'}"
        yield from _wrapped(f"{field['meaning']}{unit}", "        ")


def _wrapped(words: str, indent: str) -> Sequence[str]:
    return textwrap.wrap(
        words, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
