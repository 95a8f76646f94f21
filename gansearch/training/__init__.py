"""The training step, packs, optimizers, random streams, the loop, checkpoints."""

from gansearch.training.configuration import Configuration, Optimizer, TrainingSettings, optimizers
from gansearch.training.pack import Lane, Pack
from gansearch.training.signals import Signals
from gansearch.training.state import LaneState

__all__ = [
    "Configuration",
    "Lane",
    "LaneState",
    "Optimizer",
    "Pack",
    "Signals",
    "TrainingSettings",
    "optimizers",
]
