"""The search space of a confirmation: configurations of a search as the arms of one experiment, and nothing searched.

Every configuration is written out in full, since what a search leaves to its dimensions and conditions is settled now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gansearch.errors import StudyError
from gansearch.records import Setting
from gansearch.space import SearchSpace, parse_space
from gansearch.space.yaml_text import dump, plain

TAKEN = ("evaluation", "keep", "resources")
"""Sections that stay as they are; budget and priors are those of a search."""
SCRIPT = "script"
Nested = Mapping[str, Any]


@dataclass(frozen=True)
class ConfirmingPlan:
    """What the new space has beside its configurations."""

    name: str
    experiment: str
    """The name of the search."""
    replicates: int
    baseline_replicates: int
    seed: int
    heading: str
    """What the file says about itself, in one line."""


def confirming_space(
    search: SearchSpace,
    plan: ConfirmingPlan,
    baseline: Mapping[str, Setting],
    arms: Mapping[str, Mapping[str, Setting]],
) -> SearchSpace:
    """The space.

    Args:
        search: the space of the search.
        plan: how often each arm is trained, and how the space is called.
        baseline: its settings, flat.
        arms: settings of the others by name, all different.

    Raises:
        SpaceError: where an arm has another data set than the baseline.
        StudyError: where a configuration cannot be written so that it reads as itself.
    """
    said = plain(search.source)
    listed = {name: _changes(baseline, settings) for name, settings in arms.items()}
    tree = {
        "name": plan.name,
        **_sections(baseline, said),
        **{key: said[key] for key in TAKEN if key in said},
        "plan": _plan(plan, said["plan"], listed),
        "detectors": _watching(said.get("detectors")),
    }
    space = parse_space(f"# {plan.heading}\n{dump(tree)}", search.origin)
    _check(space, plan.experiment, baseline, arms)
    return space


def _sections(settings: Mapping[str, Setting], said: Nested) -> dict[str, Any]:
    """The sections of one configuration; a script is named as before, with its modules."""
    found = _nested(settings)
    return {key: said[key] if key == SCRIPT else section for key, section in found.items()}


def _plan(plan: ConfirmingPlan, said: Nested, arms: Mapping[str, Nested]) -> dict[str, Any]:
    more = {"baseline_replicates": plan.baseline_replicates} if plan.replicates > 1 else {}
    objective = {"objective": said["objective"]} if "objective" in said else {}
    return {
        "kind": "grid",
        "replicates": plan.replicates,
        **more,
        "seed": plan.seed,
        **objective,
        "experiments": {plan.experiment: {"arms": dict(arms)}},
    }


def _watching(said: Any) -> dict[str, Any]:
    """The detectors of the search, which now only record what they find: a run that fails is a result here."""
    kept = said if isinstance(said, Mapping) else {}
    return {**{key: value for key, value in kept.items() if key != "audit"}, "mode": "shadow"}


def _changes(baseline: Mapping[str, Setting], settings: Mapping[str, Setting]) -> dict[str, Any]:
    """What an arm changes: single settings, or a whole section where one of the baseline's has no place in it."""
    changes: dict[str, Any] = {}
    for section in dict.fromkeys(path.partition(".")[0] for path in (*baseline, *settings)):
        ours, theirs = ({p: v for p, v in each.items() if p.startswith(f"{section}.")} for each in (settings, baseline))
        if ours.keys() >= theirs.keys():
            changes |= {
                path: value for path, value in ours.items() if path not in theirs or not _same(value, theirs[path])
            }
        else:
            changes |= _nested(ours)
    return changes


def _nested(flat: Mapping[str, Setting]) -> dict[str, Any]:
    """Settings by dotted path as mappings within mappings."""
    root: dict[str, Any] = {}
    for path, value in flat.items():
        *sections, key = path.split(".")
        at = root
        for section in sections:
            at = at.setdefault(section, {})
        at[key] = value
    return root


def _same(one: Setting, other: Setting) -> bool:
    return type(one) is type(other) and one == other


def _check(
    space: SearchSpace, experiment: str, baseline: Mapping[str, Setting], arms: Mapping[str, Mapping[str, Setting]]
) -> None:
    """Whether each arm is the configuration that it stands for, to the last setting."""
    wanted = [dict(baseline), *(dict(settings) for settings in arms.values())]
    found = [dict(arm.settings) for arm in space.arms]
    named = [arm.experiments.get(experiment) for arm in space.arms]
    if named != [None, *arms] or found != wanted:
        raise StudyError(
            f"every arm of {space.name!r} must be a configuration of {experiment!r} of its own, as it was trained; "
            f"read again they are {named}: a plug-in or gansearch itself has changed since"
        )
