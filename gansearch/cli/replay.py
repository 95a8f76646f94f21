"""``gansearch replay``: samplers, pruners and detectors beside each other, over runs that were recorded."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Annotated

import typer

from gansearch.cli._options import Home, Plugins
from gansearch.cli._replay_tables import described, told
from gansearch.cli._settings import Setting, parse_settings

CHOICE = "Repeatable: every combination is compared."


Corpus = Annotated[
    Path,
    typer.Argument(
        help="Folder of recorded runs (part-*.parquet).", metavar="CORPUS", file_okay=False, show_default=False
    ),
]
Samplers = Annotated[
    list[str] | None,
    typer.Option(help=f"As plan.sampler, by default tpe. {CHOICE}", metavar="NAME", show_default=False),
]
Pruners = Annotated[
    list[str] | None,
    typer.Option(help=f"As plan.pruner, by default none. {CHOICE}", metavar="NAME", show_default=False),
]
Modes = Annotated[
    list[str] | None,
    typer.Option(help=f"enforce, shadow or off, by default enforce. {CHOICE}", metavar="MODE", show_default=False),
]
Deaths = Annotated[
    list[str] | None,
    typer.Option(
        help=f"As plan.deaths, by default constraint; also pruned or ignored. {CHOICE}",
        metavar="NAME",
        show_default=False,
    ),
]
Trials = Annotated[int, typer.Option(help="Of each search.", metavar="N", min=1)]
Workers = Annotated[int, typer.Option(help="Simulated ones.", metavar="N", min=1)]
FirstSeed = Annotated[int, typer.Option(help="Of the first search.", metavar="N", min=0)]
Seeds = Annotated[int, typer.Option(help="Searches, with one seed after the other.", metavar="N", min=1)]
StudyOf = Annotated[
    str | None,
    typer.Option(help="Whose runs, where the corpus has several studies.", metavar="NAME", show_default=False),
]
JsonFile = Annotated[
    Path | None,
    typer.Option("--json", help="Write every search to this file as JSON.", metavar="FILE", show_default=False),
]


def replay(
    corpus: Corpus,
    sampler: Samplers = None,
    pruner: Pruners = None,
    detectors: Modes = None,
    deaths: Deaths = None,
    trials: Trials = 100,
    workers: Workers = 4,
    seed: FirstSeed = 0,
    seeds: Seeds = 10,
    study: StudyOf = None,
    set_: Setting = None,
    json_file: JsonFile = None,
    plugin: Plugins = None,
    home: Home = None,
) -> None:
    """Compare samplers and pruners by replaying recorded runs.

    The corpus must hold every combination of its parameters' values; a search tries what was recorded, with the code of
    a real one, on a simulated clock. --set changes plan and detectors of all searches, as detectors.patience=3.
    """
    changes = {**parse_settings(set_ or ()), "plan.trials": trials}
    rivals = _rivals(
        {
            "plan.sampler": sampler or ["tpe"],
            "plan.pruner": pruner or ["none"],
            "detectors.mode": detectors or ["enforce"],
            "plan.deaths": deaths or [],
        }
    )

    from gansearch.curves.corpus_files import read_corpus
    from gansearch.executors.replay.comparison import Rival, compare
    from gansearch.executors.replay.recorded_grid import RecordedGrid
    from gansearch.plugins import load_file

    for path in plugin or ():
        load_file(path)
    grid = RecordedGrid.of(read_corpus(corpus), study)
    asked = [Rival(name, {**changes, **about}) for name, about in rivals.items()]
    with typer.progressbar(length=len(asked) * seeds, label="replaying", file=sys.stderr) as bar:
        found = compare(grid, asked, seeds=range(seed, seed + seeds), workers=workers, done=lambda: bar.update(1))
    typer.echo(told(found, cells=len(grid.cells), workers=workers))
    if json_file is not None:
        json_file.write_text(json.dumps(described(found), indent=1) + "\n", encoding="utf-8")


def _rivals(asked: Mapping[str, Sequence[str]]) -> dict[str, Mapping[str, object]]:
    """Every combination of what is asked of each key, under a name that says it."""
    keys = [key for key, values in asked.items() if values]
    return {", ".join(each): dict(zip(keys, each, strict=True)) for each in product(*(asked[key] for key in keys))}
