"""Arms: configurations that a plan of experiments or an ablation names, each trained with the same seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gansearch.dimensions import Choice
from gansearch.records import Setting
from gansearch.space.experiments_reader import BASELINE
from gansearch.space.parameters import Condition, Constant, SearchParameter

ARM: Final = "arm"
"""The one parameter of a plan of arms: the name of one. It is no setting."""


@dataclass(frozen=True)
class Arm:
    """One configuration."""

    name: str
    """As ``experiment/arm``, by the first experiment that has it; ``baseline``."""
    settings: Mapping[str, Setting]
    """All of them, flat."""
    experiments: Mapping[str, str]
    """What each experiment that has it calls it; an ablation's design is its one experiment. Equal configurations of
    several are one arm, and trained once."""


@dataclass(frozen=True)
class JoinedArms:
    """Arms as a space has its settings: one parameter, what is the same in all, and what depends on it."""

    parameter: SearchParameter
    fixed: Mapping[str, Setting]
    constants: tuple[Constant, ...]


@dataclass(frozen=True)
class NamedSettings:
    """What an experiment calls one configuration."""

    experiment: str
    name: str
    settings: Mapping[str, Setting]
    """All of them, flat."""


def configured(named: Iterable[NamedSettings], baseline: Mapping[str, Setting]) -> tuple[Arm, ...]:
    """The arms, the baseline first, each configuration once.

    Args:
        named: in the order of the file.
        baseline: settings of the baseline.
    """
    found = [(BASELINE, baseline, dict[str, str]())]
    known = {_identity(baseline): found[0]}
    for each in named:
        name = f"{each.experiment}/{each.name}"
        arm = known.setdefault(_identity(each.settings), (name, each.settings, {}))
        if arm[0] == name:
            found.append(arm)
        arm[2][each.experiment] = each.name
    return tuple(Arm(*arm) for arm in found)


def _identity(settings: Mapping[str, Setting]) -> frozenset[tuple[str, type, Setting]]:
    return frozenset((path, type(value), value) for path, value in settings.items())


def join(arms: Sequence[Arm]) -> JoinedArms:
    """The arms, of which the first is the baseline."""
    names = tuple(arm.name for arm in arms)
    paths = sorted({path for arm in arms for path in arm.settings})
    fixed: dict[str, Setting] = {}
    constants: list[Constant] = []
    for path in paths:
        groups = _groups(path, arms)
        if len(groups) == 1 and len(groups[0][1]) == len(arms):
            fixed[path] = groups[0][0]
        else:
            constants += [Constant(path, value, (Condition(ARM, members),)) for value, members in groups]
    return JoinedArms(SearchParameter(ARM, Choice(names), default=BASELINE), fixed, tuple(constants))


def _groups(path: str, arms: Sequence[Arm]) -> list[tuple[Setting, tuple[str, ...]]]:
    """Each value that a setting has, with the names of the arms that have it; True is not 1."""
    found: dict[tuple[type, Setting], list[str]] = {}
    for arm in arms:
        if path in arm.settings:
            value = arm.settings[path]
            found.setdefault((type(value), value), []).append(arm.name)
    return [(value, tuple(names)) for (_, value), names in found.items()]
