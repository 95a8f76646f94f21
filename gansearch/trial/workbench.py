"""What a process needs for every trial on one data set: the data and the evaluator, opened once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeAlias

import torch

from gansearch.data import Data, DataSet
from gansearch.dimensions import declared
from gansearch.metrics.evaluator import Evaluator
from gansearch.metrics.views import views
from gansearch.plugins import load_copy
from gansearch.records import Setting
from gansearch.space.configuration import resolve
from gansearch.storage import Storage
from gansearch.trial.context import TrialContext
from gansearch.trial.shared_bench import SharedBench, packed, unpacked

Fields: TypeAlias = tuple[tuple[str, Setting], ...]


@dataclass(frozen=True, eq=False)
class Workbench:
    """Data in memory and the evaluator for it."""

    data: Data
    evaluator: Evaluator


@dataclass(frozen=True)
class Wanted:
    """What a workbench is made from, as plain values."""

    name: str
    """Of the data set."""
    fields: Fields
    data_dir: str | None
    cache_dir: str
    also: tuple[str, ...]
    inception_weights: str | None
    threads: int
    """CPU threads that measure the real side: the last bits of features depend on them."""


@dataclass(frozen=True, eq=False)
class OpenedElsewhere:
    """A workbench that another process has opened."""

    wanted: Wanted
    shared: SharedBench


_given: list[OpenedElsewhere] = []
"""What this process has been given: the last one alone, since a process works for one study at a time."""


def open_workbench(settings: Mapping[str, Setting], context: TrialContext) -> Workbench:
    """The workbench for the data set that ``settings`` name; a second call in this process returns the same one.

    Raises:
        DataError: where the data is missing or damaged, or lacks what a metric needs that is asked for.
        StorageError: where a plug-in file cannot be read.
        PluginError: where one cannot be imported, or there is no metric of a name that is asked for.
    """
    import_plugins(context)
    return _open(*_wanted(settings, context))


def share_workbench(
    settings: Mapping[str, Setting], context: TrialContext, *, most_bytes: Callable[[Data], float]
) -> OpenedElsewhere | None:
    """The workbench in a form that other processes can use; None where it has none, and each opens it for itself.

    Args:
        settings: name the data set.
        context: of the study.
        most_bytes: how large the data may be for them to be part of it.

    Raises:
        DataError: as ``open_workbench`` does; StorageError and PluginError, too.
    """
    import_plugins(context)
    kind, wanted = _wanted(settings, context)
    bench = _open(kind, wanted)
    bench.evaluator.prepare()
    with_data = bench.data.nbytes <= most_bytes(bench.data)
    shared = packed(bench.data, bench.evaluator, with_data=with_data)
    return None if shared is None else OpenedElsewhere(wanted, shared)


def give_workbench(opened: OpenedElsewhere | None) -> None:
    """Let this process use a workbench that another one has opened, wherever it fits what is asked for."""
    _given[:] = [] if opened is None else [opened]


def import_plugins(context: TrialContext) -> None:
    """Import the plug-in files of a study, from its storage.

    Raises:
        StorageError: where one cannot be read.
        PluginError: where one cannot be imported.
    """
    for address in context.plugins:
        folder, _, name = address.rpartition("/")
        load_copy(Storage(folder).read(name), address)


def _wanted(settings: Mapping[str, Setting], context: TrialContext) -> tuple[Callable[..., DataSet], Wanted]:
    dataset = resolve({key: value for key, value in settings.items() if key.startswith("dataset.")}).dataset
    fields = tuple((name, getattr(dataset, name)) for name in declared(type(dataset)))
    wanted = Wanted(
        name=dataset.name,
        fields=fields,
        data_dir=context.data_dir,
        cache_dir=context.cache_dir,
        also=context.also,
        inception_weights=context.inception_weights,
        threads=context.threads,
    )
    return type(dataset), wanted


@lru_cache(maxsize=2)
def _open(kind: Callable[..., DataSet], wanted: Wanted) -> Workbench:
    """The class counts, not its name alone: a plug-in that has been changed and imported again is another."""
    load = partial(_load, kind, wanted)
    for opened in _given:
        if opened.wanted == wanted:
            return Workbench(*unpacked(opened.shared, load))
    data, cache = load(), Path(wanted.cache_dir)
    weights = None if wanted.inception_weights is None else Path(wanted.inception_weights)
    extractors = views(data, cache, inception_weights=weights)
    torch.set_num_threads(wanted.threads)  # a driver's real side must have the bits of a worker's
    return Workbench(data, Evaluator(data, extractors, asked=wanted.also, cache_dir=cache))


def _load(kind: Callable[..., DataSet], wanted: Wanted) -> Data:
    folder = None if wanted.data_dir is None else Path(wanted.data_dir)
    return kind(**dict(wanted.fields)).load(folder)
