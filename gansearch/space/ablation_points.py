"""Points of an ablation: levels of all factors, which of them are asked for there, and the configuration they come to.

A point is the space with every searched value fixed. What cannot be trained is refused there, by the same rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from gansearch.records import Setting
from gansearch.space.assembly import assemble, in_order
from gansearch.space.conflicts import separate
from gansearch.space.dimension_values import grid_values
from gansearch.space.drafts import Draft
from gansearch.space.parameters import SearchParameter, walk
from gansearch.space.problems import Problems


@dataclass(frozen=True, eq=False)
class Points:
    """The space that an ablation takes its points from."""

    drafts: Sequence[Draft]
    """In order, under the conditions that the file states: those of conflicts are left out."""

    @cached_property
    def parameters(self) -> tuple[SearchParameter, ...]:
        """Everything searched, parents before children; what has one value alone, too."""
        return assemble(self.drafts).parameters

    @cached_property
    def levels(self) -> Mapping[str, tuple[Setting, ...]]:
        """The values of each searched path, in the order of the file."""
        return {each.path: grid_values(each.dimension) or () for each in self.parameters}

    def asked(self, levels: Mapping[str, Setting]) -> set[str]:
        """The searched paths that are asked for at a point; ``levels`` has one for every path."""
        return set(walk(self.parameters, lambda each: levels[each.path], lambda *_: False))

    def reached(self, path: str, levels: Mapping[str, Setting]) -> dict[str, Setting] | None:
        """``levels`` with what ``path`` depends on at the first level at which it is asked for; None where it never is.

        What holds already stays as it is.
        """
        for each in self.parameters:
            found = self._satisfied(each, levels) if each.path == path else None
            if found is not None and path in self.asked(found):
                return found
        return None

    def _satisfied(self, parameter: SearchParameter, levels: Mapping[str, Setting]) -> dict[str, Setting] | None:
        found = dict(levels)
        for condition in parameter.conditions:
            above = condition.parameter
            if condition.holds({path: found[path] for path in self.asked(found)}):
                continue
            level = [each for each in self.levels[above] if condition.holds({above: each})][:1]
            further = self.reached(above, {**found, above: level[0]}) if level else None
            if further is None:
                return None
            found = further
        return found

    def settings(self, levels: Mapping[str, Setting]) -> Mapping[str, Setting]:
        """Every setting of a point, flat.

        Raises:
            SpaceError: where it cannot be trained.
        """
        problems = Problems()
        drafts, _ = separate(self._fixed(levels), problems)
        problems.raise_if_any()
        return assemble(in_order(drafts, problems)).fixed

    def _fixed(self, levels: Mapping[str, Setting]) -> list[Draft]:
        """The drafts as if the file had every searched value fixed; those of what is off are left out."""
        chosen = {path: levels[path] for path in self.asked(levels)}
        values: dict[str, Setting] = {}
        fixed: list[Draft] = []
        for draft in self.drafts:
            if draft.owner is not None and not _is_chosen(draft.owner.values, draft.owner.switch, values):
                continue
            plain = replace(draft, conditions=(), when=None)
            if all(condition.holds(chosen) for condition in draft.conditions):
                value = draft.constant if draft.dimension is None else levels[draft.path]
                fixed.append(replace(plain, value=value))
            else:
                fixed += [
                    replace(plain, value=value)
                    for at, value in draft.otherwise.items()
                    if draft.owner is None or _is_chosen((at,), draft.owner.switch, values)
                ]
            if fixed and fixed[-1].path == draft.path:
                values[draft.path] = fixed[-1].constant
        return fixed


def _is_chosen(wanted: Sequence[Setting], switch: str, values: Mapping[str, Setting]) -> bool:
    return switch in values and values[switch] in wanted
