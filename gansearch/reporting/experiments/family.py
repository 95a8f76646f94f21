"""What tests of one family share: Holm's correction, the level of each, and the runs that their arms lack.

Comparisons of one measure are a family, interactions of one measure another, and models of one outcome a third: they
ask different questions, of an arm, of a change beside another, of a quantity. The chance of any false claim is kept at
5 % within each. One family for all would put an interaction of 8 replicates, of which the exact p is at least 2 / 256,
out of reach beside the comparisons of a file, whatever its runs show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gansearch.reporting.effects.power import ALPHA
from gansearch.reporting.effects.verdicts import Claim, Comparison, Verdict, judge, margin_p
from gansearch.reporting.experiments.runs import Experiments
from gansearch.reporting.experiments.samples import Selection, chosen
from gansearch.reporting.statistics import holm


def corrected(found: Mapping[int, float | None]) -> dict[int, float | None]:
    """Corrected over all; those without a test as p = 1, and None stays None: a test keeps its place."""
    adjusted = holm([1.0 if p is None else p for p in found.values()])
    return {i: None if p is None else q for (i, p), q in zip(found.items(), adjusted, strict=True)}


def family_level(name: str, names: Sequence[str]) -> float:
    """The level of one test where the family of ``name`` has all that ``names`` has of it."""
    return ALPHA / max(1, names.count(name))


def judged_family(
    names: Sequence[str], claims: Sequence[Claim], effects: Sequence[Comparison], p_values: Sequence[float | None]
) -> list[tuple[float | None, Verdict]]:
    """The p after correction and the verdict of each test, by families of equal names.

    Args:
        names: what family each is of.
        claims: what is said.
        effects: what was found.
        p_values: two-sided, of the tests.
    """
    adjusted: dict[int, float | None] = {}
    margins: dict[int, float | None] = {}
    for name in dict.fromkeys(names):
        own = [i for i, each in enumerate(names) if each == name]
        adjusted |= corrected({i: p_values[i] for i in own})
        margins |= corrected({i: margin_p(effects[i], claims[i]) for i in own})
    return [(adjusted[i], judge(effect, claims[i], adjusted[i], margins[i])) for i, effect in enumerate(effects)]


def arms_of(selections: Iterable[Selection], experiments: Experiments) -> list[str]:
    """The names of all arms that are meant, each once.

    Raises:
        ReportError: where an arm or an experiment is unknown.
    """
    return list(dict.fromkeys(arm.name for each in selections for arm in chosen(each, experiments)))


def missing_runs(arms: Iterable[str], experiments: Experiments) -> int:
    """Runs that the plan has of these arms, and that are not there yet; each arm counts once."""
    lacking = experiments.missing
    return sum(lacking.get(arm, 0) for arm in dict.fromkeys(arms))
