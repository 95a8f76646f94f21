"""The training step, packs, optimizers, random streams, the loop, checkpoints."""

from gansearch.training.configuration import Configuration, Optimizer, TrainingSettings, optimizers

__all__ = ["Configuration", "Optimizer", "TrainingSettings", "optimizers"]
