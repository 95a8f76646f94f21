"""A list of configurations of an MLP GAN on digits, for our search and for the scripts of ``peers/``."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

ACTIVATIONS: Final = ("relu", "leaky_relu", "elu", "gelu", "relu6")
G_LAYERS: Final = (2, 7)
D_LAYERS: Final = (2, 5)
DROPOUT: Final = (0.0, 0.6)
RATE: Final = (1e-5, 1e-3)
SEED: Final = 0


@dataclass(frozen=True)
class Configuration:
    """What is searched; all else is fixed."""

    g_layers: int
    g_activation: str
    g_dropout: float
    d_layers: int
    d_dropout: float
    g_lr: float
    d_lr: float

    def as_peers_read_it(self) -> dict[str, Any]:
        """Under the names that the peers use."""
        return asdict(self)

    def as_we_read_it(self) -> dict[str, Any]:
        """By dotted paths, as ``plan.enqueue`` takes it."""
        return {
            "generator.layers": self.g_layers,
            "generator.activation": self.g_activation,
            "generator.dropout": self.g_dropout,
            "discriminator.layers": self.d_layers,
            "discriminator.dropout": self.d_dropout,
            "optimizer.generator.lr": self.g_lr,
            "optimizer.discriminator.lr": self.d_lr,
        }


def configurations(count: int) -> list[Configuration]:
    """The first ``count`` of the list, always the same: drawn uniformly, rates uniformly in their logarithm."""
    stream = random.Random(SEED)
    return [
        Configuration(
            g_layers=stream.randint(*G_LAYERS),
            g_activation=stream.choice(ACTIVATIONS),
            g_dropout=round(stream.uniform(*DROPOUT), 3),
            d_layers=stream.randint(*D_LAYERS),
            d_dropout=round(stream.uniform(*DROPOUT), 3),
            g_lr=_rate(stream),
            d_lr=_rate(stream),
        )
        for _ in range(count)
    ]


def _rate(stream: random.Random) -> float:
    """To three digits, as a user would write it."""
    return float(f"{10 ** stream.uniform(-5, -3):.3g}")


def space(listed: Sequence[Configuration], epochs: int, *, early_stopping: bool) -> dict[str, Any]:
    """Our search space, whose plan runs exactly these configurations, evaluated after every epoch."""
    rate, dropout = {"float": list(RATE), "log": True}, {"float": list(DROPOUT)}
    g_layers, d_layers = {"int": list(G_LAYERS)}, {"int": list(D_LAYERS)}
    adam = {"name": "adam", "lr": rate, "beta1": 0.5, "beta2": 0.999}
    perceptron = {"architecture": "mlp", "width": 256, "dropout": dropout, "init": "he"}
    return {
        "name": "search-wall",
        "dataset": {"name": "mnist5k"},
        "generator": {**perceptron, "layers": g_layers, "activation": {"choice": list(ACTIVATIONS)}},
        "discriminator": {**perceptron, "layers": d_layers, "activation": "leaky_relu"},
        "loss": "non_saturating",
        "optimizer": {"generator": adam, "discriminator": adam},
        "training": {"batch_size": 128, "epochs": epochs, "evaluate_every": 1},
        "resources": {"cpu": 1, "gpu": 0, "lanes": "auto"},
        "plan": {
            "kind": "search",
            "trials": len(listed),
            "sampler": "tpe",
            "pruner": "hyperband" if early_stopping else "none",
            "objective": {"metric": "frechet_distance", "value": "last", "generator": "live"},
            "enqueue": [each.as_we_read_it() for each in listed],
        },
        "detectors": {"mode": "enforce" if early_stopping else "off"},
    }
