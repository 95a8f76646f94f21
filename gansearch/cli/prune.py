"""``gansearch prune``: remove files of a study's runs that are no longer wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gansearch.cli._options import Home, Json, StorageUrl, StudyName
from gansearch.cli._text import columns, print_json

if TYPE_CHECKING:
    from gansearch.space.keep import Amount, Keep
    from gansearch.study.clearing import Cleared, Freed


def prune(
    name: StudyName,
    checkpoints: Annotated[
        str | None,
        typer.Option(
            help="Checkpoints that stay. Default: keep.checkpoints of the space.",
            metavar="all|best_N|none",
            show_default=False,
        ),
    ] = None,
    artifacts: Annotated[
        str | None,
        typer.Option(
            help="Samples and post-mortems that stay. Default: keep.artifacts of the space.",
            metavar="all|best_N|last|none",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and remove nothing.")] = False,
    as_json: Json = False,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """Remove checkpoints and samples that are not to be kept.

    Curves stay, and so does what trials need that have not ended.
    """
    from gansearch.storage.place import study_storage
    from gansearch.study.clearing import clear_study

    storage = study_storage(name)
    keep = _keep(name, storage, _amount("checkpoints", checkpoints), _amount("artifacts", artifacts))
    cleared = clear_study(name, storage, keep, dry_run=dry_run)
    if as_json:
        print_json({"study": name, "dry_run": dry_run, **described(cleared)})
        return
    would = "would be removed" if dry_run else "removed"
    typer.echo(f"{name}: {told(cleared, would)}")
    if cleared.kept:
        rows = [(str(identity), why) for identity, why in cleared.kept.items()]
        typer.echo("\n" + columns([("run", "keeps its checkpoint because"), *rows]))


def told(cleared: Cleared, verb: str) -> str:
    """What was removed, as a user reads it."""
    if cleared.keep.is_everything:
        return "everything is kept; say what stays with --checkpoints best_5 or --artifacts last"
    artifacts = _counted(cleared.artifacts, "file of samples and post-mortems", "files of samples and post-mortems")
    return f"{_counted(cleared.checkpoints, 'checkpoint')} and {artifacts} {verb}, {cleared.mib:.1f} MiB in all"


def described(cleared: Cleared) -> dict[str, Any]:
    """The same as plain values: the form of ``--json``."""
    from gansearch.space.keep import amount_text

    return {
        "keep": {
            "checkpoints": amount_text(cleared.keep.checkpoints),
            "artifacts": amount_text(cleared.keep.artifacts),
        },
        "checkpoints": {"files": cleared.checkpoints.files, "bytes": cleared.checkpoints.size},
        "artifacts": {"files": cleared.artifacts.files, "bytes": cleared.artifacts.size},
        "kept": {str(identity): why for identity, why in cleared.kept.items()},
    }


def _amount(key: str, text: str | None) -> Amount | None:
    """An option's value.

    Raises:
        typer.BadParameter: where it means nothing.
    """
    from gansearch.space.keep import amount_of, rule

    amount = None if text is None else amount_of(key, text)
    if text is not None and amount is None:
        raise typer.BadParameter(f"{rule(key)}; got {text!r}", param_hint=f"--{key}")
    return amount


def _keep(name: str, storage: Any, checkpoints: Amount | None, artifacts: Amount | None) -> Keep:
    """What the options say, and the space for what they leave out."""
    from dataclasses import replace

    from gansearch.study import open_readonly

    with open_readonly(name, storage) as study:
        keep = study.space.keep
    if checkpoints is not None:
        keep = replace(keep, checkpoints=checkpoints)
    return keep if artifacts is None else replace(keep, artifacts=artifacts)


def _counted(freed: Freed, one: str, several: str | None = None) -> str:
    return f"{freed.files} {one if freed.files == 1 else several or f'{one}s'}"
