"""Models in a file of hypotheses: an outcome, the arms and terms that it is fitted on, and the term that is tested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from gansearch.reporting.effects.verdicts import OF_A_SHARE, Claim
from gansearch.reporting.experiments.samples import Selection
from gansearch.reporting.experiments.selections import read_selections
from gansearch.reporting.experiments.terms import Term, parse_term
from gansearch.space.nodes import Node
from gansearch.space.problems import Problems
from gansearch.space.shells import Shell, validate

CLAIMS: Final = tuple(claim.value for claim in Claim if claim not in OF_A_SHARE)
"""What a test of a term, or of an interaction, can be about: a share alone has neither."""
FORMS: Final = "a setting, as generator.layers, or abs(generator.layers - discriminator.layers)"


@dataclass(frozen=True)
class Model:
    """A logistic model of an outcome over arms, and what is claimed of one of its terms."""

    outcome: str
    """As ``success`` or ``failure``, or ``finding.KIND``."""
    arms: tuple[Selection, ...]
    """All that it is fitted on."""
    terms: tuple[Term, ...]
    tested: int
    """The place among the terms of the one that is tested, the others equal."""
    claim: Claim = Claim.WORSE
    """What becomes of the outcome where the term is larger: ``worse`` of failure is more of it."""


class _ModelShell(Shell):
    outcome: str
    arms: Any
    terms: Any
    tested: str | None = None
    claim: Literal[CLAIMS] = Claim.WORSE.value  # type: ignore[valid-type]


def read_model(node: Node, problems: Problems) -> Model | None:
    """The model of a mapping with ``outcome``, ``arms``, ``terms``, ``tested`` (the last term) and ``claim`` (worse).

    None where something is wrong.
    """
    shell = validate(_ModelShell, node, problems)
    if shell is None:
        return None
    arms = read_selections(node.entries["arms"], problems)
    terms = _terms(node.entries["terms"], problems)
    if arms is None or terms is None:
        return None
    tested = len(terms) - 1 if shell.tested is None else _tested(node.entries["tested"], terms, problems)
    return None if tested is None else Model(shell.outcome, arms, terms, tested, Claim(shell.claim))


def _terms(node: Node, problems: Problems) -> tuple[Term, ...] | None:
    if not node.items:
        problems.add(node, f"must be a list of terms, each {FORMS}")
        return None
    found: list[Term] = []
    for item in node.items:
        term = parse_term(item.content) if isinstance(item.content, str) else None
        if term is None:
            problems.add(item, f"must be {FORMS}")
        elif term in found:
            problems.add(item, "must differ from the other terms")
        else:
            found.append(term)
    return tuple(found) if len(found) == len(node.items) else None


def _tested(node: Node, terms: tuple[Term, ...], problems: Problems) -> int | None:
    term = parse_term(str(node.content))
    if term in terms:
        return terms.index(term)
    problems.add(node, f"must be one of the terms: {', '.join(map(str, terms))}")
    return None
