"""The plain sections at the border, as pydantic models: plan, objective, budget, resources, detectors, evaluation."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from gansearch.plugins import nearest
from gansearch.space.nodes import Node, child_path
from gansearch.space.problems import Problems

MOST = 1_000_000_000
"""Trials, hours and epochs at most: more is a slip of the hand."""


def _lanes(value: object) -> object:
    if value == "auto" or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    raise PydanticCustomError("lanes", "must be auto or a whole number of at least 1")


def _combine(value: object) -> object:
    if value in ("any", "all") or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    raise PydanticCustomError("combine", "must be any, all or a whole number of at least 1")


class Shell(BaseModel):
    """A section with known keys; values are taken as YAML has them, without conversion."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class PlanShell(Shell):
    """``plan``; its nested parts are read one by one."""

    kind: Literal["search", "grid", "ablation"] = "search"
    trials: int | None = Field(None, ge=1, le=MOST)
    hours: float | None = Field(None, gt=0, le=MOST)
    epochs: int | None = Field(None, ge=1, le=MOST)
    replicates: int = Field(1, ge=1, le=1000)
    baseline_replicates: int | None = Field(None, ge=1, le=1000)
    seed: int = Field(0, ge=0, lt=2**63)
    max_active_tricks: int | None = Field(None, ge=0, le=MOST)
    deaths: Literal["constraint", "pruned", "ignored"] = "constraint"
    sampler: Any = None
    pruner: Any = None
    objective: Any = None
    enqueue: Any = None
    experiments: Any = None
    design: Literal["one_factor", "leave_one_out", "factorial"] = "one_factor"
    resolution: Literal[4, 5] = 5
    baseline: Any = None


class BudgetShell(Shell):
    """``budget``; ``hours`` and ``epochs`` may also stand in ``plan``, where they stood first."""

    hours: float | None = Field(None, gt=0, le=MOST)
    gpu_hours: float | None = Field(None, gt=0, le=MOST)
    epochs: int | None = Field(None, ge=1, le=MOST)
    trials: int | None = Field(None, ge=1, le=MOST)
    cost_per_gpu_hour: float | None = Field(None, gt=0, le=MOST)
    cost: float | None = Field(None, gt=0, le=MOST)


class ObjectiveShell(Shell):
    """One objective."""

    metric: str
    value: Literal["mean_last_3", "last", "best"] = "mean_last_3"
    generator: Literal["ema", "live"] = "ema"
    direction: Literal["minimize", "maximize"] | None = None


class ResourcesShell(Shell):
    """``resources``."""

    cpu: float = Field(1.0, ge=0)
    gpu: float = Field(0.0, ge=0)
    device: Literal["auto", "cpu"] = "auto"
    lanes: Annotated[Any, BeforeValidator(_lanes)] = "auto"
    concurrent: int | None = Field(None, ge=1)


class KeepShell(Shell):
    """``keep``; its values are read one by one."""

    checkpoints: Any = "all"
    artifacts: Any = "all"


class DetectorsShell(Shell):
    """``detectors`` without the detectors' own fields."""

    mode: Literal["off", "shadow", "enforce"] = "enforce"
    grace_epochs: float = Field(2.0, ge=0)
    patience: int = Field(2, ge=1)
    combine: Annotated[Any, BeforeValidator(_combine)] = "any"
    kinds: Any = None
    audit: float = Field(0.0, ge=0, le=1)


class EvaluationShell(Shell):
    """``evaluation``; the metrics are read one by one."""

    also: Any = None
    inception_weights: str | None = Field(None, min_length=1)


S = TypeVar("S", bound=Shell)

_RULES = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "string_type": "must be a word",
    "string_too_short": "must be a word",
    "greater_than": "must be above {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be below {lt:g}",
    "less_than_equal": "must be at most {le:g}",
}


def validate(shell: type[S], node: Node, problems: Problems) -> S | None:
    """The section as a model, or None where something in it is wrong."""
    if not node.is_mapping:
        problems.add(node, "must be a mapping")
        return None
    try:
        return shell.model_validate(node.plain())
    except ValidationError as error:
        for details in error.errors():
            _translate(shell, details, node, problems)
        return None


def _translate(shell: type[Shell], details: ErrorDetails, node: Node, problems: Problems) -> None:
    key = str(details["loc"][0])
    if details["type"] == "missing":
        problems.missing(node, key, "must be given")
        return
    child = node.entries[key]
    if details["type"] == "extra_forbidden":
        problems.unknown(child, shell.model_fields, f"must be a key of {node.path}")
        return
    suggestion = None
    if details["type"] == "literal_error":
        expected = _choices(details)
        rule = f"must be one of {', '.join(expected)}"
        suggestion = nearest(str(child.content), expected) if child.is_scalar else None
    else:
        known = _RULES.get(details["type"])
        rule = details["msg"] if known is None else known.format(**details.get("ctx", {}))
    problems.add(child, rule, suggestion=suggestion, key=child_path(node.path, key))


def _choices(details: ErrorDetails) -> tuple[str, ...]:
    """The words of a pydantic literal: its context says ``'off', 'shadow' or 'enforce'``."""
    return tuple(word.strip("' ") for word in details["ctx"]["expected"].replace(" or ", ", ").split(", "))
