"""Samples of a generator as it was trained, for those that plain PyTorch cannot say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import torch
from torch import Tensor

from gansearch.errors import StorageError
from gansearch.executors.exporting import TrainedRun
from gansearch.records import Geometry
from gansearch.training import Lane, Pack
from gansearch.trial.checkpoints import read_latest
from gansearch.trial.trained_generator import blank_data
from gansearch.tricks import Classes, Lanes, Trick


def tells_generator(trick: Trick, geometry: Geometry) -> bool:
    """Whether a trick tells the generator the class, behind the latents."""
    return trick.facts.needs_labels and trick.extra_latents(geometry) > 0


def pack_samples(run: TrainedRun, n: int, seed: int, labels: Sequence[int] = ()) -> Tensor:
    """Samples [n, *shape], drawn in one pass.

    Args:
        run: whose generator.
        n: samples.
        seed: names the stream of latents; the run's own seed is part of it too.
        labels: class of each sample; none leaves them to chance.

    Raises:
        StorageError: where the run has no checkpoint.
    """
    state = read_latest(run.storage, run.assignment.identity)
    if state is None:
        raise StorageError(f"the trial {run.assignment.identity} must have a checkpoint; it has been removed just now")
    pack = Pack([Lane(run.configuration, run.assignment.seed)], blank_data(run.configuration))
    pack.load_lane_state(0, state)
    if labels:
        told = torch.tensor([labels])
        pack = pack.apart(0, [_told(trick, run.geometry, told) for trick in run.configuration.tricks])
    return pack.sample(n, averaged=run.is_averaged, stream=f"sample {seed}", at_once=n)[0]


def _told(trick: Trick, geometry: Geometry, labels: Tensor) -> Trick:
    """The same trick, but told ``labels`` [1, n] in place of classes that were drawn; others as they are."""
    if not tells_generator(trick, geometry):
        return trick
    kind = type(trick)

    def latents(self: Trick, lanes: Lanes, latents: Tensor, _: Classes) -> Tensor:
        return kind.latents(self, lanes, latents, labels)

    chosen = type(kind.__name__, (kind,), {"latents": latents})
    return chosen(**{field.name: getattr(trick, field.name) for field in fields(trick)})  # type: ignore[no-any-return]
