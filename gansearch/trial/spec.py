"""A list of configurations to train, with everything that a machine needs to know to train them: one JSON document.

``gansearch plan`` makes it from a search space, ``gansearch.trial.runner`` trains it, ``gansearch import`` makes
a study of what came of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from gansearch.records import Assignment
from gansearch.space.plan import DetectorSettings

FORMAT = "gansearch-spec"
VERSION = 1
SPEC_FILE = "spec.json"
"""The copy of the document in a runner's folder and in the study that is made of it."""
HOW = ("threads", "device", "lanes", "data_dir", "stop_after_s", "inception_weights")
"""Keys that say how to run and may differ from one run to the next; all others say what."""


@dataclass(frozen=True)
class Spec:
    """What to train, and how."""

    study: str
    """Name by which trials are identified."""
    seed: int
    """Of the study; every trial's own seed follows from it."""
    space: str | None
    """YAML of the search space that the configurations come from; None where there is none, and nothing to import."""
    detectors: DetectorSettings
    assignments: tuple[Assignment, ...]
    use_average: bool = True
    """Whether to evaluate the averaged generator where a trial has one."""
    final_evaluation: bool = False
    """Whether every trial that completes is measured with the protocol of the end."""
    also: tuple[str, ...] = ()
    """Metrics that are asked for beside those that every end of a trial is measured with."""
    plugins: Mapping[str, str] = field(default_factory=dict)
    """Plug-in files: name and Python source."""
    threads: int = 1
    """CPU threads; part of what makes a run repeatable to the bit."""
    device: str = "cpu"
    """As torch names it: cpu, cuda, cuda:1."""
    lanes: int | Literal["auto"] = "auto"
    """Most configurations trained as one program."""
    data_dir: str | None = None
    """The folder that holds one folder per data set."""
    stop_after_s: float | None = None
    """Seconds after which a run stops by itself; None for no bound."""
    inception_weights: str | None = None
    """The user's file of Inception weights, where a metric needs them."""


NEWER = ("also", "inception_weights")
"""Keys that came after the first documents of this version. They are left out where they say nothing, so that what does
not need them is read by every reader of the version, and the others refuse what they would misunderstand."""


def to_text(spec: Spec) -> str:
    """The JSON document, with one assignment a line."""
    document = {key: value for key, value in _document(spec).items() if value or key not in NEWER}
    assignments = ",\n".join(f"    {json.dumps(each)}" for each in document.pop("assignments"))
    head = json.dumps(document, indent=2).removesuffix("\n}")
    return f'{head},\n  "assignments": [\n{assignments}\n  ]\n}}\n'


def first_difference(one: Spec, other: Spec) -> str | None:
    """Where two documents first differ in what to train, as ``assignments[3].seed``; None where they do not."""
    first, second = _document(one), _document(other)
    what = [key for key in first if key not in HOW]
    return _difference({key: first[key] for key in what}, {key: second[key] for key in what}, "")


def _document(spec: Spec) -> dict[str, Any]:
    detectors = spec.detectors
    return {
        "format": FORMAT,
        "version": VERSION,
        "study": spec.study,
        "seed": spec.seed,
        "threads": spec.threads,
        "device": spec.device,
        "lanes": spec.lanes,
        "data_dir": spec.data_dir,
        "stop_after_s": spec.stop_after_s,
        "inception_weights": spec.inception_weights,
        "use_average": spec.use_average,
        "final_evaluation": spec.final_evaluation,
        "also": list(spec.also),
        "detectors": {
            "mode": detectors.mode,
            "grace_epochs": detectors.grace_epochs,
            "patience": detectors.patience,
            "detectors": {name: dict(fields) for name, fields in detectors.detectors.items()},
            **({} if detectors.combine == "any" else {"combine": detectors.combine}),
            **({"kinds": dict(detectors.kinds)} if detectors.kinds else {}),
            **({"audit": detectors.audit} if detectors.audit else {}),
        },
        "plugins": dict(spec.plugins),
        "space": spec.space,
        "assignments": [
            {
                "number": each.identity.number,
                "replicate": each.identity.replicate,
                "seed": each.seed,
                "parameters": dict(each.parameters),
                "settings": dict(each.settings),
            }
            for each in spec.assignments
        ],
    }


def _difference(one: Any, other: Any, path: str) -> str | None:
    if isinstance(one, dict) and isinstance(other, dict):
        pairs = [(f"{path}.{key}".lstrip("."), one.get(key), other.get(key)) for key in {**one, **other}]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [
            (f"{path}[{index}]", first, second) for index, (first, second) in enumerate(zip(one, other, strict=True))
        ]
    else:
        return None if one == other else path
    return next((found for where, first, second in pairs if (found := _difference(first, second, where))), None)
