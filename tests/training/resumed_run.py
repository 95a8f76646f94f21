"""A short run that can be left and taken up in another process: ``python resumed_run.py CHECKPOINT OUT``.

The pack has dropout, momentum, further discriminator updates and a trick with state, so that all of it must be kept.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor

from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.data import TinyImages
from gansearch.training import Lane, Pack
from gansearch.training.checkpoint import from_bytes, to_bytes
from gansearch.training.descent.rmsprop import RmsProp
from gansearch.training.descent.sgd import Sgd
from gansearch.tricks import Classes, Lanes, Trick

EPOCHS_BEFORE, EPOCHS_AFTER = 2, 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Drift(Trick):
    """Moves the latents by a random walk."""

    name: ClassVar[str] = "drift"
    paper: ClassVar[str] = "none, 2024"

    def initial_state(self, lanes: Lanes) -> Mapping[str, Tensor]:
        return {"place": lanes.normal((1,)).clone()}

    def latents(self, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
        return latents + 0.01 * lanes.state["place"][:, None]

    def after_step(self, lanes: Lanes) -> None:
        lanes.state["place"] += lanes.normal((1,))


def lane(seed: int) -> Lane:
    tiny = tiny_configuration(Drift(), epochs=EPOCHS_BEFORE + EPOCHS_AFTER)
    configuration = replace(
        tiny,
        generator_optimizer=RmsProp(lr=1e-3),
        discriminator_optimizer=Sgd(lr=0.01 * (1 + seed), momentum=0.5),
        training=replace(tiny.training, d_steps_per_g_step=2),
    )
    return Lane(configuration, seed)


def pack(*seeds: int) -> Pack:
    return Pack([lane(seed) for seed in seeds], TinyImages().load(None))


def finish(content: bytes) -> bytes:
    """Go on from a checkpoint to the end."""
    resumed = pack(1)
    resumed.load_lane_state(0, from_bytes(content))
    for _ in range(EPOCHS_AFTER):
        resumed.train_epoch()
    return to_bytes(resumed.lane_state(0), {})


if __name__ == "__main__":
    torch.set_num_threads(1)
    Path(sys.argv[2]).write_bytes(finish(Path(sys.argv[1]).read_bytes()))
