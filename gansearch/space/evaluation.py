"""What trials are measured with beside the metrics that they always are: ``evaluation``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gansearch.dimensions import Choice
from gansearch.metrics import Metric, metrics
from gansearch.space.nodes import Node
from gansearch.space.plan_reader import Around
from gansearch.space.problems import Problems
from gansearch.space.shells import EvaluationShell, validate
from gansearch.space.values import read_scalar

INCEPTION: Final = "Inception weights: name the file with inception_weights, or --inception-weights FILE"


@dataclass(frozen=True)
class EvaluationSettings:
    """What is measured at the end of a trial in addition, and with what."""

    also: tuple[str, ...] = ()
    """Metrics of the end of a trial that are measured only where they are asked for."""
    inception_weights: str | None = None
    """The user's file of Inception weights, which the standard FID and KID need; relative to the working folder."""


def read_evaluation(node: Node | None, around: Around, problems: Problems) -> EvaluationSettings:
    """The section; what is left out is not asked for."""
    shell = None if node is None else validate(EvaluationShell, node, problems)
    if shell is None or node is None:
        return EvaluationSettings()
    found: list[str] = []
    listed = node.entries.get("also")
    if listed is not None and not listed.is_list:
        problems.add(listed, "must be a list of metrics")
    for item in listed.items if listed is not None else ():
        metric = _metric(item, problems)
        if metric is None:
            continue
        if metric.name in found:
            problems.add(item, "must differ from the other metrics")
        _check(metric, item, around, problems, has_weights=shell.inception_weights is not None)
        found.append(metric.name)
    return EvaluationSettings(tuple(found), shell.inception_weights)


def _metric(node: Node, problems: Problems) -> type[Metric] | None:
    read = read_scalar(node, Choice(metrics.names()), problems)
    return None if read is None else metrics.get(str(read[0]))


def _check(metric: type[Metric], node: Node, around: Around, problems: Problems, *, has_weights: bool) -> None:
    """Refuse what cannot be measured, as far as the space alone tells."""
    if metric.when == "rung":
        problems.add(node, "must be a metric of the end of a trial: this one is measured at every evaluation")
    elif not around.has_data:
        problems.add(node, "must have a data set to compare with; the space has none")
    elif metric.view == "inception" and not has_weights:
        problems.add(node, f"must stand with {INCEPTION}")
    elif (lacking := around.lacking(metric)) is not None:
        problems.add(node, f"must be a metric that the data set allows: it has no {lacking.removeprefix('a ')}")
