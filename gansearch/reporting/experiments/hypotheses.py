"""Hypotheses as a YAML file has them: what is claimed, by whom, and what decides it.

That is comparisons of arms, models of an outcome over many arms, and interactions of two changes, at least one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from pydantic import Field

from gansearch.reporting.effects.verdicts import Claim
from gansearch.reporting.experiments.interactions import Interaction, read_interaction
from gansearch.reporting.experiments.models import Model, read_model
from gansearch.reporting.experiments.samples import Selection
from gansearch.reporting.experiments.selections import read_selection
from gansearch.space import yaml_text
from gansearch.space.experiments_reader import BASELINE
from gansearch.space.nodes import Node
from gansearch.space.problems import Problems
from gansearch.space.shells import Shell, validate
from gansearch.space.shipped import file_text, find_shipped

FOLDER: Final = "hypotheses"
PRIMARY: Final = "frechet_distance"
OF_BASELINE: Final = Selection((BASELINE,))
TESTS: Final = ("comparisons", "models", "interactions")
"""What a hypothesis can rest on."""
Rule = Literal["all", "any"]
Read = TypeVar("Read")


@dataclass(frozen=True)
class Comparison:
    """One comparison that a hypothesis rests on: what is claimed of some arms against others."""

    arm: Selection
    claim: Claim
    measure: str
    against: Selection = OF_BASELINE


@dataclass(frozen=True)
class Hypothesis:
    """A claim that somebody has made."""

    name: str
    """As ``H12``."""
    claim: str
    """In words, one sentence."""
    source: str
    """Who said so, and where."""
    comparisons: tuple[Comparison, ...]
    rule: Rule = "all"
    """``all``: it holds where every test does, and falls with one; ``any``: the other way round."""
    change: str = ""
    """What would change the verdict, beside more seeds."""
    models: tuple[Model, ...] = ()
    interactions: tuple[Interaction, ...] = ()


class _ComparisonShell(Shell):
    arm: Any
    against: Any = BASELINE
    claim: Literal[tuple(each.value for each in Claim)] = "better"  # type: ignore[valid-type]
    measure: str = PRIMARY


class _HypothesisShell(Shell):
    name: str = Field(min_length=1)
    claim: str = Field(min_length=1)
    source: str = Field(min_length=1)
    comparisons: Any = None
    models: Any = None
    interactions: Any = None
    rule: Rule = "all"
    change: str = ""


def load_hypotheses(name_or_path: str | Path) -> tuple[Hypothesis, ...]:
    """The hypotheses of a file: a list of mappings with ``name``, ``claim``, ``source`` and what decides it.

    Args:
        name_or_path: a name in ``hypotheses/``, such as ``seed_003``, or the path of a YAML file.

    Raises:
        SpaceError: with every problem of the file.
    """
    path = find_shipped(FOLDER, str(name_or_path))
    return parse_hypotheses(file_text(path), str(path))


def parse_hypotheses(text: str, origin: str) -> tuple[Hypothesis, ...]:
    """The hypotheses of ``text``; ``origin`` names it in messages.

    Raises:
        SpaceError: with every problem of the text.
    """
    problems = Problems()
    root = yaml_text.compose(text, origin, problems)
    if root is not None and not root.is_list:
        problems.add(root, "must be a list of hypotheses", key="(file)")
    found = [_hypothesis(node, problems) for node in (root.items if root is not None else ())]
    _check_names(root, found, problems)
    problems.raise_if_any()
    return tuple(each for each in found if each is not None)


def _hypothesis(node: Node, problems: Problems) -> Hypothesis | None:
    shell = validate(_HypothesisShell, node, problems)
    if shell is None:
        return None
    if not node.entries.keys() & set(TESTS):
        problems.missing(node, "comparisons", "must be given, or models, or interactions")
    comparisons = _listed(node, "comparisons", _comparison, problems)
    models = _listed(node, "models", read_model, problems)
    interactions = _listed(node, "interactions", _interaction, problems)
    return Hypothesis(
        shell.name, shell.claim, shell.source, comparisons, shell.rule, shell.change, models, interactions
    )


def _listed(
    node: Node, key: str, read: Callable[[Node, Problems], Read | None], problems: Problems
) -> tuple[Read, ...]:
    """What a list under ``key`` comes to; what is wrong in it is noted and left out."""
    listed = node.entries.get(key)
    if listed is None:
        return ()
    if not listed.items:
        problems.add(listed, f"must be a list of at least one {key.removesuffix('s')}")
    found = [read(item, problems) for item in listed.items]
    return tuple(each for each in found if each is not None)


def _interaction(node: Node, problems: Problems) -> Interaction | None:
    return read_interaction(node, PRIMARY, problems)


def _comparison(node: Node, problems: Problems) -> Comparison | None:
    shell = validate(_ComparisonShell, node, problems)
    if shell is None:
        return None
    against = node.entries.get("against")
    arm = read_selection(node.entries["arm"], problems)
    other = OF_BASELINE if against is None else read_selection(against, problems)
    if arm is None or other is None:
        return None
    return Comparison(arm, Claim(shell.claim), shell.measure, other)


def _check_names(root: Node | None, found: Sequence[Hypothesis | None], problems: Problems) -> None:
    seen: set[str] = set()
    for node, hypothesis in zip(root.items if root is not None else (), found, strict=False):
        if hypothesis is not None and hypothesis.name in seen:
            problems.add(node.entries["name"], "must differ from the other hypotheses' names")
        elif hypothesis is not None:
            seen.add(hypothesis.name)
