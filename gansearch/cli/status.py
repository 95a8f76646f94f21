"""``gansearch status``: one study, or all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gansearch.cli._options import Home, Json, StorageUrl
from gansearch.cli._text import columns, duration, number, print_json
from gansearch.cli._there import HeadAddress, tell_from_there
from gansearch.errors import GansearchError

if TYPE_CHECKING:
    from gansearch.study import StudyStatus, TrialRow


def status(
    name: Annotated[
        str | None,
        typer.Argument(help="Name of a study. Default: all studies.", metavar="[NAME]", show_default=False),
    ] = None,
    as_json: Json = False,
    address: HeadAddress = None,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """Say how a study stands; without a name, how all of them do."""
    if tell_from_there(address, *(["status"] if name is None else ["status", name]), json=as_json, storage=storage_url):
        return
    if name is None:
        _print_all(as_json)
    else:
        _print_one(name, as_json)


def _print_all(as_json: bool) -> None:
    from gansearch.storage.place import studies_storage
    from gansearch.study import list_studies

    studies = studies_storage()
    found, unreadable = [], {}
    for name in list_studies(studies):
        try:
            found.append(_read(name)[0])
        except GansearchError as error:  # one bad study must not hide the others
            unreadable[name] = str(error)
    if as_json:
        print_json([described(each) for each in found])
    elif not found and not unreadable:
        typer.echo(f"no study in {studies.url}; start one with: gansearch launch quickstart")
    else:
        typer.echo(columns([("study", "state", "trials", "best", "driven for"), *map(_row_of_study, found)]))
    for name, why in unreadable.items():
        typer.echo(f"{name} cannot be read: {why}", err=True)


def _print_one(name: str, as_json: bool) -> None:
    from gansearch.cli._next import command
    from gansearch.cli._progress import progress, rows

    said, trials = _read(name)
    launches = _launches(name)
    if as_json:
        print_json({**described(said), "trial_rows": [_described_row(row) for row in trials], "launches": launches})
        return
    typer.echo(columns([("study", name), ("state", _state(said)), *rows(progress(said)), *_rows_of_lanes(launches)]))
    if trials:
        typer.echo("\n" + columns([("run", "end", "epoch", "value", "reason"), *map(_row_of_trial, trials)]))
    if said.holder is None and progress(said).ended != said.trials_wanted:
        typer.echo(f"\ngo on with: {command('resume', name)}")


def _read(name: str) -> tuple[StudyStatus, list[TrialRow]]:
    from gansearch.storage.place import study_storage
    from gansearch.study import open_readonly

    with open_readonly(name, study_storage(name)) as study:
        return study.status(), study.trials()


def _launches(name: str) -> list[dict[str, Any]]:
    from gansearch.storage.place import study_storage
    from gansearch.study.launches import read_launches

    return read_launches(study_storage(name))


def _rows_of_lanes(launches: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Lanes of a pack in the last launch, with what a probe found line by line."""
    if not launches or launches[-1]["lanes"] is None:  # still to be found out, or nothing was trained
        return []
    table = launches[-1].get("lane_table")
    first, *rest = table["text"].splitlines() if table else [f"packs of up to {launches[-1]['lanes']} lanes, as given"]
    return [("lanes", first), *(("", line) for line in rest)]


def described(said: StudyStatus) -> dict[str, Any]:
    """A status as plain values: the form of ``--json``."""
    return {
        "name": said.name,
        "state": _state(said),
        "holder": said.holder,
        "counts": dict(said.counts),
        "trials": said.trials,
        "trials_wanted": said.trials_wanted,
        "epochs": said.epochs,
        "epochs_wanted": said.epochs_wanted,
        "elapsed_s": said.elapsed_s,
        "hours_wanted": said.hours_wanted,
        "gpu_hours": said.gpu_hours,
        "gpu_hours_wanted": said.gpu_hours_wanted,
        "cost": said.cost,
        "cost_wanted": said.cost_wanted,
        "objectives": [asdict(objective) for objective in said.objectives],
        "best": None if said.best is None else _described_row(said.best),
        "running": [str(row.identity) for row in said.running],
    }


def _described_row(row: TrialRow) -> dict[str, Any]:
    return {
        "run": str(row.identity),
        "number": row.number,
        "replicate": row.replicate,
        "parameters": dict(row.params),
        "values": row.values,
        "end": row.end,
        "kind": row.kind,
        "reason": row.reason,
        "epoch": row.epoch,
        "attempt": row.attempt,
        "seconds": row.seconds,
    }


def _state(said: StudyStatus) -> str:
    if said.holder is not None:
        return f"stopping, driven by {said.holder}" if said.is_stopping else f"driven by {said.holder}"
    return "at rest"


def _row_of_study(said: StudyStatus) -> tuple[str, ...]:
    of = "" if said.trials_wanted is None else f" of {said.trials_wanted}"
    best = "-" if said.best is None else f"{said.objectives[0].metric} {number(said.best.value)}"
    return said.name, _state(said), f"{said.trials}{of}", best, duration(said.elapsed_s)


def _row_of_trial(row: TrialRow) -> tuple[str, ...]:
    end = row.state if row.end is None else row.end if row.kind is None else f"{row.end} ({row.kind})"
    return str(row.identity), str(end), str(row.epoch), number(row.value), row.reason or ""
