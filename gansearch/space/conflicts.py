"""Derives conditions from the facts that plug-ins state about themselves: what can be sampled can be trained.

Two sides of a conflict are two switches, each with the values that bring the conflict. Where both always do, the space
is refused. Where a trick meets something that is always there, the trick's value is taken out of its choice. Where
neither is always there, the later trick is only asked for where the other side is absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from gansearch.dimensions import Choice
from gansearch.records import Setting
from gansearch.space.drafts import Alternative, Draft
from gansearch.space.parameters import Condition
from gansearch.space.problems import Problems


@dataclass(frozen=True)
class _Conflict:
    """Two properties that exclude each other."""

    one: Callable[[str, Alternative], bool]
    other: Callable[[str, Alternative], bool]
    reason: str


def _couples_scores(path: str, alternative: Alternative) -> bool:
    """A generator may couple its batch: gradients per sample are those of the discriminator's scores."""
    return alternative.facts.couples_batch and not path.startswith("generator.")


_CONFLICTS = (
    _Conflict(
        lambda _, alternative: alternative.facts.needs_independent_samples,
        _couples_scores,
        "takes gradients per sample, which {other} couples",
    ),
    _Conflict(
        lambda _, alternative: alternative.facts.needs_probability_loss,
        lambda path, alternative: path == "loss.name" and not alternative.facts.is_probability_loss,
        "acts on a cross entropy's targets, which {other} does not have",
    ),
    _Conflict(
        lambda _, alternative: alternative.facts.needs_labels,
        lambda _, alternative: alternative.is_without_classes,
        "needs classes, which {other} does not have",
    ),
)


@dataclass(frozen=True)
class _Side:
    """A switch and those of its values that bring a conflict."""

    index: int
    values: tuple[Setting, ...]


def separate(drafts: Sequence[Draft], problems: Problems) -> tuple[list[Draft], list[str]]:
    """The drafts without conflicting combinations, and a sentence for each value that had to be taken out."""
    separated, notes = list(drafts), list[str]()
    for conflict in _CONFLICTS:
        ones, others = list(_sides(separated, conflict.one)), list(_sides(separated, conflict.other))
        for one, other in product(ones, others):
            if one.index != other.index:
                _Pair(separated, conflict.reason, problems, notes).part(one, other)
    return separated, notes


def _sides(drafts: Sequence[Draft], has: Callable[[str, Alternative], bool]) -> Iterator[_Side]:
    for index, draft in enumerate(drafts):
        found = (value for value, alternative in draft.alternatives.items() if has(draft.path, alternative))
        values = tuple(value for value in found if value in draft.values)
        if values:
            yield _Side(index, values)


@dataclass(frozen=True)
class _Pair:
    """Parts two sides of one conflict."""

    drafts: list[Draft]
    reason: str
    problems: Problems
    notes: list[str]

    def part(self, one: _Side, other: _Side) -> None:
        """Change the drafts so that the sides never meet; ``one`` has the need that ``other`` offends."""
        one, other = self._left(one), self._left(other)
        if not one.values or not other.values:
            return
        always = self._is_always(one), self._is_always(other)
        if all(always):
            self.problems.add(self._blamed(one, other).node, self._rule(one, other))
        elif always[1] and self._draft(one).is_trick:
            self._take_out(one, self._rule(one, other))
        elif always[0] and self._draft(other).is_trick:
            self._take_out(other, self._rule(one, other))
        else:
            self._make_conditional(one, other)

    def _make_conditional(self, one: _Side, other: _Side) -> None:
        """Ask for a trick only where the other side is absent: the later one, if that can be said of the earlier."""
        ways = [
            (target, partner)
            for target, partner in ((one, other), (other, one))
            if self._draft(target).is_trick and self._draft(partner).dimension is not None
        ]
        if not ways:
            self.problems.add(self._blamed(one, other).node, self._rule(one, other))
            return
        target, partner = max(ways, key=lambda way: way[0].index)
        draft, reference = self._draft(target), self._draft(partner)
        left = tuple(value for value in reference.values if value not in partner.values)
        condition = Condition(reference.path, left, or_absent=True)
        if condition not in draft.conditions:
            self.drafts[target.index] = replace(draft, conditions=(*draft.conditions, condition))

    def _take_out(self, side: _Side, why: str) -> None:
        draft = self._draft(side)
        left = tuple(value for value in draft.values if value not in side.values)
        off = draft.otherwise[None]
        named = " or ".join(draft.alternatives[value].label for value in side.values)
        self.notes.append(f"{draft.path}: {named} is never on: {why}")
        value = Choice(left) if len(left) > 1 else (left[0] if left else off)
        conditions = draft.conditions if left else ()
        self.drafts[side.index] = replace(draft, value=value, conditions=conditions)

    def _left(self, side: _Side) -> _Side:
        """The side without values that an earlier conflict has taken out."""
        values = self._draft(side).values
        return _Side(side.index, tuple(value for value in side.values if value in values))

    def _is_always(self, side: _Side) -> bool:
        draft = self._draft(side)
        return not draft.conditions and all(value in side.values for value in draft.values)

    def _blamed(self, one: _Side, other: _Side) -> Draft:
        """The trick, where one side is one; else the side with the need."""
        draft = self._draft(one)
        return self._draft(other) if self._draft(other).is_trick and not draft.is_trick else draft

    def _rule(self, one: _Side, other: _Side) -> str:
        labels = [
            " or ".join(self._draft(side).alternatives[value].label for value in side.values) for side in (one, other)
        ]
        return f"must not meet: {labels[0]} {self.reason.format(other=labels[1])}"

    def _draft(self, side: _Side) -> Draft:
        return self.drafts[side.index]
