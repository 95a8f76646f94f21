"""Turns what a script reports at an evaluation into evaluations as every trial has them."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from gansearch.metrics.evaluator import RUNG_SAMPLES
from gansearch.records import Evaluation, MetricValue, Protocol
from gansearch.trial.own_loop.exchange import Evaluated
from gansearch.trial.samples import COLUMNS, ROWS, Drawn, to_npz
from gansearch.trial.workbench import Workbench

PICTURES = ROWS * COLUMNS
"""Samples that are drawn where nothing is measured from them."""
OWN = "script"
"""Stands for the extractor of a metric that the script gives."""


def evaluation_of(said: Evaluated, bench: Workbench | None, script_hash: str) -> Evaluation:
    """The evaluation of a rung.

    Args:
        said: by the script.
        bench: of the data set; None where there is none.
        script_hash: of the script; part of the protocol of its own metrics.
    """
    started = time.monotonic()
    measured: tuple[MetricValue, ...] = ()
    if bench is not None and said.samples is not None:
        measured = bench.evaluator.evaluate(said.samples[:RUNG_SAMPLES])
    own = _own(said.metrics, script_hash)
    seconds = said.seconds + time.monotonic() - started
    return Evaluation(said.step, said.epoch, "live", False, (*measured, *own), seconds)


def final_evaluation_of(said: Evaluated, samples: Tensor, bench: Workbench, script_hash: str) -> Evaluation:
    """The evaluation by the protocol of the end, from all ``samples`` that were drawn."""
    started = time.monotonic()
    metrics = (*bench.evaluator.evaluate(samples, "end"), *_own(said.metrics, script_hash))
    return Evaluation(said.step, said.epoch, "live", True, metrics, time.monotonic() - started)


def picture_npz(samples: Tensor, bench: Workbench | None) -> bytes | None:
    """Samples for a picture, as ``trial.samples`` has them; None for what cannot be shown.

    Without a data set there are no real images beside them.
    """
    if bench is not None:
        return to_npz(bench.data, Drawn(samples))
    if samples.ndim != 4 or samples.shape[1] not in (1, 3):
        return None
    fake = ((samples[:PICTURES].nan_to_num(0.0).clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).numpy()
    packed = io.BytesIO()
    np.savez_compressed(packed, fake=fake, real=fake[:0])
    return packed.getvalue()


def _own(metrics: Mapping[str, float], script_hash: str) -> tuple[MetricValue, ...]:
    """Metrics of the script's own: how many samples they rest on is not known."""
    protocol = Protocol(OWN, script_hash, 0, 0, "")
    return tuple(MetricValue(name, value, protocol) for name, value in metrics.items())
