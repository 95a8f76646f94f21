"""Searched parameters, the conditions under which they are asked for, and walks over them, parents first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from gansearch.dimensions import Dimension
from gansearch.plugins import nearest
from gansearch.records import Setting
from gansearch.space import dimension_values


@dataclass(frozen=True)
class Condition:
    """A statement about one searched parameter: it has one of ``choices``, or lies in [``low``, ``high``]."""

    parameter: str
    choices: tuple[Setting, ...] | None = None
    low: float | None = None
    high: float | None = None
    or_absent: bool = False
    """Whether it also holds where the parameter itself is not asked for."""

    def holds(self, parameters: Mapping[str, Setting]) -> bool:
        """Whether it holds of the parameters chosen so far."""
        if self.parameter not in parameters:
            return self.or_absent
        value = parameters[self.parameter]
        if self.choices is not None:
            return any(
                value == choice and isinstance(value, bool) == isinstance(choice, bool) for choice in self.choices
            )
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        if self.choices is not None:
            said = " or ".join(dimension_values.text(choice) for choice in self.choices)
            return f"{self.parameter} is {said or 'never so'}"
        low = None if self.low is None else f"{self.parameter} >= {dimension_values.text(self.low)}"
        high = None if self.high is None else f"{self.parameter} <= {dimension_values.text(self.high)}"
        return " and ".join(part for part in (low, high) if part)


@dataclass(frozen=True)
class SearchParameter:
    """One searched parameter: its Optuna name, its dimension, and when it is asked for."""

    path: str
    dimension: Dimension
    conditions: tuple[Condition, ...] = ()
    """All must hold, of parameters that come earlier."""
    default: Setting = None
    """The plug-in's default, which may lie outside the dimension."""

    def is_active(self, parameters: Mapping[str, Setting]) -> bool:
        """Whether it is asked for, given the parameters chosen so far."""
        return all(condition.holds(parameters) for condition in self.conditions)

    def default_value(self) -> Setting:
        """The default where the dimension has it, else the nearest bound, grid point or the first choice."""
        return dimension_values.closest(self.dimension, self.default)


@dataclass(frozen=True)
class Constant:
    """A setting that is not searched but holds only under conditions."""

    path: str
    value: Setting
    conditions: tuple[Condition, ...]

    def is_active(self, parameters: Mapping[str, Setting]) -> bool:
        """Whether it holds, given all parameters of a trial."""
        return all(condition.holds(parameters) for condition in self.conditions)


@dataclass(frozen=True)
class Violation:
    """One thing wrong with given parameters."""

    parameter: str
    rule: str
    value: str
    suggestion: str | None = None


class Limit(Protocol):
    """What leaves parameters out beside their own conditions, by what all of them come to."""

    def leaves_out(self, path: str, chosen: Mapping[str, Setting]) -> bool:
        """Whether the parameter is not asked for, given those chosen."""
        ...

    def may_lack(self, path: str) -> bool:
        """Whether a trial may be without the parameter, and is then as if it were off."""
        ...

    def violation(self, chosen: Mapping[str, Setting]) -> Violation | None:
        """What is wrong with all of them together."""
        ...


def walk(
    parameters: Iterable[SearchParameter],
    choose: Callable[[SearchParameter], Setting],
    is_left_out: Callable[[str, Mapping[str, Setting]], bool],
) -> dict[str, Setting]:
    """Choose every active parameter in turn, parents first, but those that are left out, given the others."""
    chosen: dict[str, Setting] = {}
    for parameter in parameters:
        if parameter.is_active(chosen) and not is_left_out(parameter.path, chosen):
            chosen[parameter.path] = choose(parameter)
    return chosen


def complete(parameters: Iterable[SearchParameter], given: Mapping[str, Setting], limit: Limit) -> dict[str, Setting]:
    """``given`` with every active parameter that it leaves out at its default, in the order of ``parameters``."""

    def choose(parameter: SearchParameter) -> Setting:
        if parameter.path in given:
            return dimension_values.coerce(parameter.dimension, given[parameter.path])
        return parameter.default_value()

    return walk(parameters, choose, lambda path, _: path not in given and limit.leaves_out(path, given))


def in_turn(parameters: Sequence[SearchParameter], first: Sequence[str]) -> list[SearchParameter]:
    """The parameters with those of ``first`` in its order, as far as those that they depend on allow."""
    places = {path: place for place, path in enumerate(first)}
    waiting, ordered = list(parameters), list[SearchParameter]()
    known = {parameter.path for parameter in parameters}
    while waiting:
        ready = [each for each in waiting if not {one.parameter for one in each.conditions} & known]
        following = min(ready, key=lambda each: places.get(each.path, -1))
        waiting.remove(following)
        known.remove(following.path)
        ordered.append(following)
    return ordered


def violations(parameters: Sequence[SearchParameter], given: Mapping[str, Setting], limit: Limit) -> list[Violation]:
    """What is wrong with ``given`` as the parameters of one trial: unknown, inactive, missing, out of range."""
    known = {parameter.path: parameter for parameter in parameters}
    found = [
        Violation(path, "must be a searched parameter", dimension_values.text(value), nearest(path, tuple(known)))
        for path, value in given.items()
        if path not in known
    ]
    chosen: dict[str, Setting] = {}
    for parameter in parameters:
        if parameter.path not in given and limit.may_lack(parameter.path):
            continue
        wrong = _violation(parameter, given, chosen)
        if wrong is not None:
            found.append(wrong)
        if parameter.path in given and parameter.is_active(chosen):
            chosen[parameter.path] = dimension_values.coerce(parameter.dimension, given[parameter.path])
    beyond = limit.violation(given)
    return found if beyond is None else [*found, beyond]


def _violation(
    parameter: SearchParameter, given: Mapping[str, Setting], chosen: Mapping[str, Setting]
) -> Violation | None:
    active = parameter.is_active(chosen)
    if parameter.path not in given:
        return Violation(parameter.path, "must be given", "nothing") if active else None
    value = given[parameter.path]
    if not active:
        when = " and ".join(str(condition) for condition in parameter.conditions)
        return Violation(parameter.path, f"must be left out unless {when}", dimension_values.text(value))
    if dimension_values.contains(parameter.dimension, dimension_values.coerce(parameter.dimension, value)):
        return None
    return Violation(
        parameter.path,
        dimension_values.rule(parameter.dimension),
        dimension_values.text(value),
        dimension_values.meant(parameter.dimension, value),
    )
