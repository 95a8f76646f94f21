"""Divides the choices of plug-ins that do not suit each other: an autoencoder's score means nothing to a cross entropy.

Unlike a trick, a network or a loss cannot be left off. So a plug-in that suits nothing is taken out of its choice, and
of two searched ones the later is asked for only where the earlier leaves it a choice; where the earlier leaves it one
value alone, it has that value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from gansearch.dimensions import Choice
from gansearch.records import Setting
from gansearch.space.drafts import Draft
from gansearch.space.parameters import Condition
from gansearch.space.problems import Problems

Pair: TypeAlias = tuple[Setting, Setting]


@dataclass(frozen=True)
class Misfits:
    """Values of two choices that must not stand together, in the order of the choices, each with the rule."""

    first: int
    second: int
    """Places of the two among the drafts; ``first`` comes earlier."""
    rules: Mapping[Pair, str]

    def turned(self) -> Misfits:
        """The same, told from the other side."""
        return Misfits(self.second, self.first, {(two, one): rule for (one, two), rule in self.rules.items()})


def divide(drafts: list[Draft], misfits: Sequence[Misfits], problems: Problems, notes: list[str]) -> None:
    """Change the drafts so that what does not suit is never chosen together."""
    for each in misfits:
        if not _is_anything_left(drafts, each, problems):
            continue
        if not (drafts[each.first].conditions or drafts[each.second].conditions):
            _take_out_lonely(drafts, each, notes)
            _take_out_lonely(drafts, each.turned(), notes)
        left = _left(drafts, each)
        if left and not (_depend(drafts, left) or _depend(drafts, left.turned())):
            one, other = drafts[left.first], drafts[left.second]
            rule = next(iter(left.rules.values()))
            problems.add(other.node, f"{rule}; fix {other.path} or {one.path}: their choices cannot be divided")


def _left(drafts: Sequence[Draft], misfits: Misfits) -> Misfits | None:
    """What still can meet."""
    one, other = _possible(drafts[misfits.first]), _possible(drafts[misfits.second])
    rules = {pair: rule for pair, rule in misfits.rules.items() if pair[0] in one and pair[1] in other}
    return replace(misfits, rules=rules) if rules else None


def _possible(draft: Draft) -> tuple[Setting, ...]:
    """Every value that the choice can come to."""
    return (*draft.values, *draft.otherwise.values()) if draft.conditions else draft.values


def _is_anything_left(drafts: Sequence[Draft], misfits: Misfits, problems: Problems) -> bool:
    """Whether some pair of values suits; noted as a problem where none does."""
    one, other = drafts[misfits.first], drafts[misfits.second]
    if any((mine, its) not in misfits.rules for mine in _possible(one) for its in _possible(other)):
        return True
    problems.add(other.node, next(iter(misfits.rules.values())))
    return False


def _take_out_lonely(drafts: list[Draft], misfits: Misfits, notes: list[str]) -> None:
    """Take out the values of the first choice that suit none of the second."""
    draft, partners = drafts[misfits.first], drafts[misfits.second].values
    lonely = [value for value in draft.values if all((value, its) in misfits.rules for its in partners)]
    for value in lonely:
        why = misfits.rules[value, partners[0]]
        notes.append(f"{draft.path}: {draft.alternatives[value].label} is never chosen: {why}")
    if lonely:
        _put(drafts, misfits.first, _with_values(draft, [value for value in draft.values if value not in lonely]))


def _depend(drafts: list[Draft], misfits: Misfits) -> bool:
    """Let the second choice follow from the first; False where no single condition can say it."""
    partner, draft = drafts[misfits.first], drafts[misfits.second]
    allowed = {
        value: tuple(mine for mine in draft.values if (value, mine) not in misfits.rules) for value in partner.values
    }
    single = next((kept for kept in allowed.values() if len(kept) == 1), None)
    rest = {kept for kept in allowed.values() if kept != single}
    if draft.conditions or partner.conditions or single is None or len(rest) != 1:
        return False
    (others,) = rest
    where = tuple(value for value, kept in allowed.items() if kept == others)
    changed = replace(
        _with_values(draft, others),
        conditions=(Condition(partner.path, where),),
        otherwise={None: single[0]},
        elsewhere=(Condition(partner.path, tuple(value for value in partner.values if value not in where)),),
    )
    _put(drafts, misfits.second, changed)
    return True


def _with_values(draft: Draft, values: Collection[Setting]) -> Draft:
    kept = tuple(values)
    return replace(draft, value=Choice(kept) if len(kept) > 1 else kept[0])


def _put(drafts: list[Draft], index: int, changed: Draft) -> None:
    """Put a changed choice in its place; what ``when`` has said about it is said anew."""
    before = drafts[index]
    drafts[index] = changed
    for place, draft in enumerate(drafts):
        if any(condition.parameter == changed.path for condition in draft.conditions):
            restated = tuple(
                new
                for condition in draft.conditions
                for new in (
                    _restated(condition, before, changed) if condition.parameter == changed.path else [condition]
                )
            )
            drafts[place] = replace(draft, conditions=restated)


def _restated(condition: Condition, before: Draft, changed: Draft) -> tuple[Condition, ...]:
    meant = [value for value in before.values if condition.holds({changed.path: value})]
    found = changed.conditions_for(meant)
    return (replace(condition, choices=()),) if found is None else found
