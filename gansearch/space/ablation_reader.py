"""Reads an ablation: the searched values of a space as factors, and its design as arms around a baseline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gansearch.errors import SpaceError, SpaceProblem
from gansearch.plugins import nearest
from gansearch.records import Setting
from gansearch.space.ablation import FACTORIAL, LEAVE_ONE_OUT, ONE_FACTOR, Ablation, Contrast, Factor
from gansearch.space.ablation_designs import WantedPoint, baseline_levels, factorial, leave_one_out, one_factor
from gansearch.space.ablation_points import Points
from gansearch.space.arms import Arm, NamedSettings, configured
from gansearch.space.dimension_values import coerce, grid_count, text
from gansearch.space.drafts import Draft
from gansearch.space.experiments_reader import BASELINE, MOST_ARMS
from gansearch.space.nodes import Node
from gansearch.space.problems import Problems

KEY = "baseline"
MOST_NAMED = 3
"""Arms that one message names."""


def read_ablation(
    ablation: Ablation, plan: Node, drafts: Sequence[Draft], problems: Problems
) -> tuple[Ablation, tuple[Arm, ...]]:
    """The ablation with its factors and contrasts, and its arms, the baseline first; none where something is wrong.

    Args:
        ablation: its design.
        plan: what stands under ``plan``.
        drafts: every setting, in order, under the conditions that the file states.
        problems: takes what is wrong.
    """
    before = len(problems)
    _check_levels(ablation, plan, drafts, problems)
    if len(problems) > before:
        return ablation, ()
    points = Points(drafts)
    factors = _factors(ablation, points, plan.entries.get(KEY), problems)
    reading = _Reading(replace(ablation, factors=factors), points, plan, problems)
    reading.check()
    return (ablation, ()) if len(problems) > before else reading.arms()


def _check_levels(ablation: Ablation, plan: Node, drafts: Sequence[Draft], problems: Problems) -> None:
    """Note factors with too many levels, or not two where a design needs two, and a plan without any."""
    counts: dict[str, int] = {}
    for draft in drafts:
        count = 1 if draft.dimension is None else grid_count(draft.dimension) or 1
        if count > 1:
            counts[draft.path] = count
        if count > 2 and ablation.design != ONE_FACTOR:
            rule = f"must have two levels where plan.design is {ablation.design}, as {{choice: [false, true]}}"
            problems.add(draft.node, rule, key=draft.path)
    if not counts:
        rule = "must have factors: at least one searched value, as {choice: [false, true]}, somewhere in the space"
        problems.add(plan, rule, value="none")
    elif sum(counts.values()) > MOST_ARMS:
        problems.add(plan, f"must have at most {MOST_ARMS} arms", value=str(sum(counts.values())))


def _factors(ablation: Ablation, points: Points, given: Node | None, problems: Problems) -> tuple[Factor, ...]:
    said = dict(_stated(given, problems))
    last = -1 if ablation.design == LEAVE_ONE_OUT else 0
    factors = [Factor(path, levels, levels[last]) for path, levels in points.levels.items() if len(levels) > 1]
    known = tuple(each.path for each in factors)
    for path, node in said.items():
        if path not in known:
            problems.add(node, "must name a factor of this ablation", value=path, suggestion=nearest(path, known))
    return tuple(_at(each, said[each.path], points, problems) if each.path in said else each for each in factors)


def _stated(node: Node | None, problems: Problems) -> Iterator[tuple[str, Node]]:
    """The levels of ``plan.baseline`` by dotted path, whether the path is one key or several within each other."""
    if node is None:
        return
    if not node.is_mapping:
        problems.add(node, "must be a mapping from factors to levels, as {generator.layers: 3}")
        return
    for child in node.entries.values():
        if child.is_mapping:
            yield from _stated(child, problems)
        else:
            yield child.path.partition(f"{KEY}.")[2], child


def _at(factor: Factor, node: Node, points: Points, problems: Problems) -> Factor:
    """The factor with another level in the baseline."""
    dimension = next(each.dimension for each in points.parameters if each.path == factor.path)
    level = coerce(dimension, node.scalar) if node.is_scalar else None
    known = [each for each in factor.levels if each == level and isinstance(each, bool) == isinstance(level, bool)]
    if node.is_scalar and known:
        return replace(factor, baseline=known[0])
    names = tuple(text(each) for each in factor.levels)
    suggestion = nearest(node.text, names)
    problems.add(node, f"must be a level of {factor.path}: {', '.join(names)}", suggestion=suggestion)
    return factor


@dataclass(frozen=True)
class _Reading:
    """An ablation whose factors are known."""

    ablation: Ablation
    points: Points
    plan: Node
    problems: Problems

    def check(self) -> None:
        """Note factors that the design has no use for."""
        asked = self.points.asked(baseline_levels(self.ablation.factors, self.points))
        for factor in self.ablation.factors:
            rule = self._misfit(factor, asked)
            if rule is not None:
                draft = next(each for each in self.points.drafts if each.path == factor.path)
                self.problems.add(draft.node, rule, key=factor.path)

    def _misfit(self, factor: Factor, asked: set[str]) -> str | None:
        mine = [each for each in self.points.parameters if each.path == factor.path]
        when = " and ".join(str(condition) for condition in mine[0].conditions)
        if len({each.dimension for each in mine}) > 1:
            return "must have the same levels wherever it is searched"
        if self.ablation.design == FACTORIAL and when:
            return f"must not depend on other factors in a factorial; it is asked for only where {when}: fix it"
        if self.ablation.design == LEAVE_ONE_OUT and factor.path not in asked:
            return f"must be asked for in the baseline, where every factor is on; it is so only where {when}"
        if self.points.reached(factor.path, baseline_levels(self.ablation.factors, self.points)) is None:
            return f"must be asked for at some level of the other factors; it is so only where {when}"
        return None

    def arms(self) -> tuple[Ablation, tuple[Arm, ...]]:
        """Every arm, each of which must be trainable."""
        baseline = WantedPoint(BASELINE, baseline_levels(self.ablation.factors, self.points))
        wanted, design = self._wanted(), self.ablation.design
        settings = self._settings((baseline, *wanted))
        if BASELINE not in settings:
            return self.ablation, ()
        named = [NamedSettings(design, each.name, settings[each.name]) for each in wanted if each.name in settings]
        contrasts = tuple(_in_arms(each.contrast, design) for each in wanted if each.contrast is not None)
        return replace(self.ablation, contrasts=contrasts), configured(named, settings[BASELINE])

    def _wanted(self) -> Sequence[WantedPoint]:
        factors = self.ablation.factors
        if self.ablation.design == FACTORIAL:
            resolution = self.ablation.resolution or 0
            found = factorial(factors, self.points, resolution)
            if found is None or len(found) >= MOST_ARMS:
                rule = f"must have fewer factors: at resolution {resolution} they need more than {MOST_ARMS} arms"
                self.problems.add(self.plan, rule, value=f"{len(factors)} factors")
                return []
            return found
        design = one_factor if self.ablation.design == ONE_FACTOR else leave_one_out
        distinct: dict[str, WantedPoint] = {}
        for each in design(factors, self.points):
            distinct.setdefault(each.name, each)
        return list(distinct.values())

    def _settings(self, wanted: Sequence[WantedPoint]) -> Mapping[str, Mapping[str, Setting]]:
        """The settings of each point by name; what cannot be trained is noted, once for all arms that break a rule."""
        found: dict[str, Mapping[str, Setting]] = {}
        refused: dict[SpaceProblem, list[str]] = {}
        for each in wanted:
            try:
                found[each.name] = self.points.settings(each.levels)
            except SpaceError as error:
                for problem in error.problems:
                    refused.setdefault(problem, []).append(repr(each.name))
        for problem, names in refused.items():
            rule = f"{problem.rule}; both are in {_listed(names)}"
            self.problems.at_line(problem.file, problem.line, problem.key, rule, problem.value)
        return found


def _listed(names: Sequence[str]) -> str:
    """The arms of those names, of which a few are named."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"the arm{'s' if len(names) > 1 else ''} {', '.join(names[:MOST_NAMED])}{more}"


def _in_arms(contrast: Contrast, design: str) -> Contrast:
    """The contrast with the names that arms have in the study."""
    against = BASELINE if contrast.against == BASELINE else f"{design}/{contrast.against}"
    return replace(contrast, arm=f"{design}/{contrast.arm}", against=against)
