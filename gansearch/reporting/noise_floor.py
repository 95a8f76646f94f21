"""Which noise floor belongs to a value, and how far two values must lie apart to be told from each other.

Source: the standard deviation of the difference of two independent values is ``sqrt 2`` times that of one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from gansearch.records import MetricValue, NoiseFloor, Protocol
from gansearch.reporting.material import StudyMaterial
from gansearch.space.plan import Objective


def least_difference(floor: NoiseFloor) -> float:
    """``2 sqrt 2 std``: two values of equally good generators are about 19 times in 20 closer than that.

    An objective that is the mean of some evaluations has no less noise for that: they have the same latents.
    """
    return 2 * math.sqrt(2) * floor.std


def is_within_noise(difference: float, floor: NoiseFloor) -> bool:
    """Whether two values that lie so far apart are not told from each other."""
    return difference <= least_difference(floor)


def floors_like(value: MetricValue, floors: Sequence[NoiseFloor]) -> list[NoiseFloor]:
    """The floors of the same metric, extractor and real split: that of as many samples first, then of the most."""
    alike = [floor for floor in floors if floor.metric == value.name and _like(floor.protocol) == _like(value.protocol)]
    samples = value.protocol.samples
    return sorted(alike, key=lambda floor: (floor.protocol.samples != samples, -floor.protocol.samples))


def objective_floors(material: StudyMaterial) -> Mapping[str, NoiseFloor]:
    """The floor of every objective's metric by the one protocol that its values have; where it was measured."""
    found = {objective.metric: _objective_floor(material, objective) for objective in material.space.plan.objectives}
    return {metric: floor for metric, floor in found.items() if floor is not None}


def _objective_floor(material: StudyMaterial, objective: Objective) -> NoiseFloor | None:
    values = [
        metric
        for trial in material.completed
        for done in trial.evaluations_for(objective)
        for metric in done.metrics
        if metric.name == objective.metric
    ]
    if len({(_like(value.protocol), value.protocol.samples) for value in values}) != 1:
        return None
    known = floors_like(values[0], material.noise_floors)
    return known[0] if known and known[0].protocol.samples == values[0].protocol.samples else None


def _like(protocol: Protocol) -> tuple[str, str, str]:
    return protocol.extractor, protocol.extractor_hash, protocol.real_split
