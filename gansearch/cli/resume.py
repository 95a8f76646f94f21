"""``gansearch resume``: go on with a study from its storage."""

from __future__ import annotations

from typing import Annotated

import typer

from gansearch.cli._options import Address, DataDir, Home, Json, Notify, Plugins, StorageUrl, StudyName, TrackingUri
from gansearch.cli._run import Executor, ExecutorName, run_and_tell
from gansearch.cli._settings import BudgetChange, parse_settings
from gansearch.cli._there import Follow, drive_there, is_there, resume_there


def resume(
    name: StudyName,
    trials: Annotated[
        int | None,
        typer.Option(help="This many trials more than planned so far.", metavar="+N", min=1, show_default=False),
    ] = None,
    budget: BudgetChange = None,
    executor: Executor = ExecutorName.RAY_TUNE,
    address: Address = None,
    data_dir: DataDir = None,
    tracking_uri: TrackingUri = None,
    plugin: Plugins = None,
    notify: Notify = None,
    follow: Follow = False,
    as_json: Json = False,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """Continue a study from its storage.

    Trials that rest go on from their checkpoints, then the rest of the plan is run. What is added to the plan or the
    budget stays with the study.
    """
    bounds = parse_settings(budget or (), "--budget")

    from gansearch.executors.launch import LaunchOptions
    from gansearch.executors.launch import resume as resume_study

    options = LaunchOptions(None, executor.value, tracking_uri, data_dir, tuple(plugin or ()), address, notify=notify)
    if address is not None and is_there(address):
        drive_there(address, resume_there(name, options, trials, budget, storage_url), follow=follow, as_json=as_json)
        return
    run_and_tell(
        lambda watch, say: resume_study(name, options, trials=trials, budget=bounds, watch=watch, say=say),
        as_json=as_json,
        tracking_uri=tracking_uri,
    )
