"""The public functions of ``gansearch``: launch a search, load a study as frames, train one configuration."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gansearch.executors.launch import LaunchOptions, LaunchResult
from gansearch.executors.launch import launch as _launch
from gansearch.records import Setting
from gansearch.reporting.frames import StudyFrames, load_frames
from gansearch.space import SearchSpace
from gansearch.space.plan import DetectorSettings
from gansearch.storage.home import home
from gansearch.storage.place import study_storage
from gansearch.trial.context import TrialContext
from gansearch.trial.single import Trained, train_single


def launch(space: SearchSpace, **options: Any) -> LaunchResult:
    """Launch a search and return when it has ended.

    Args:
        space: from ``load_space``.
        options: the fields of ``executors.launch.LaunchOptions``: name, executor, tracking_uri, data_dir, plugins,
            address, seed.

    Raises:
        StudyExistsError: where the name is taken.
        DataError: where the data is missing or damaged.
    """
    files = tuple(Path(path) for path in options.pop("plugins", ()))
    return _launch(space, LaunchOptions(**options, plugins=files))


def load_study(name: str) -> StudyFrames:
    """A study as pandas frames: trials, evaluations, signals, findings.

    Raises:
        StudyNotFoundError: where there is none of that name under GANSEARCH_HOME.
    """
    return load_frames(name, study_storage(name))


def train(
    settings: Mapping[str, Setting], *, seed: int = 0, data_dir: Path | None = None, folder: Path | None = None
) -> Trained:
    """Train one configuration in this process, with detectors in shadow mode.

    Args:
        settings: a resolved configuration, flat: ``space.settings(parameters)``, or a trial's ``settings.json``.
        seed: of every random stream; a trial's own seed gives its curve again.
        data_dir: the folder that holds one folder per data set.
        folder: for records, samples and the checkpoint; None takes a temporary one.

    Raises:
        TrainingError: where the configuration cannot be trained.
        DataError: where the data is missing or damaged.
    """
    folder = folder or Path(tempfile.mkdtemp(prefix="gansearch-train-"))
    context = TrialContext(
        storage_url=str(folder),
        data_dir=None if data_dir is None else str(data_dir),
        cache_dir=str(home() / "cache"),
        detectors=DetectorSettings(mode="shadow"),
        use_average=True,
        final_evaluation=True,
        plugins=(),
        threads=1,
        device="cpu",
    )
    return train_single(settings, seed, folder, context)
