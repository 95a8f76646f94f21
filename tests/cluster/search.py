"""The search that is disturbed: tiny networks on the ring, with a checkpoint at each evaluation."""

from __future__ import annotations

from pathlib import Path

EPOCHS, EVERY = 6, 2
STEPS_PER_EPOCH = 60
INTERVAL = EVERY * STEPS_PER_EPOCH
"""Steps between two checkpoints of a trial."""
EVALUATIONS = EPOCHS // EVERY
"""Of a trial that does not end early."""

_SPACE = f"""
name: rings
dataset: {{name: ring, train_samples: {32 * STEPS_PER_EPOCH}, test_samples: 1000}}
generator: {{architecture: mlp, layers: 2, width: 16, latent_size: 4}}
discriminator: {{architecture: mlp, layers: 2, width: 16, dropout: {{float: [0.0, 0.5]}}}}
optimizer:
  generator: {{name: adam, lr: {{float: [1e-4, 3e-2], log: true}}}}
  discriminator: {{name: adam, lr: {{float: [1e-4, 3e-2], log: true}}}}
training: {{batch_size: 32, epochs: %d, evaluate_every: {EVERY}}}
resources: {{cpu: 1, lanes: 1}}
detectors: {{mode: enforce}}
plan:
  kind: search
  trials: %d
  sampler: {{name: tpe, n_startup_trials: 8}}
  pruner: {{name: median, n_startup_trials: 5, n_warmup_steps: 2}}
  objective: {{metric: frechet_distance, value: mean_last_3}}
"""


def write(folder: Path, trials: int, epochs: int = EPOCHS) -> Path:
    """The space as a file."""
    path = folder / f"rings-{trials}.yaml"
    path.write_text(_SPACE % (epochs, trials), encoding="utf-8")
    return path
