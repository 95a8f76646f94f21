"""``gansearch compare``: runs, or whole studies, beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gansearch.cli._options import Home, Json, StorageUrl
from gansearch.cli._text import columns, duration, number, print_json
from gansearch.cli._there import HeadAddress, tell_from_there
from gansearch.errors import StudyError

if TYPE_CHECKING:
    from gansearch.reporting.material import StudyMaterial, TrialMaterial
    from gansearch.reporting.run_comparison import Run, RunComparison
    from gansearch.reporting.study_comparison import StudyComparison

Cells = list[tuple[str, ...]]


def compare(
    names: Annotated[
        list[str],
        typer.Argument(help="Runs, as digits-3 or digits-3-r1, or studies.", metavar="A B [...]", show_default=False),
    ],
    as_json: Json = False,
    address: HeadAddress = None,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """Compare runs, or whole studies.

    Runs: the settings in which they differ, how they ended, what was measured. Studies: their spaces, ends and best
    runs. Values are subtracted only where data set and protocol agree. A study's name goes before a run's identity.
    """
    if len(names) < 2:
        raise typer.BadParameter("give two names or more", param_hint="A B")
    if address is not None:
        from gansearch.study.runs import parse_identity

        identity = parse_identity(names[0])
        of = [names[0], *([] if identity is None else [identity.study])]
        tell_from_there(address, "compare", *names, storage=storage_url, studies=of, json=as_json)
        return
    runs, studies = _loaded(names)

    if studies:
        from gansearch.reporting.study_comparison import compare_studies

        of_studies = compare_studies(studies)
        print_json(described_studies(of_studies)) if as_json else typer.echo(told_studies(of_studies))
        return
    from gansearch.reporting.run_comparison import compare_runs

    of_runs = compare_runs(runs)
    print_json(described_runs(of_runs)) if as_json else typer.echo(told_runs(of_runs))


def _loaded(names: Sequence[str]) -> tuple[list[Run], list[StudyMaterial]]:
    """The named runs, or the named studies.

    Raises:
        StudyError: where both are named, or a name is neither.
    """
    from gansearch.reporting.loading import load_material, load_run
    from gansearch.storage.place import studies_storage, study_storage
    from gansearch.study import list_studies
    from gansearch.study.runs import parse_identity

    there = set(list_studies(studies_storage()))
    studies = [name for name in names if name in there]
    if len(studies) == len(names):
        return [], [load_material(name, study_storage(name)) for name in names]
    identities = [(name, parse_identity(name)) for name in names if name not in there]
    for name, identity in identities:
        if identity is None or identity.study not in there:
            raise StudyError(
                f"{name!r} must be a study, or a run as STUDY-NUMBER or STUDY-NUMBER-rREPLICATE; there are the studies "
                f"{', '.join(sorted(there)) or 'none'}"
            )
    if studies:
        raise StudyError(
            f"runs compare with runs and studies with studies; {studies[0]!r} is a study, {identities[0][0]!r} a run"
        )
    return [load_run(one, study_storage(one.study)) for _, one in identities if one is not None], []


# --- runs -----------------------------------------------------------------------------------------------------------


def described_runs(found: RunComparison) -> dict[str, Any]:
    """A comparison of runs as plain values: the form of ``--json``."""
    return {
        "runs": [_described_run(run) for run in found.runs],
        "settings": {row.path: row.values for row in found.settings},
        "equal_settings": found.equal_settings,
        "metrics": [vars(row) for row in found.metrics],
        "origins": {row.name: row.values for row in found.origins},
        "obstacles": found.obstacles,
        "caveat": found.caveat,
    }


def _described_run(run: TrialMaterial) -> dict[str, Any]:
    return {
        "run": str(run.identity),
        "end": run.end_name,
        "reason": run.reason,
        "values": run.values,
        "epochs": run.epoch,
        "steps": run.step,
        "seconds": run.seconds,
        "seed": run.seed,
    }


def told_runs(found: RunComparison) -> str:
    """What a user reads of runs."""
    from gansearch.curves.origin import said

    top: Cells = [
        ("run", *(str(run.identity) for run in found.runs)),
        ("end", *(run.end_name for run in found.runs)),
        ("epochs", *(f"{run.epoch:g}" for run in found.runs)),
        ("time", *(duration(run.seconds) for run in found.runs)),
    ]
    settings: Cells = [(row.path, *map(str, row.values)) for row in found.settings]
    settings.append((f"({found.equal_settings} other settings are equal)", *[""] * len(found.runs)))
    origins: Cells = [(row.name, *map(said, row.values)) for row in found.origins]
    measured: Cells = [
        (row.name, row.moment, *map(number, row.values), "" if row.difference is None else f"{row.difference:+.4g}")
        for row in found.metrics
    ]
    header = ("metric", "at", *(str(run.identity) for run in found.runs), "difference" if len(found.runs) == 2 else "")
    parts = [columns([*top, *settings, *origins])]
    reasons = [(str(run.identity), run.reason) for run in found.runs if run.reason]
    parts += [columns(reasons)] if reasons else []
    parts += [columns([header, *measured])] if measured else ["nothing was measured"]
    return "\n\n".join([*parts, _notes(found.obstacles, found.caveat)])


def _notes(obstacles: Sequence[str], caveat: str = "") -> str:
    notes = [f"not subtracted: {obstacle}" for obstacle in obstacles]
    return "\n".join([*notes, *([caveat] if caveat else [])])


# --- studies ----------------------------------------------------------------------------------------------------------


def described_studies(found: StudyComparison) -> dict[str, Any]:
    """A comparison of studies as plain values: the form of ``--json``."""
    return {
        "studies": [
            {
                "study": each.name,
                "counts": dict(each.counts),
                "best": None if each.best is None else {**_described_run(each.best), "settings": each.best.settings},
                "hours": each.hours,
                "epochs": each.epochs,
            }
            for each in found.studies
        ],
        "space": {row.path: row.values for row in found.space},
        "equal_entries": found.equal_entries,
        "best_settings": {row.path: row.values for row in found.best_settings},
        "objectives": found.objectives,
        "differences": found.differences,
        "obstacles": found.obstacles,
    }


def told_studies(found: StudyComparison) -> str:
    """What a user reads of studies."""
    studies = found.studies
    ends = sorted({end for each in studies for end in each.counts})
    top: Cells = [
        ("study", *(each.name for each in studies)),
        *((end, *(str(each.counts.get(end, 0)) for each in studies)) for end in ends),
        ("hours trained", *(f"{each.hours:.3g}" for each in studies)),
        ("epochs trained", *(f"{each.epochs:g}" for each in studies)),
        ("best run", *("-" if each.best is None else str(each.best.identity) for each in studies)),
    ]
    for index, objective in enumerate(found.objectives):
        values = [
            "-" if each.best is None or each.best.values is None else number(each.best.values[index])
            for each in studies
        ]
        difference = found.differences[index]
        top.append((objective, *values[:-1], values[-1] + ("" if difference is None else f"  ({difference:+.4g})")))
    space: Cells = [
        ("search space", *(each.name for each in studies)),
        *((row.path, *row.values) for row in found.space),
    ]
    space.append((f"({found.equal_entries} other entries are equal)", *[""] * len(studies)))
    best: Cells = [
        ("best run", *(each.name for each in studies)),
        *((row.path, *row.values) for row in found.best_settings),
    ]
    parts = [columns(top), columns(space), columns(best) if found.best_settings else ""]
    return "\n\n".join(part for part in [*parts, _notes(found.obstacles)] if part)
