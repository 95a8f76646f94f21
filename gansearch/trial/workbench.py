"""What a process needs for every trial on one data set: the data and the evaluator, opened once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from gansearch.data import Data, DataSet
from gansearch.dimensions import declared
from gansearch.metrics.evaluator import Evaluator
from gansearch.metrics.reference import reference_extractor
from gansearch.plugins import load_copy
from gansearch.records import Setting
from gansearch.space.configuration import resolve
from gansearch.storage import Storage
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
        StorageError: where a plug-in file cannot be read.
        PluginError: where one cannot be imported.
    """
    import_plugins(context)
    dataset = resolve({key: value for key, value in settings.items() if key.startswith("dataset.")}).dataset
    fields = tuple((name, getattr(dataset, name)) for name in declared(type(dataset)))
    kind: Callable[..., DataSet] = type(dataset)
    return _open(kind, fields, context.data_dir, context.cache_dir)


def import_plugins(context: TrialContext) -> None:
    """Import the plug-in files of a study, from its storage.

    Raises:
        StorageError: where one cannot be read.
        PluginError: where one cannot be imported.
    """
    for address in context.plugins:
        folder, _, name = address.rpartition("/")
        load_copy(Storage(folder).read(name), address)


@lru_cache(maxsize=2)
def _open(
    kind: Callable[..., DataSet], fields: tuple[tuple[str, Setting], ...], data_dir: str | None, cache_dir: str
) -> Workbench:
    """The class counts, not its name: a plug-in that has been changed and imported again is another."""
    dataset = kind(**dict(fields))
    data = dataset.load(None if data_dir is None else Path(data_dir))
    return Workbench(data, Evaluator(data, reference_extractor(data, Path(cache_dir))))
