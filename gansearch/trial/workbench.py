"""What a process needs for every trial on one data set: the data and the evaluator, opened once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from gansearch.data import Data
from gansearch.metrics.evaluator import Evaluator
from gansearch.metrics.reference import reference_extractor
from gansearch.plugins import load_file
from gansearch.records import Setting
from gansearch.space.configuration import resolve
from gansearch.trial.context import TrialContext


@dataclass(frozen=True, eq=False)
class Workbench:
    """Data in memory and the evaluator for it."""

    data: Data
    evaluator: Evaluator


def open_workbench(settings: Mapping[str, Setting], context: TrialContext) -> Workbench:
    """The workbench for the data set that ``settings`` name; a second call in this process returns the same one.

    Raises:
        DataError: where the data is missing or damaged.
        PluginError: where a plug-in file cannot be imported.
    """
    for path in context.plugins:
        load_file(Path(path))
    chosen = tuple(sorted((key, value) for key, value in settings.items() if key.startswith("dataset.")))
    return _open(chosen, context.data_dir, context.cache_dir)


@lru_cache(maxsize=2)
def _open(chosen: tuple[tuple[str, Setting], ...], data_dir: str | None, cache_dir: str) -> Workbench:
    dataset = resolve(dict(chosen)).dataset
    data = dataset.load(None if data_dir is None else Path(data_dir))
    return Workbench(data, Evaluator(data, reference_extractor(data, Path(cache_dir))))
