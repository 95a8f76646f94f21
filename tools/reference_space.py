"""The page of search-space keys, from the models that read them and the docstrings of what they become."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from gansearch.dimensions import declared
from gansearch.space import priors
from gansearch.space.dimension_values import dimension_text, text
from gansearch.space.evaluation import EvaluationSettings
from gansearch.space.keep import Keep
from gansearch.space.options import PRUNER_DEFAULTS, PRUNERS, SAMPLERS, Table
from gansearch.space.plan import Budget, DetectorSettings, Objective, Plan, Resources
from gansearch.space.priors import STRENGTH, WEIGHT, Prior, Priors
from gansearch.space.reader import KEYS
from gansearch.space.script_section import KEYS as SCRIPT_KEYS
from gansearch.space.script_section import REPLACED
from gansearch.space.sections import SECTIONS
from gansearch.space.shells import (
    BudgetShell,
    DetectorsShell,
    EvaluationShell,
    KeepShell,
    ObjectiveShell,
    PlanShell,
    ResourcesShell,
    Shell,
)
from gansearch.training import TrainingSettings

PAGES = {
    "dataset": "datasets",
    "generator": "networks",
    "discriminator": "networks",
    "loss": "losses",
    "optimizer.generator": "optimizers",
    "optimizer.discriminator": "optimizers",
}
"""The page that has the fields of each section's plug-ins."""

MEANINGS = {
    "plan.kind": "`search`: a sampler chooses the trials; `grid`: every combination is run, or every arm of "
    "`experiments`; `ablation`: every arm of a `design` over the searched values.",
    "plan.design": "Of an ablation: one searched value changed at a time; all on, and one at a time left out; or both "
    "levels of all together, in a fraction of the combinations.",
    "plan.resolution": "That the fraction of a `factorial` must have: at 5 effects of pairs are told from each other.",
    "plan.baseline": "Of an ablation: from searched values to their level in the baseline, where that is not the first "
    "listed (with `leave_one_out`, the last).",
    "plan.experiments": "By name: `settings` that hold in all its arms, a `grid` of lists of values, and `arms`, named "
    "or listed, that change several settings together; an experiment of nothing is the baseline.",
    "plan.seed": "Of the study; each trial's seed follows from it.",
    "plan.sampler": "What chooses the trials; `tpe` where it is left out.",
    "plan.pruner": "What ends trials that are worse than others; `none` where it is left out. Resources count epochs.",
    "plan.objective": "What is improved: a metric, a mapping, or a list of them; `frechet_distance` where left out.",
    "plan.enqueue": "Trials that come first, each `defaults` or a mapping from searched parameters to values.",
    "plan.objective.direction": "The metric's own where it is left out.",
    "plan.hours": "An older spelling of `budget.hours`; one of the two.",
    "plan.epochs": "An older spelling of `budget.epochs`; one of the two.",
    "resources.cpu": "Cores of one Ray Tune trial; also its threads.",
    "resources.gpu": "GPUs of one Ray Tune trial; a fraction shares one. Above 0, trials train on CUDA unless `device` "
    "says otherwise.",
}
"""Of keys whose meaning is more than the docstring of the value that they become."""

SCRIPT_MEANINGS = {
    "file": "The Python file, relative to the space; `script: FILE` for short.",
    "function": "The function of it that is called with the parameters; left out, the file is run as a program.",
    "modules": "Files beside it that it imports.",
    "sha256": "Of all of them, first 12 hex digits; written by a study, so that a changed script is noticed.",
}
"""Of the keys of a user's own training script."""

FREE = {
    "evaluation.also": "list of metrics",
    "resources.lanes": "`auto`, whole number >= 1",
    "plan.enqueue": "list",
    "plan.experiments": "mapping",
    "plan.baseline": "mapping",
    "keep.checkpoints": "`all`, `best_N`, `none`",
    "keep.artifacts": "`all`, `best_N`, `last`, `none`",
}
"""What keys take whose model says nothing of it."""


def sections() -> Iterator[str]:
    """The sections of the page."""
    yield f"Sections: {', '.join(f'`{key}`' for key in KEYS)}."
    yield _chosen()
    yield _training()
    yield _script()
    yield _keys("plan", PlanShell, Plan)
    yield _keys("plan.objective", ObjectiveShell, Objective)
    yield _options("plan.sampler", SAMPLERS)
    yield _options("plan.pruner", PRUNERS)
    yield _keys("budget", BudgetShell, Budget)
    yield _priors()
    yield _keys("resources", ResourcesShell, Resources)
    yield _keys("detectors", DetectorsShell, DetectorSettings)
    yield _keys("evaluation", EvaluationShell, EvaluationSettings)
    yield _keys("keep", KeepShell, Keep)


def _chosen() -> str:
    rows = ["| key | values | fields |", "|---|---|---|"]
    for section in SECTIONS:
        names = ", ".join(f"`{name}`" for name in section.registry.names())
        page = PAGES[section.path]
        rows.append(f"| `{section.path}.{section.key}` | {names} | [{page}]({page}.md) |")
    return "## Sections with a plug-in behind them\n\n" + "\n".join(rows)


def _script() -> str:
    rows = ["| key | meaning |", "|---|---|", *(f"| `script.{key}` | {SCRIPT_MEANINGS[key]} |" for key in SCRIPT_KEYS)]
    rows.append("| `parameters.NAME` | A fixed or a searched value of the parameter NAME of the script. |")
    replaced = ", ".join(f"`{section}`" for section in REPLACED)
    return f"## `script` and `parameters`\n\nThey stand in place of {replaced}.\n\n" + "\n".join(rows)


def _priors() -> str:
    meanings = _attribute_docstrings(Priors) | _attribute_docstrings(Prior)
    rows = [
        ("`strength`", f"`{STRENGTH}`", "whole number >= 1", meanings["strength"]),
        (
            "a searched parameter",
            "-",
            "a value of it",
            "What is believed to be good: the value, with the usual weight.",
        ),
        ("a searched parameter", "-", f"`{{value: ..., weight: {WEIGHT}}}`", meanings["weight"]),
    ]
    lines = ["| key | default | values | meaning |", "|---|---|---|---|"]
    lines += [f"| {' | '.join((*row[:3], _cell(row[3])))} |" for row in rows]
    introduction = _cell((inspect.getdoc(priors) or "").partition("\n\n")[2])
    return f"## `priors`\n\n{introduction}\n\n" + "\n".join(lines)


def _training() -> str:
    rows = ["| key | default | limits | meaning |", "|---|---|---|---|"]
    for said in declared(TrainingSettings).values():
        unit = f" [{said.unit}]" if said.unit else ""
        rows.append(
            f"| `{said.name}` | `{text(said.default)}` | `{dimension_text(said.limits)}` | {said.meaning}{unit} |"
        )
    return "## `training`\n\n" + "\n".join(rows)


def _keys(section: str, shell: type[Shell], becomes: type) -> str:
    """The keys of a plain section: defaults and values from the model, meanings from what it becomes."""
    meanings = _attribute_docstrings(becomes)
    rows = ["| key | default | values | meaning |", "|---|---|---|---|"]
    for name, field in shell.model_fields.items():
        meaning = _cell(MEANINGS.get(f"{section}.{name}") or meanings[name])
        default = "required" if field.is_required() else "-" if field.default is None else f"`{field.default}`"
        rows.append(f"| `{name}` | {default} | {_values(section, name, field)} | {meaning} |")
    return f"## `{section}`\n\n" + "\n".join(rows)


def _values(section: str, name: str, field: Any) -> str:
    """What a key takes: words, or a kind of number with its bounds."""
    if field.annotation is Any:
        return FREE.get(f"{section}.{name}", f"see `{section}.{name}`")
    arguments = getattr(field.annotation, "__args__", ())
    words = [each for each in arguments if isinstance(each, str)]
    words += [word for each in arguments for word in getattr(each, "__args__", ()) if isinstance(word, str)]
    if words:
        return ", ".join(f"`{word}`" for word in words)
    kinds = {int: "whole number", float: "number", str: "word"}
    kind = next((kinds[each] for each in (field.annotation, *arguments) if each in kinds), "value")
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    bounds = [
        f"{sign} {getattr(limit, key):g}"
        for limit in field.metadata
        for key, sign in signs.items()
        if hasattr(limit, key) and abs(getattr(limit, key)) < 2**53
    ]
    return " ".join([kind, *bounds])


_FROM_EPOCHS: Mapping[str, Mapping[str, str]] = {
    "successive_halving": {"min_resource": "a quarter of `training.epochs`"},
    "hyperband": {"max_resource": "`training.epochs`"},
    "promotion": {"min_resource": "a quarter of `training.epochs`"},
}


def _options(section: str, table: Table) -> str:
    rows = ["| name | options |", "|---|---|"]
    for name, options in table.items():
        defaults = {**PRUNER_DEFAULTS.get(name, {}), **_FROM_EPOCHS.get(name, {})} if table is PRUNERS else {}
        said = [f"`{key}` ({_option(dimension, key, defaults)})" for key, dimension in options.items()]
        rows.append(f"| `{name}` | {'; '.join(said) or 'none'} |")
    return (
        f"## `{section}`\n\nA name, or a mapping with `name` and options; those left out are Optuna's own.\n\n"
        + "\n".join(rows)
    )


def _option(dimension: Any, key: str, defaults: Mapping[str, Any]) -> str:
    default = f", default {text(defaults[key])}" if key in defaults else ""
    return dimension_text(dimension) + default


def _attribute_docstrings(cls: type) -> dict[str, str]:
    """The string below each field of a dataclass."""
    (tree,) = ast.parse(inspect.getsource(cls)).body
    assert isinstance(tree, ast.ClassDef)
    found: dict[str, str] = {}
    for field, below in zip(tree.body, tree.body[1:], strict=False):
        is_text = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_text:
            found[field.target.id] = str(below.value.value)  # type: ignore[attr-defined]
    return found


def _cell(said: str) -> str:
    return " ".join(said.split()).replace("``", "`").replace("|", "\\|")
