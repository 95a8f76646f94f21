"""``gansearch extend``: train a trial that has ended for more epochs."""

from __future__ import annotations

from typing import Annotated

import typer

from gansearch.cli._options import Address, DataDir, Home, Json, StorageUrl, StudyName, TrackingUri
from gansearch.cli._run import Executor, ExecutorName, run_and_tell
from gansearch.cli._there import Follow, drive_there, extend_there, is_there


def extend(
    name: StudyName,
    number: Annotated[int, typer.Argument(help="Number of the trial.", metavar="NUMBER", min=0, show_default=False)],
    epochs: Annotated[
        str,
        typer.Option(help="10x those of the trial, +20 to them, or 60 in all.", metavar="EPOCHS", show_default=False),
    ],
    executor: Executor = ExecutorName.RAY_TUNE,
    address: Address = None,
    data_dir: DataDir = None,
    tracking_uri: TrackingUri = None,
    follow: Follow = False,
    as_json: Json = False,
    home: Home = None,
    storage_url: StorageUrl = None,
) -> None:
    """Train a trial that has ended for more epochs.

    It goes on from its checkpoint as a new trial of the study, with the same seed and a copy of its curve, tagged
    `extended_from`; it is not pruned. Nothing else of the study is run.
    """
    from gansearch.executors.launch import LaunchOptions
    from gansearch.executors.launch import extend as extend_trial

    options = LaunchOptions(None, executor.value, tracking_uri, data_dir, (), address)
    if address is not None and is_there(address):
        drive_there(address, extend_there(name, number, epochs, options, storage_url), follow=follow, as_json=as_json)
        return
    run_and_tell(
        lambda watch, say: extend_trial(name, number, epochs, options, watch=watch, say=say),
        as_json=as_json,
        tracking_uri=tracking_uri,
    )
