"""The searches that are disturbed: tiny networks on the ring, in epochs of about a tenth of a second."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

EPOCHS, EVERY = 30, 3
STEPS_PER_EPOCH = 100

_COMMON = f"""
dataset: {{name: ring, train_samples: {32 * STEPS_PER_EPOCH}, test_samples: 1000}}
training: {{batch_size: 32, epochs: {EPOCHS}, evaluate_every: {EVERY}}}
"""

_TPE = """
name: tpe
generator: {architecture: mlp, layers: 2, width: 16, latent_size: 4, init: {choice: [he, torch]}}
discriminator: {architecture: mlp, layers: 2, width: 16, dropout: {float: [0.0, 0.5]}}
optimizer:
  generator: {name: adam, lr: {float: [1e-4, 3e-2], log: true}}
  discriminator: {name: adam, lr: {float: [1e-4, 3e-2], log: true}}
resources: {cpu: 1, concurrent: 2, lanes: 1}
detectors: {mode: enforce}
plan:
  kind: search
  trials: 6
  sampler: {name: tpe, n_startup_trials: 3}
  pruner: {name: median, n_startup_trials: 2, n_warmup_steps: 9}
  objective: {metric: frechet_distance, value: mean_last_3}
"""

# Lanes of two, whose curves equal those of one: MLPs on a CPU do not depend on their neighbours by a bit.
_GRID = """
name: grid
generator: {architecture: mlp, layers: 2, width: 16, latent_size: 4}
discriminator: {architecture: mlp, layers: 2, width: 16, dropout: {choice: [0.0, 0.3]}}
optimizer:
  generator: {name: adam, lr: {choice: [0.001, 0.003]}}
  discriminator: {name: adam, lr: 0.001}
resources: {cpu: 1, concurrent: 2, lanes: 2}
detectors: {mode: shadow}
plan: {kind: grid, pruner: none, objective: {metric: frechet_distance, value: mean_last_3}}
"""


@dataclass(frozen=True)
class Search:
    """A search space in YAML, and what its plan comes to."""

    text: str
    trials: int

    @property
    def evaluations(self) -> int:
        """Evaluations at rungs where no trial ends early."""
        return self.trials * EPOCHS // EVERY

    def write(self, folder: Path) -> Path:
        """The space as a file."""
        path = folder / "space.yaml"
        path.write_text(self.text, encoding="utf-8")
        return path


TPE = Search(_TPE + _COMMON, 6)
GRID = Search(_GRID + _COMMON, 4)
