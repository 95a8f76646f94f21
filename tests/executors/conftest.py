from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gansearch.space import SearchSpace, load_space

RING = """
name: rings
dataset: {name: ring, train_samples: 640, test_samples: 1000}
generator: {architecture: mlp, layers: 2, width: 16, latent_size: 4, init: {choice: [he, torch]}}
discriminator: {architecture: mlp, layers: 2, width: 16, dropout: {float: [0.0, 0.5]}}
optimizer:
  generator: {name: adam, lr: {float: [1e-4, 1e-2], log: true}}
  discriminator: {name: adam, lr: 1e-3}
training: {batch_size: 32, epochs: 4, evaluate_every: 1}
resources: {cpu: 1}
detectors: {mode: shadow}
plan:
  kind: search
  trials: 3
  sampler: random
  pruner: none
  objective: {metric: frechet_distance, value: mean_last_3}
  enqueue: [defaults]
"""

Ring = Callable[..., SearchSpace]


@pytest.fixture
def ring(tmp_path: Path) -> Ring:
    """A small search on the ring; keyword arguments change it, as ``plan__trials=5``."""

    def build(**changes: object) -> SearchSpace:
        path = tmp_path / "rings.yaml"
        path.write_text(RING, encoding="utf-8")
        return load_space(str(path), {key.replace("__", "."): value for key, value in changes.items()})

    return build
