"""Draws samples from a pack's generators and measures them, by the protocol of a rung or of the end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from torch import Tensor

from gansearch.metrics.evaluator import RUNG_SAMPLES, final_samples
from gansearch.records import Evaluation
from gansearch.training import Pack
from gansearch.trial.samples import drawn_from, to_npz
from gansearch.trial.workbench import Workbench


@dataclass(frozen=True)
class EvaluationProtocol:
    """How many samples are drawn."""

    is_final: bool

    def samples(self, bench: Workbench) -> int:
        """1,000 at a rung; 10,000 at the end, or as many as there are real ones where there are fewer."""
        return final_samples(bench.data) if self.is_final else RUNG_SAMPLES


MINIBATCHES: Final = 20
"""Drawn at the end, to see how alike the samples of one are."""

RUNG = EvaluationProtocol(is_final=False)
FINAL = EvaluationProtocol(is_final=True)


def measure(
    pack: Pack,
    bench: Workbench,
    protocol: EvaluationProtocol,
    *,
    use_average: bool,
    lanes: Sequence[int] | None = None,
) -> list[tuple[Evaluation, bytes]]:
    """Measure lanes at this moment.

    The latents are the same at every evaluation of a trial, so that its curve moves with the generator alone.

    Args:
        pack: the lanes.
        bench: data and evaluator.
        protocol: of a rung or of the end.
        use_average: whether to take the averaged generator where the pack has one.
        lanes: which; None takes all.

    Returns:
        Per lane, the evaluation and samples for a picture (``samples.to_npz``).
    """
    started = time.monotonic()
    averaged = use_average and pack.has_average
    drawn = drawn_from(pack, protocol.samples(bench), averaged=averaged)
    batches = _minibatches(pack, averaged=averaged) if protocol.is_final else None
    share = (time.monotonic() - started) / pack.count
    measured = []
    for lane in range(pack.count) if lanes is None else lanes:
        started = time.monotonic()
        metrics = bench.evaluator.evaluate(drawn[lane].fake, None if batches is None else batches[lane])
        evaluation = Evaluation(
            step=pack.steps[lane],
            epoch=pack.epochs[lane],
            generator="ema" if averaged else "live",
            final=protocol.is_final,
            metrics=metrics,
            cost_s=share + time.monotonic() - started,
        )
        measured.append((evaluation, to_npz(bench.data, drawn[lane])))
    return measured


def _minibatches(pack: Pack, *, averaged: bool) -> Tensor:
    """Samples [K, g, B, *shape] that were drawn B at a time, as in training."""
    size = pack.batch_size
    drawn = pack.sample(MINIBATCHES * size, averaged=averaged, stream="minibatches", at_once=size)
    return drawn.view(pack.count, MINIBATCHES, size, *drawn.shape[2:])
