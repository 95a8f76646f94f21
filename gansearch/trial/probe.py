"""How often to evaluate: measured on this machine before a study starts, so that evaluation stays cheap."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

from gansearch.records import Setting
from gansearch.space.configuration import resolve
from gansearch.training import Lane, Pack
from gansearch.trial.context import TrialContext
from gansearch.trial.measuring import RUNG, measure
from gansearch.trial.workbench import open_workbench

SHARE = 0.10
"""Share of a trial aimed at; below the 15 % that are promised, since other configurations may train faster."""


@dataclass(frozen=True)
class EvaluationCost:
    """What was measured and what follows."""

    epoch_s: float
    evaluation_s: float
    evaluate_every: int
    """Epochs between evaluations."""

    @property
    def share(self) -> float:
        """Share of a trial that evaluations take, in [0, 1]."""
        return self.evaluation_s / (self.evaluation_s + self.evaluate_every * self.epoch_s)


def evaluation_cost(settings: Mapping[str, Setting], context: TrialContext) -> EvaluationCost:
    """Time an epoch and an evaluation of one configuration; the interval keeps the share of evaluations at 10 %."""
    torch.set_num_threads(context.threads)
    bench = open_workbench(settings, context)
    configuration = resolve(settings)
    pack = Pack([Lane(configuration, seed=0)], bench.data, device=context.device)
    epoch_s = min(_timed(pack.train_epoch) for _ in range(2))
    evaluation_s = min(_timed(lambda: measure(pack, bench, RUNG, use_average=context.use_average)) for _ in range(2))
    every = math.ceil(evaluation_s * (1 - SHARE) / (SHARE * epoch_s))
    return EvaluationCost(epoch_s, evaluation_s, max(1, min(every, configuration.training.epochs)))


def _timed(action: Callable[[], object]) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started
