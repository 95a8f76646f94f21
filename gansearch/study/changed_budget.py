"""Bounds of a study's budget that were changed when it was resumed, kept with the study from then on.

Its space stays as it was when the study was made; whoever reads the study finds the budget that holds now.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

from gansearch.errors import StudyError
from gansearch.space import SearchSpace, parse_space
from gansearch.space.budget_reader import OLDER
from gansearch.space.plan import Budget
from gansearch.study.budget import Bound

CHANGES: Final = "budget"
"""User attribute of the study: by key, ``{"planned": of the space, "most": since}``; None for no bound."""
Changes: TypeAlias = Mapping[str, Mapping[str, Any]]
_ADDED: Final = re.compile(r"\+(\d+(\.\d+)?)")


def budget_changes(attributes: Mapping[str, Any]) -> Changes:
    """By a study's user attributes."""
    found: Changes = attributes.get(CHANGES) or {}
    return found


def planned(budget: Budget, changes: Changes) -> Budget:
    """What the space says, of the budget that holds now."""
    return replace(budget, **{key: change["planned"] for key, change in changes.items()})


def with_changes(space: SearchSpace, changes: Changes) -> SearchSpace:
    """The space with the budget that holds since."""
    return replace(space, budget=replace(space.budget, **{key: change["most"] for key, change in changes.items()}))


def further_changes(space: SearchSpace, before: Changes, wanted: Mapping[str, str]) -> Changes:
    """What has changed in all, once the user's wishes are heard.

    Args:
        space: of the study, with the changes ``before``.
        before: what has been changed already.
        wanted: by key: ``N`` sets a bound, ``+N`` adds to it, ``null`` lifts it.

    Raises:
        SpaceError: where a key is unknown, or a bound breaks what holds for ``budget`` in a space.
        StudyError: where there is nothing to add to.
    """
    said = {key: _wanted(key, text, getattr(space.budget, key, None)) for key, text in wanted.items()}
    now = {key: change["most"] for key, change in before.items()} | said
    overrides: dict[str, object] = {f"budget.{key}": value for key, value in now.items()}
    # The space may spell them in the older way, beside which the newer one is refused.
    overrides |= {f"plan.{key}": None for key in OLDER if key in now}
    budget = parse_space(space.source, space.origin, overrides).budget
    return {
        key: {"planned": before[key]["planned"] if key in before else getattr(space.budget, key), "most": most}
        for key, most in ((key, getattr(budget, key)) for key in now)
    }


def check_left(study: str, found: Sequence[Bound], wanted: Mapping[str, str]) -> None:
    """Whether a changed budget leaves the study something.

    Raises:
        StudyError: where a bound that was changed is spent already, or another one is; with the figures.
    """
    for bound in found:
        if bound.key in wanted and bound.used >= bound.most:
            raise StudyError(
                f"budget.{bound.key} must be above what {study!r} has used of it, {bound.used:.4g}; got {bound.most:g}"
            )
    for bound in found:
        if bound.is_spent:
            raise StudyError(
                f"budget.{bound.key} of {study!r} is spent, {bound.used:.4g} of {bound.most:g}, and so must be raised "
                f"too: --budget {bound.key}=+N"
            )


def _wanted(key: str, text: str, now: float | None) -> object:
    added = _ADDED.fullmatch(text)
    if added is None:
        return text
    if now is None:
        raise StudyError(
            f"budget.{key} must have a value, to which {added[1]} could be added; it has none: set it, as "
            f"{key}={added[1]}"
        )
    return now + (float(added[1]) if added[2] else int(added[1]))
