"""Interactions in a file of hypotheses: what is claimed of one effect beside another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from gansearch.reporting.effects.verdicts import Claim
from gansearch.reporting.experiments.models import CLAIMS
from gansearch.reporting.experiments.samples import Selection
from gansearch.reporting.experiments.selections import read_selection
from gansearch.space.nodes import Node
from gansearch.space.problems import Problems
from gansearch.space.shells import Shell, validate


@dataclass(frozen=True)
class Change:
    """An arm against another, whose difference is an effect."""

    arm: Selection
    against: Selection

    def __str__(self) -> str:
        return f"{self.arm} v {self.against}"


@dataclass(frozen=True)
class Interaction:
    """What is claimed of the effect of one change beside that of another."""

    effect: Change
    than: Change
    claim: Claim
    measure: str


class _InteractionShell(Shell):
    effect: Any
    than: Any
    claim: Literal[CLAIMS] = Claim.BETTER.value  # type: ignore[valid-type]
    measure: str | None = None


class _ChangeShell(Shell):
    arm: Any
    against: Any


def read_interaction(node: Node, primary: str, problems: Problems) -> Interaction | None:
    """The interaction of a mapping with ``effect``, ``than``, ``claim`` (better) and ``measure`` (``primary``).

    Both effects are mappings with ``arm`` and ``against``. None where something is wrong.
    """
    shell = validate(_InteractionShell, node, problems)
    if shell is None:
        return None
    one, other = (_change(node.entries[key], problems) for key in ("effect", "than"))
    if one is None or other is None:
        return None
    return Interaction(one, other, Claim(shell.claim), shell.measure or primary)


def _change(node: Node, problems: Problems) -> Change | None:
    if validate(_ChangeShell, node, problems) is None:
        return None
    arm, against = (read_selection(node.entries[key], problems) for key in ("arm", "against"))
    return None if arm is None or against is None else Change(arm, against)
