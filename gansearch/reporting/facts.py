"""What was run, as a report's tables: space, plan, detectors, data, versions, hardware, searched dimensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gansearch.dimensions import Choice, Dimension
from gansearch.records import Setting
from gansearch.reporting.arms_table import arms_table
from gansearch.reporting.document import Block, Table
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.sentences import GENERATORS, OBJECTIVE_VALUES
from gansearch.reporting.wording import code, number, plain, setting
from gansearch.space.plan import Combine, Objective, Plan


def what_was_run(material: StudyMaterial) -> list[Block]:
    """The space, the plan, the data, and what it all ran on."""
    space, plan = material.space, material.space.plan
    rows: list[tuple[str, str]] = [
        ("search space", code(space.name)),
        ("plan", f"{plan.kind}, {_options(plan.sampler)} as sampler, {_options(plan.pruner)} as pruner"),
        (
            "objective",
            "; ".join(_objective(each) for each in plan.objectives),
        ),
        ("detectors", _detectors(material)),
        ("data", _data(material)),
        ("epochs of a full run", _distinct(setting(trial.planned_epochs) for trial in material.trials)),
        ("batch size", _distinct(setting(trial.settings.get("training.batch_size")) for trial in material.trials)),
        ("replicates per configuration", _replicates(plan)),
        ("seed of the study", str(material.seed)),
        *_provenance(material.trials),
    ]
    if space.arms:
        return [Table(("", ""), rows), arms_table(material)]
    headers = ("searched", "range", "asked for when")
    searched = [
        (code(each.path), _range(each.dimension), "; ".join(map(str, each.conditions)) or "always")
        for each in space.parameters
    ]
    blocks: list[Block] = [Table(("", ""), rows)]
    return [*blocks, Table(headers, searched)] if searched else blocks


def _replicates(plan: Plan) -> str:
    of_baseline = "" if plan.baseline_replicates is None else f", {plan.baseline_replicates} of the baseline"
    return f"{plan.replicates}{of_baseline}{' (equal seeds in all)' if plan.is_paired else ''}"


def _provenance(trials: Sequence[TrialMaterial]) -> list[tuple[str, str]]:
    attempts: list[Mapping[str, Any]] = [attempt for trial in trials for attempt in trial.curve.attempts]
    if not attempts:
        return []
    versions = [_pairs(attempt.get("versions") or {}) for attempt in attempts]
    hardware = [_pairs(attempt.get("hardware") or {}) for attempt in attempts]
    return [
        ("lanes per pack (K)", _distinct(str(attempt.get("lanes", 1)) for attempt in attempts)),
        ("versions", _distinct(versions)),
        ("commit", _distinct(str(attempt.get("commit") or "not known") for attempt in attempts)),
        ("hardware", _distinct(hardware)),
    ]


def _objective(objective: Objective) -> str:
    what = f"{OBJECTIVE_VALUES[objective.value]}, {GENERATORS[objective.generator]}"
    return f"{objective.direction} {code(objective.metric)}: {what}"


def _data(material: StudyMaterial) -> str:
    known = [
        f"{data.get('name')}, checksum {data.get('checksum')}"
        for trial in material.trials
        for attempt in trial.curve.attempts
        if (data := attempt.get("data"))
    ]
    return _distinct(known) if known else setting(material.space.fixed.get("dataset.name"))


def _detectors(material: StudyMaterial) -> str:
    chosen = material.space.detectors
    if chosen.mode == "off":
        return "off (non-finite values apart)"
    combined = "" if chosen.combine == "any" else f", {_combined(chosen.combine)} must agree"
    kinds = "".join(f", {kind} {mode}" for kind, mode in chosen.kinds.items())
    audit = f", {number(100 * chosen.audit)} % of stopped trials go on" if chosen.audit else ""
    rule = f"after {number(chosen.grace_epochs)} epochs of grace, {chosen.patience} checks in a row"
    return f"{chosen.mode}, {rule}{combined}{kinds}{audit}"


def _combined(combine: Combine) -> str:
    return "all detectors of a kind" if combine == "all" else f"{combine} detectors"


def _options(chosen: Mapping[str, Setting]) -> str:
    rest = ", ".join(f"{name} {setting(value)}" for name, value in chosen.items() if name != "name")
    return code(chosen.get("name")) + (f" ({rest})" if rest else "")


def _range(dimension: Dimension) -> str:
    if isinstance(dimension, Choice):
        return ", ".join(code(setting(choice)) for choice in dimension.choices)
    tail = ", logarithmic" if dimension.log else ""
    step = "" if dimension.step is None else f", in steps of {setting(dimension.step)}"
    return f"{setting(dimension.low)} to {setting(dimension.high)}{tail}{step}"


def _distinct(found: Iterable[str]) -> str:
    """Different values, in the order in which they appear; the first few where there are many."""
    different = list(dict.fromkeys(found))
    more = f" and {len(different) - 4} more" if len(different) > 4 else ""
    return "; ".join(different[:4]) + more if different else "none"


def _pairs(mapping: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {plain(str(value))}" for name, value in mapping.items() if value is not None)
