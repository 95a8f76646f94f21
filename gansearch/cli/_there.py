"""Commands that run on the head of a cluster, where ``--address`` names its job server: ``http://HEAD:8265``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from gansearch.cli._text import print_json
from gansearch.errors import ExecutorError

if TYPE_CHECKING:
    from gansearch.executors.confirming import Wanted
    from gansearch.executors.launch import LaunchOptions
    from gansearch.executors.transfer import Source
    from gansearch.space import SearchSpace

SPACE_FILE = "space.yaml"
PLUGINS = "plugins"

HeadAddress = Annotated[
    str | None,
    typer.Option(
        "--address", help="Ask the head of this cluster, as http://HEAD:8265.", metavar="URL", show_default=False
    ),
]
Follow = Annotated[
    bool, typer.Option("--follow", help="With --address http://...: show what the head prints until it has ended.")
]
Options: TypeAlias = Mapping[str, object]


@dataclass(frozen=True)
class There:
    """A command that drives a study on the head."""

    study: str
    command: Sequence[str]
    files: Mapping[str, bytes]
    """What it needs beside it, by path."""
    storage: str | None
    """Where the study lies; None where the head says."""
    options: Options
    """One that is None or False is left out."""


def is_there(address: str | None) -> bool:
    """Whether an address is one of a job server, so that the command runs there, and not of a cluster to join."""
    return address is not None and address.startswith(("http://", "https://"))


def tell_from_there(
    address: str | None, *arguments: str, storage: str | None, studies: Sequence[str] | None = None, **options: object
) -> bool:
    """Run a command that ends by itself on the head and print what it prints; False where no head is named.

    Args:
        address: of its job server, or None.
        arguments: the command, and the study that it is about.
        storage: where that lies; None takes what was said when it was launched.
        studies: what the study may be called, where that is not the command's first argument.
        options: of the command.

    Raises:
        ExecutorError: where an address is given that is none of a job server.
        typer.Exit: with the command's status, where that is not 0.
    """
    if address is None:
        return False
    from gansearch.executors.jobs import JobServer

    server = JobServer(address)
    for study in arguments[1:2] if studies is None else studies:
        storage = storage or server.storage(study)
    printed, status = server.output([*arguments, *_options({**options, "storage": storage})])
    typer.echo(printed, nl=False)
    if status:
        raise typer.Exit(status)
    return True


def drive_there(address: str, there: There, *, follow: bool, as_json: bool) -> None:
    """Have the head drive a study, where it lies already if it does; return at once, or when it has ended.

    Raises:
        ExecutorError: where the job server does not answer, or refuses.
        typer.Exit: with the command's status where it was followed, and that is not 0.
    """
    from gansearch.executors.jobs import JobServer

    server = JobServer(address)
    storage = there.storage or server.storage(there.study)
    arguments = [*there.command, *_options({**there.options, "storage": storage})]
    job = server.submit(arguments, files=there.files, study=there.study, storage=storage)
    if as_json:
        print_json({"study": there.study, "job": job, "address": server.shown})
    else:
        typer.echo(f"{there.study}: handed to {server.shown} as job {job}", err=follow)
    if not follow:
        if not as_json:
            for command in ("status", "logs", "stop"):
                typer.echo(f"{command:8}  gansearch {command} {there.study} --address {server.shown}")
        return
    status = server.follow(job, lambda text: typer.echo(text, nl=False))
    if status:
        raise typer.Exit(status)


def launch_there(
    space: SearchSpace, options: LaunchOptions, storage: str | None, source: Source | None = None
) -> There:
    """A launch on the head: the space goes with every change of the command line, and with its script.

    Where it begins with configurations of another study, that one lies there too.
    """
    study = options.name or space.name
    files = {SPACE_FILE: space.source.encode(), **({} if space.script is None else space.script.sources)}
    begins = [] if source is None else ["--from", source.study, "--from-top", str(source.top)]
    command = ["launch", SPACE_FILE, "--name", study, *begins, *_plugin_options(options.plugins)]
    return There(study, command, {**files, **_plugin_files(options.plugins)}, storage, _how(options))


def confirm_there(wanted: Wanted, name: str, options: LaunchOptions, storage: str | None) -> There:
    """A confirmation on the head, where the search lies."""
    chosen = {
        "name": name,
        "top": wanted.top,
        "replicates": wanted.replicates,
        "baseline": wanted.baseline,
        "baseline_replicates": wanted.baseline_replicates,
    }
    return There(name, ["confirm", wanted.study], {}, storage, {**chosen, **_how(options)})


def resume_there(
    study: str, options: LaunchOptions, trials: int | None, budget: Sequence[str] | None, storage: str | None
) -> There:
    """A study that goes on on the head."""
    bounds = [word for bound in budget or () for word in ("--budget", bound)]
    command = ["resume", study, *bounds, *_plugin_options(options.plugins)]
    return There(study, command, _plugin_files(options.plugins), storage, {"trials": trials, **_how(options)})


def extend_there(study: str, number: int, epochs: str, options: LaunchOptions, storage: str | None) -> There:
    """A trial that goes on on the head."""
    return There(study, ["extend", study, str(number), "--epochs", epochs], {}, storage, _how(options))


def _how(options: LaunchOptions) -> Options:
    """How to run, as options of the command there.

    Raises:
        ExecutorError: where a webhook is named: whoever sees a cluster's jobs sees their command lines.
    """
    if options.notify is not None:
        raise ExecutorError("--notify must not travel with a job, where others can read it: set GANSEARCH_NOTIFY there")
    return {
        "executor": options.executor,
        "data_dir": options.data_dir,
        "tracking_uri": options.tracking_uri,
        "seed": options.seed,
    }


def _plugin_files(plugins: Sequence[Path]) -> dict[str, bytes]:
    return {f"{PLUGINS}/{path.name}": path.read_bytes() for path in plugins}


def _plugin_options(plugins: Sequence[Path]) -> list[str]:
    return [word for path in plugins for word in ("--plugin", f"{PLUGINS}/{path.name}")]


def _options(options: Options) -> list[str]:
    found: list[str] = []
    for name, value in options.items():
        if value is None or value is False:
            continue
        found.append(f"--{name.replace('_', '-')}")
        if value is not True:
            found.append(str(value))
    return found
