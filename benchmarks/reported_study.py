"""A study on disk whose runs nobody trained, in the form of real records: what a report is timed on."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator

from gansearch.curves import CurveWriter, Record
from gansearch.dimensions import Choice, Dimension, Int
from gansearch.records import (
    Assignment,
    End,
    Evaluation,
    Finding,
    MetricValue,
    Protocol,
    Setting,
    TrialEnd,
    TrialIdentity,
    to_json,
)
from gansearch.space import SearchSpace, parse_space
from gansearch.storage import Storage
from gansearch.study.importing import RunElsewhere, create_imported
from gansearch.study.seeds import run_seed
from gansearch.trial.standing import Standing

STUDY: Final = "made"
SEED: Final = 1
SIGNALS: Final = ("d_loss", "g_loss", *(f"signal_{number}" for number in range(12)))
"""As many as a step has."""
METRICS: Final = ("frechet_distance", *(f"metric_{number}" for number in range(9)))
PROTOCOL: Final = Protocol("mnist-cnn", "0a1b2c3d4e5f", 1_000, 10_000, "test")
SPACE: Final = """
name: made
dataset: {{name: mnist5k}}
generator: {{layers: {{int: [2, 7]}}, width: {{choice: [128, 256, 512]}}, activation: {{choice: [relu, elu, gelu]}},
  dropout: {{float: [0.0, 0.6]}}}}
discriminator: {{layers: {{int: [2, 5]}}, width: {{choice: [128, 256, 512]}}, dropout: {{float: [0.0, 0.6]}}}}
optimizer:
  generator: {{lr: {{float: [1e-5, 1e-3], log: true}}}}
  discriminator: {{lr: {{float: [1e-5, 1e-3], log: true}}}}
tricks: {{label_smoothing: {{enabled: {{choice: [true, false]}}, real: {{float: [0.7, 1.0]}}}}}}
training: {{batch_size: 128, epochs: {epochs}, evaluate_every: 1}}
resources: {{cpu: 1, lanes: 1}}
plan: {{kind: search, trials: {trials}, sampler: random, pruner: none, objective: {{metric: frechet_distance}}}}
"""


@dataclass(frozen=True)
class Size:
    """Of the study."""

    runs: int = 500
    evaluations: int = 100
    """Of a run that trains to its end, one an epoch."""
    steps: int = 469
    """Of an epoch."""


def make_study(size: Size, storage: Storage) -> None:
    """Write the study: its decisions, its records, and the samples of every run's last evaluation."""
    space = parse_space(SPACE.format(epochs=size.evaluations, trials=size.runs), "made.yaml")
    made = [_run(number, space, size, storage) for number in range(size.runs)]
    create_imported(space, STUDY, storage, seed=SEED, plugins=(), runs=made)


def _run(number: int, space: SearchSpace, size: Size, storage: Storage) -> RunElsewhere:
    stream = np.random.default_rng(number)
    parameters = space.suggest(lambda _, dimension: _drawn(dimension, stream))
    seed = run_seed(space.plan, SEED, number, None)
    assignment = Assignment(TrialIdentity(STUDY, number), seed, 0, space.settings(parameters), parameters)
    over = _end(parameters, size, stream)
    _write(assignment, over, size, storage, stream)
    return RunElsewhere(assignment, Standing(0, over, over.epoch, _seconds(assignment, over)), is_taken=True)


def _drawn(dimension: Dimension, stream: Generator) -> Setting:
    """A value, uniform; of a logarithmic dimension uniform in its logarithm."""
    if isinstance(dimension, Choice):
        return dimension.choices[int(stream.integers(len(dimension.choices)))]
    if isinstance(dimension, Int):
        return int(stream.integers(dimension.low, dimension.high + 1))
    if dimension.log:
        return float(np.exp(stream.uniform(np.log(dimension.low), np.log(dimension.high))))
    return float(stream.uniform(dimension.low, dimension.high))


def _end(parameters: Mapping[str, Setting], size: Size, stream: Generator) -> TrialEnd:
    """Large rates of the generator collapse more often; one run in a hundred fails."""
    risk = 0.5 if float(str(parameters["optimizer.generator.lr"])) > 4e-4 else 0.05
    chance = float(stream.uniform())
    if chance > 0.99:
        return TrialEnd(End.FAILED, "TrainingError: made to fail", 0, 0)
    if chance > risk:
        return TrialEnd(End.COMPLETED, "all epochs are trained", size.evaluations * size.steps, size.evaluations)
    epoch = int(stream.integers(1, max(2, size.evaluations // 2)))
    kind = "mode_collapse" if chance > risk / 3 else "diverged"
    found = Finding(kind, kind, epoch * size.steps, epoch, "classes_covered", 1.0, 3.0, {}, "made to fail")
    end = End.COLLAPSED if kind == "mode_collapse" else End.DIVERGED
    return TrialEnd(end, "made to fail", epoch * size.steps, epoch, found)


def _write(assignment: Assignment, over: TrialEnd, size: Size, storage: Storage, stream: Generator) -> None:
    """Everything that a worker records of a run, an epoch a segment."""
    writer = CurveWriter(storage, assignment.identity, 0)
    attempt = {
        "from_step": 0,
        "started": time.time() - _seconds(assignment, over),
        "lanes": 1,
        "versions": {"torch": "2.15.0"},
        "commit": "0a1b2c3",
    }
    writer.append(Record("attempt", 0, attempt))
    floor = _floor(assignment.parameters, stream)
    for epoch in range(1, over.epoch + 1):
        values = stream.normal(1.0, 0.1, (len(SIGNALS), size.steps)).astype(np.float32)
        columns = dict(zip(SIGNALS, values, strict=True))
        writer.append(
            Record("signals", 0, {"first_step": size.steps * (epoch - 1), "names": SIGNALS, "values": columns})
        )
        drawn = [floor + 100.0 / epoch, *stream.uniform(0, 10, len(METRICS) - 1).tolist()]
        measured = tuple(MetricValue(name, value, PROTOCOL) for name, value in zip(METRICS, drawn, strict=True))
        done = Evaluation(size.steps * epoch, epoch, "live", False, measured, 0.1)
        writer.append(Record("evaluation", 0, to_json(done)))
    if over.epoch:
        path = f"samples/{assignment.identity}/{over.epoch}.npz"
        storage.write(path, _samples(stream))
        writer.append(Record("samples", 0, {"epoch": over.epoch, "step": over.step, "path": path}))
    if over.finding is not None:
        writer.append(Record("finding", 0, {**to_json(over.finding), "stopped": True}))
    writer.append(Record("end", 0, to_json(over)))
    writer.close()


def _seconds(assignment: Assignment, over: TrialEnd) -> float:
    """Deep and wide generators take longer."""
    layers, width = (float(str(assignment.parameters[f"generator.{name}"])) for name in ("layers", "width"))
    return over.epoch * (0.2 + 0.1 * layers * width / 256)


def _floor(parameters: Mapping[str, Setting], stream: Generator) -> float:
    """Deep generators and small rates are bad."""
    layers, rate = (float(str(parameters[path])) for path in ("generator.layers", "optimizer.generator.lr"))
    return 5.0 * layers - 10.0 * float(np.log10(rate)) + float(stream.normal(0.0, 3.0))


def _samples(stream: Generator) -> bytes:
    """Images as ``trial/samples.py`` keeps them."""
    packed = io.BytesIO()
    shapes = {"fake": 60, "real": 10, "paths": 30}
    images = {name: stream.integers(0, 256, (n, 1, 28, 28), dtype=np.uint8) for name, n in shapes.items()}
    np.savez_compressed(packed, **images)  # type: ignore[arg-type]
    return packed.getvalue()
