"""What metrics say of real samples in the place of generated ones: the sampling error of their values.

Values of two generators that differ by less than it are not told apart by the metric, whatever the seed.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from statistics import fmean, stdev
from typing import Final

import torch

from gansearch.data import Data
from gansearch.metrics._base import Metric, metrics
from gansearch.metrics.evaluator import RUNG_SAMPLES, Evaluator, Moment, final_samples
from gansearch.metrics.real_cache import cached
from gansearch.metrics.real_draws import SEED, Draw, draws, outside, within
from gansearch.records import NoiseFloor, Protocol, noise_floor_from_json, to_json

REPEATS: Final[dict[Moment, int]] = {"rung": 10, "end": 3}
"""Draws that a floor rests on: each costs as much as an evaluation."""
VERSION: Final = 2
"""Of what is kept; goes up with every change to how it is measured, a metric's included."""

_known: Final[dict[str, tuple[NoiseFloor, ...]]] = {}
"""What this process has measured or read, by content."""


def noise_floors(evaluator: Evaluator, moment: Moment, repeats: int) -> tuple[NoiseFloor, ...]:
    """The floor of every metric of that moment that needs nothing but samples; kept by content.

    Samples are drawn from the training split and compared with the test split, by the evaluator's own protocol. Where
    there is no test split, what is drawn is compared with the others; so it is where a metric compares with the
    training split. Draws share no sample as long as there are enough, and none is more than half of what is drawn from:
    there may then be fewer samples than a trial is measured with, which the protocol says.

    Args:
        evaluator: whose metrics they are.
        moment: says which metrics, and how many samples.
        repeats: draws, at least 2.
    """
    chosen = [metric for metric in map(_named, evaluator.names(moment)) if metric.needs_only_samples()]
    key = _key(evaluator, moment, repeats, chosen)
    if key not in _known:
        folder = evaluator.real.cache_dir
        _known[key] = cached(
            None if folder is None else folder / "noise" / f"{evaluator.data.name}-{moment}-{key}.json",
            lambda: tuple(_measured(evaluator, chosen, _samples(evaluator.data, moment), repeats)),
            write=_to_bytes,
            read=_from_bytes,
        )
    return _known[key]


def _samples(data: Data, moment: Moment) -> int:
    return RUNG_SAMPLES if moment == "rung" else final_samples(data)


def _named(name: str) -> Metric:
    return metrics.get(name)()


@torch.no_grad()
def _measured(evaluator: Evaluator, chosen: Sequence[Metric], count: int, repeats: int) -> Iterator[NoiseFloor]:
    side, data = evaluator.real, evaluator.data
    of_training = [metric for metric in chosen if metric.real_set == "training"]
    others = [metric for metric in chosen if metric.real_set != "training"]
    values: dict[str, list[float]] = {}
    protocols: dict[str, Protocol] = {}
    for due, source in ((others, outside(side, data, count)), (of_training, within(side, data, "training"))):
        most = max((metric.most_samples for metric in due), default=0)
        drawn_each = min(count, most, source.size // 2)
        enough = [metric for metric in due if source.is_enough(metric, drawn_each)]
        protocols |= {metric.name: source.protocol(metric, drawn_each) for metric in enough}
        for places in draws(source.size, drawn_each, repeats) if enough else ():
            draw = Draw(source, places)
            for metric in enough:
                values.setdefault(metric.name, []).append(draw.value(metric))
    for metric in chosen:
        found = values.get(metric.name, [])
        if found and all(map(math.isfinite, found)):
            yield NoiseFloor(metric.name, protocols[metric.name], fmean(found), stdev(found), len(found))


def _key(evaluator: Evaluator, moment: Moment, repeats: int, chosen: Sequence[Metric]) -> str:
    side = evaluator.real
    views = sorted({metric.view for metric in chosen})
    seen = [f"{view} {side.extractor(view).name} {side.extractor(view).hash}" for view in views]
    said = [VERSION, SEED, side.content, moment, _samples(evaluator.data, moment), repeats]
    words = [*said, *seen, *(metric.name for metric in chosen)]
    return hashlib.sha256("|".join(map(str, words)).encode()).hexdigest()[:16]


def _to_bytes(floors: tuple[NoiseFloor, ...]) -> bytes:
    return json.dumps([to_json(floor) for floor in floors], indent=2).encode()


def _from_bytes(content: bytes) -> tuple[NoiseFloor, ...] | None:
    try:
        return tuple(noise_floor_from_json(raw) for raw in json.loads(content))
    except (ValueError, TypeError, KeyError):
        return None
