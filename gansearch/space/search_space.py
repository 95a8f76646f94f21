"""The search space as everything after the border sees it: frozen, checked, without a trace of YAML."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from gansearch.dimensions import Dimension
from gansearch.errors import SpaceError, SpaceProblem
from gansearch.records import Setting
from gansearch.space import dimension_values
from gansearch.space.arms import ARM, Arm
from gansearch.space.evaluation import EvaluationSettings
from gansearch.space.experiments_reader import BASELINE
from gansearch.space.keep import Keep
from gansearch.space.parameters import Constant, SearchParameter, complete, in_turn, violations, walk
from gansearch.space.plan import Budget, DetectorSettings, Plan, Resources
from gansearch.space.priors import Priors
from gansearch.space.script import Script
from gansearch.space.trick_limit import TrickLimit

GRID_LIMIT = 100_000
"""Points of a grid at most; more is a mistake in the file rather than a plan."""


@dataclass(frozen=True)
class SearchSpace:
    """Everything that a study is made from."""

    name: str
    parameters: tuple[SearchParameter, ...]
    """Parents before children."""
    fixed: Mapping[str, Setting]
    """Settings that hold in every trial, by dotted path."""
    plan: Plan
    resources: Resources
    detectors: DetectorSettings
    source: str
    """YAML that loads as this very space: the text as read, or, with changes from the command line, the whole anew."""
    origin: str
    """The file that it was read from."""
    constants: tuple[Constant, ...] = ()
    """Settings that hold only under conditions; of several for one path the first that holds counts."""
    evaluation: EvaluationSettings = field(default_factory=EvaluationSettings)
    """What is measured beside the metrics that always are."""
    keep: Keep = field(default_factory=Keep)
    """How much of what runs have written stays once the study has ended."""
    budget: Budget = field(default_factory=Budget)
    """What a study may use at most."""
    priors: Priors = field(default_factory=Priors)
    """What is believed of searched parameters before the first trial."""
    arms: tuple[Arm, ...] = ()
    """Of a plan of experiments, the baseline first; empty for every other plan."""
    notes: tuple[str, ...] = ()
    """What was derived from conflicts between plug-ins, a sentence each."""
    script: Script | None = None
    """A user's own training script, which then trains in place of the package's networks; else None."""

    @cached_property
    def trick_limit(self) -> TrickLimit:
        """How many tricks may be on."""
        return TrickLimit.of(self.plan.max_active_tricks, self.parameters, self.fixed, self.constants)

    def suggest(
        self, choose: Callable[[str, Dimension], Setting], *, switches: Sequence[str] | None = None
    ) -> dict[str, Setting]:
        """The parameters of one trial: ``choose(path, dimension)`` is called for each active one, parents first.

        Args:
            choose: gives the value.
            switches: under ``plan.max_active_tricks``, those that are asked for, in their order; None for all of them,
                in the order of the file.
        """
        limit = self.trick_limit
        asked = [
            each
            for each in self.parameters
            if switches is None or each.path in switches or not limit.may_lack(each.path)
        ]
        ordered = asked if switches is None else in_turn(asked, switches)
        return walk(ordered, lambda each: choose(each.path, each.dimension), limit.leaves_out)

    def settings(self, parameters: Mapping[str, Setting]) -> dict[str, Setting]:
        """The full flat settings of a trial with these parameters, sorted by path.

        Raises:
            SpaceError: where one is missing, unknown, not active or out of range; with every such problem.
        """
        found = violations(self.parameters, parameters, self.trick_limit)
        if found:
            raise SpaceError(
                [
                    SpaceProblem("parameters", 0, each.parameter, each.rule, each.value, each.suggestion)
                    for each in found
                ]
            )
        limit = self.trick_limit
        there = [
            each
            for each in self.parameters
            if each.path != ARM and (each.path in parameters or not limit.may_lack(each.path))
        ]
        settings = dict(self.fixed) | complete(there, parameters, limit)
        for constant in self.constants:
            if constant.path not in settings and constant.is_active(parameters):
                settings[constant.path] = constant.value
        for path, off in (limit.off or {}).items():
            settings.setdefault(path, off)
        return dict(sorted(settings.items()))

    def replicates(self, parameters: Mapping[str, Setting]) -> int:
        """Runs of a trial with these parameters, each with a seed of its own."""
        more = self.plan.baseline_replicates
        return more if more is not None and parameters.get(ARM) == BASELINE else self.plan.replicates

    def default_parameters(self) -> dict[str, Setting]:
        """Every active parameter at its plug-in's default, or as near to it as its dimension allows."""
        return complete(self.parameters, {}, self.trick_limit)

    def grid(self) -> list[dict[str, Setting]]:
        """Every combination of active parameters, the first parameter changing slowest.

        Raises:
            ValueError: where a real dimension has no step, or there are more than 100,000 combinations.
        """
        points: list[dict[str, Setting]] = [{}]
        for parameter in self.parameters:
            count = dimension_values.grid_count(parameter.dimension)
            if count is None:
                raise ValueError(f"{parameter.path} must have a step or be a choice; got {parameter.dimension}")
            asked = [self._is_asked(parameter, point) for point in points]
            active = sum(asked)
            longer_count = active * count + len(points) - active
            if longer_count > GRID_LIMIT:
                raise ValueError(f"a grid must have at most {GRID_LIMIT} points; got {longer_count} and more")
            values = dimension_values.grid_values(parameter.dimension) or ()
            points = [
                longer
                for point, is_asked in zip(points, asked, strict=True)
                for longer in ([{**point, parameter.path: value} for value in values] if is_asked else [point])
            ]
        return points

    def _is_asked(self, parameter: SearchParameter, chosen: Mapping[str, Setting]) -> bool:
        return parameter.is_active(chosen) and not self.trick_limit.leaves_out(parameter.path, chosen)
