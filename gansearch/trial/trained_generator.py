"""The generator of a trial as its last checkpoint has it. No data set is needed for that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from gansearch.data import Data, Samples
from gansearch.errors import StorageError
from gansearch.records import Assignment
from gansearch.space.configuration import resolve
from gansearch.storage import Storage
from gansearch.training import Configuration, Lane, Pack
from gansearch.trial.checkpoints import read_latest


@dataclass(frozen=True, eq=False)
class TrainedGenerator:
    """A generator and its parameters."""

    configuration: Configuration
    step: int
    """Generator updates done."""
    live: Mapping[str, Tensor]
    """The parameters [1, *shape] by key, as training left them."""
    averaged: Mapping[str, Tensor] | None
    """Their average, where a trick keeps one."""


def trained_generator(assignment: Assignment, storage: Storage) -> TrainedGenerator:
    """Read it from a trial's checkpoint.

    Raises:
        StorageError: where the trial has no checkpoint, or it has been removed.
        CorruptFileError: where it is damaged.
    """
    state = read_latest(storage, assignment.identity)
    if state is None:
        raise StorageError(
            f"the trial {assignment.identity} must have a checkpoint; {storage.url} has none of it: it ended before "
            "its first one, or the checkpoint has been removed"
        )
    configuration = resolve(assignment.settings)
    pack = Pack([Lane(configuration, assignment.seed)], blank_data(configuration))
    pack.load_lane_state(0, state)
    averaged = pack.generator_values(averaged=True) if pack.has_average else None
    return TrainedGenerator(configuration, state.step, pack.generator_values(averaged=False), averaged)


def blank_data(configuration: Configuration) -> Data:
    """One batch of nothing in the form of the data set: a pack wants data; to draw samples it reads none."""
    geometry = configuration.dataset.geometry
    size = max(configuration.training.batch_size, configuration.training.label_clusters)
    samples = Samples(torch.zeros(size, *geometry.shape), torch.zeros(size, dtype=torch.int64))
    return Data(configuration.dataset.name, geometry, samples, None, "")
