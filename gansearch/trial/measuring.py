"""Draws samples from a pack's generators and measures them, by the protocol of a rung or of the end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from torch import Tensor

from gansearch.metrics import Players, Scores
from gansearch.metrics.evaluator import RUNG_SAMPLES, Generated, Moment, final_samples
from gansearch.records import Evaluation
from gansearch.training import Pack
from gansearch.trial.duel import SCORED, duel
from gansearch.trial.samples import drawn_from, to_npz
from gansearch.trial.workbench import Workbench


@dataclass(frozen=True)
class EvaluationProtocol:
    """How many samples are drawn."""

    is_final: bool

    def samples(self, bench: Workbench) -> int:
        """1,000 at a rung; at the end what the data set asks for, or all real ones where there are fewer."""
        return final_samples(bench.data) if self.is_final else RUNG_SAMPLES

    @property
    def moment(self) -> Moment:
        """Which metrics are due."""
        return "end" if self.is_final else "rung"


MINIBATCHES: Final = 20
"""Drawn at the end, to see how alike the samples of one are."""

PLAYED: Final = 250
"""Samples of each kind at which the players are looked at."""

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
    chosen = list(range(pack.count) if lanes is None else lanes)
    drawn = drawn_from(pack, protocol.samples(bench), averaged=averaged)
    batches = _minibatches(pack, averaged=averaged) if protocol.is_final else None
    scores = _scores(pack) if protocol.is_final else None
    players = _players(pack)
    is_duel = protocol.is_final and bench.evaluator.needs_duel()
    generated = [
        Generated(
            drawn[lane].fake,
            None if batches is None else batches[lane],
            None if scores is None else scores[lane],
            duel(pack, lane) if is_duel else None,
            players[lane],
        )
        for lane in chosen
    ]
    values = bench.evaluator.evaluate_labelled(generated, protocol.moment)
    # The passes are of all lanes together, so each has its share of them.
    cost_s = (time.monotonic() - started) / len(chosen)
    return [
        (
            Evaluation(
                step=pack.steps[lane],
                epoch=pack.epochs[lane],
                generator="ema" if averaged else "live",
                final=protocol.is_final,
                metrics=metrics,
                cost_s=cost_s,
                labels=() if protocol.is_final else labels,
            ),
            to_npz(bench.data, drawn[lane]),
        )
        for lane, (metrics, labels) in zip(chosen, values, strict=True)
    ]


def _minibatches(pack: Pack, *, averaged: bool) -> Tensor:
    """Samples [K, g, B, *shape] that were drawn B at a time, as in training."""
    size = pack.batch_size
    drawn = pack.sample(MINIBATCHES * size, averaged=averaged, stream="minibatches", at_once=size)
    return drawn.view(pack.count, MINIBATCHES, size, *drawn.shape[2:])


def _scores(pack: Pack) -> list[Scores] | None:
    """What the discriminator of every lane says of real and of generated samples; None where that is no logit."""
    if not pack.is_scored:
        return None
    scored = pack.scores(SCORED)
    held_out = [None] * pack.count if scored.held_out is None else list(scored.held_out)
    return [Scores(*each) for each in zip(scored.training, held_out, scored.fake, strict=True)]


def _players(pack: Pack) -> list[Players]:
    """What both networks of every lane show of themselves."""
    scored = pack.scores(PLAYED)
    held_out = [None] * pack.count if scored.held_out is None else list(scored.held_out)
    slopes = (each.tolist() for each in pack.slopes(PLAYED))
    return [Players(*each) for each in zip(scored.training, held_out, *slopes, strict=True)]
