"""``gansearch confirm``: train a search's best configurations again, on seeds that it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gansearch.cli._options import Address, DataDir, Home, Json, Notify, StorageUrl, StudyName, TrackingUri
from gansearch.cli._run import Executor, ExecutorName, run_and_tell
from gansearch.cli._there import Follow, confirm_there, drive_there, is_there, tell_from_there

if TYPE_CHECKING:
    from gansearch.executors.confirming import Wanted


def confirm(
    name: StudyName,
    top: Annotated[
        int,
        typer.Option(help="Configurations to confirm, the best by the first objective.", metavar="N", min=1, max=100),
    ] = 3,
    replicates: Annotated[
        int, typer.Option(help="Seeds of each; below 8 nothing can be said.", metavar="N", min=2, max=1000)
    ] = 8,
    baseline: Annotated[
        int | None,
        typer.Option(
            help="Trial to compare them with. Default: the defaults of the search's space.",
            metavar="NUMBER",
            min=0,
            show_default=False,
        ),
    ] = None,
    baseline_replicates: Annotated[
        int, typer.Option(help="Seeds of the baseline; at least --replicates.", metavar="N", min=2, max=1000)
    ] = 20,
    new_name: Annotated[
        str | None,
        typer.Option(
            "--name", help="Name of the new study. Default: NAME-confirmed.", metavar="NAME", show_default=False
        ),
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Print the search space of the new study, and start nothing.")
    ] = False,
    executor: Executor = ExecutorName.RAY_TUNE,
    address: Address = None,
    data_dir: DataDir = None,
    tracking_uri: TrackingUri = None,
    seed: Annotated[
        int | None,
        typer.Option(help="Of the new study. Default: one that is fresh.", metavar="N", min=0, show_default=False),
    ] = None,
    notify: Notify = None,
    follow: Follow = False,
    as_json: Json = False,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """Confirm the best of a search on fresh seeds.

    The best of many runs is better than it will be again. This launches a study that trains the best configurations,
    and the one that they are compared with, to the full budget with seeds that the search has not used; the reports of
    both then say which of them hold.
    """
    from gansearch.executors.confirming import Wanted, confirmation_name
    from gansearch.executors.confirming import confirm as confirm_study
    from gansearch.executors.launch import LaunchOptions

    wanted = Wanted(name, top, replicates, baseline_replicates, baseline)
    options = LaunchOptions(new_name, executor.value, tracking_uri, data_dir, (), address, seed, notify)
    new = confirmation_name(name, new_name)
    if address is not None and is_there(address):
        from gansearch.executors.jobs import JobServer

        there = confirm_there(wanted, new, options, storage_url or JobServer(address).storage(name))
        if show:
            how: dict[str, Any] = {**there.options, "show": True}
            tell_from_there(address, *there.command, storage=there.storage, **how)
        else:
            drive_there(address, there, follow=follow, as_json=as_json)
        return
    if show:
        typer.echo(_source(wanted, new, seed), nl=False)
        return
    run_and_tell(
        lambda watch, say: confirm_study(wanted, options, watch=watch, say=say),
        as_json=as_json,
        tracking_uri=tracking_uri,
    )


def _source(wanted: Wanted, name: str, seed: int | None) -> str:
    """The search space of the new study."""
    from gansearch.executors.confirming import confirmation_of
    from gansearch.storage.place import study_storage
    from gansearch.study import open_readonly

    with open_readonly(wanted.study, study_storage(wanted.study)) as study:
        return confirmation_of(study, wanted, name, seed).space.source
