"""The sentences on a metric's own noise: what real samples have in the place of generated ones."""

from __future__ import annotations

from collections.abc import Sequence

from gansearch.records import MetricValue, NoiseFloor
from gansearch.reporting.associations import Association
from gansearch.reporting.material import StudyMaterial
from gansearch.reporting.noise_floor import floors_like, is_within_noise, least_difference, objective_floors
from gansearch.reporting.wording import code, number


def noise_floor(value: MetricValue, floors: Sequence[NoiseFloor]) -> str:
    """What real samples have by the protocol of a value; where they were fewer, that, and how many."""
    known = floors_like(value, floors)
    if not known:
        return "not measured"
    floor = known[0]
    if floor.protocol.samples == value.protocol.samples:
        return _mean_and_std(floor)
    return f"not measured at this n; {_mean_and_std(floor)} at n = {floor.protocol.samples:,}"


def second_best(material: StudyMaterial) -> list[str]:
    """Whether the metric tells the best run from that of the next configuration, where its noise is known."""
    best, second, objective = material.best, material.second_best, material.space.plan.objectives[0]
    floor = objective_floors(material).get(objective.metric)
    if floor is None or best is None or second is None:
        return []
    one, other = (each.standing or each.values for each in (best, second))
    if not one or not other:
        return []
    return [
        f"The next configuration, that of {code(second.identity)}, has {number(other[0])}: "
        f"{_difference(abs(other[0] - one[0]), floor, 'the difference')}."
    ]


def within_noise(found: Association, floor: NoiseFloor | None) -> str:
    """What must be added where the medians of all levels differ by less than the metric can tell."""
    medians = [each.median.value for each in found.levels if each.median.n]
    if floor is None or len(medians) < 2 or not is_within_noise(max(medians) - min(medians), floor):
        return ""
    return f" {_difference(max(medians) - min(medians), floor, 'The largest difference of these medians')}."


def limits(material: StudyMaterial) -> list[str]:
    """What the noise of each objective's metric lets nobody see."""
    floors = objective_floors(material)
    return [_noise(each.metric, floors.get(each.metric)) for each in material.space.plan.objectives]


def _noise(metric: str, floor: NoiseFloor | None) -> str:
    """How small a difference means nothing."""
    if floor is None:
        return (
            f"The sampling error of {code(metric)} by the protocol of these runs was not measured (n = 0 draws): how "
            "small a difference of two values means nothing is not known."
        )
    return (
        f"The metric itself is noisy: for real samples in the place of generated ones {code(metric)} is "
        f"{_mean_and_std(floor)} (mean ± standard deviation of {floor.repeats} draws of n = "
        f"{floor.protocol.samples:,}, against {floor.protocol.real_samples:,} of the {floor.protocol.real_split} "
        f"split). Two values that differ by less than {number(least_difference(floor))}, 2 x sqrt 2 standard "
        "deviations, are within the metric's own noise."
    )


def _difference(found: float, floor: NoiseFloor, what: str) -> str:
    """Whether a difference is more than the metric's noise."""
    side = "within" if is_within_noise(found, floor) else "above"
    return (
        f"{what}, {number(found)}, is {side} the metric's own noise ({number(least_difference(floor))} for two values "
        f"at n = {floor.protocol.samples:,})"
    )


def _mean_and_std(floor: NoiseFloor) -> str:
    return f"{number(floor.mean)} ± {number(floor.std)}"
