"""What every detector must do, on traces in closed form."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import numpy as np

from gansearch.detectors import Detector, Trace
from gansearch.records import Finding, finding_from_json, to_json
from gansearch.testing.contracts.declarations import check_declaration
from gansearch.testing.traces import HEALTHY_SIGNALS, Columns, trace

NAN = float("nan")
DEAD_SIGNALS: Columns = {
    "d_loss": 1e-3,
    "d_accuracy_real": 1.0,
    "d_accuracy_fake": 1.0,
    "image_grad_norm": np.repeat([0.5, 1e-6], [500, 2500]),
    "fake_spread": np.repeat([0.45, 1e-6], [500, 2500]),
}
DEAD_METRICS: Columns = {"frechet_distance": 900.0, "coverage": 0.0, "classes_covered": 1.0, "class_share_largest": 1.0}


def traces() -> Mapping[str, Trace]:
    """Every kind of trace that a detector must bear, by name."""
    nothing: Columns = dict.fromkeys(HEALTHY_SIGNALS)
    no_metrics: Columns = dict.fromkeys(DEAD_METRICS)
    late_nan = np.repeat([0.5, NAN], [2999, 1])
    return {
        "empty": trace(epochs=0),
        "without columns": trace(epochs=0, signals=nothing, metrics=no_metrics),
        "one epoch": trace(epochs=1, signals={"fake_spread": 0.0}, metrics=DEAD_METRICS),
        "healthy": trace(),
        "healthy without classes": trace(classes=0),
        "dead": trace(signals=DEAD_SIGNALS, metrics=DEAD_METRICS),
        "dead, Wasserstein": trace(signals=DEAD_SIGNALS, metrics=DEAD_METRICS, is_probability_loss=False),
        "dead, without classes": trace(
            classes=0, signals=DEAD_SIGNALS, metrics={"frechet_distance": 900.0, "coverage": 0.0}
        ),
        "signals alone": trace(signals=DEAD_SIGNALS, metrics=no_metrics),
        "evaluations alone": trace(signals=nothing, metrics=DEAD_METRICS),
        "no spread of real samples": trace(signals={**DEAD_SIGNALS, "real_spread": 0.0}),
        "all NaN": trace(signals=dict.fromkeys(HEALTHY_SIGNALS, NAN), metrics=dict.fromkeys(DEAD_METRICS, NAN)),
        "a late NaN": trace(signals=dict.fromkeys(HEALTHY_SIGNALS, late_nan)),
        "all infinite": trace(signals=dict.fromkeys(HEALTHY_SIGNALS, math.inf)),
    }


def check_detector(cls: type[Detector]) -> None:
    """Everything that can be told of a detector with its default settings."""
    check_detector_declaration(cls)
    for name, each in traces().items():
        finding = check_pure(cls, each, name)
        if finding is not None:
            check_finding(cls, each, finding, name)
        assert finding is None or not name.startswith(("empty", "without columns", "healthy")), (
            f"{cls.__name__} must find nothing in a trace that is {name}; got {finding}"
        )


def check_detector_declaration(cls: type[Detector]) -> None:
    """A frozen dataclass with kind and source, whose docstring says formula, warm-up and known false positives."""
    check_declaration(cls)
    for attribute in ("kind", "source"):
        value = getattr(cls, attribute, "")
        assert isinstance(value, str), f"{cls.__name__}.{attribute} must be text; got {value!r}"
        assert value, f"{cls.__name__} must say its {attribute}"
    for word in ("formula", "warm-up", "false positives"):
        assert word in (cls.__doc__ or "").lower(), f"the docstring of {cls.__name__} must say its {word}"


def check_pure(cls: type[Detector], each: Trace, name: str) -> Finding | None:
    """Two instances give the same answer twice; the columns of the trace cannot be written to, so none is changed."""
    answers = [to_json(found) if found else None for found in (cls().check(each), cls().check(each))]
    assert answers[0] == answers[1], f"{cls.__name__} must answer the same twice ({name}); got {answers}"
    return finding_from_json(answers[0])


def check_finding(cls: type[Detector], each: Trace, finding: Finding, name: str) -> None:
    """A finding is complete, can be stored as strict JSON, and its sentence has the value in it."""
    where = f"the finding of {cls.__name__} ({name})"
    assert (finding.detector, finding.kind) == (cls.name, cls.kind), f"{where} must name it; got {finding}"
    assert (finding.step, finding.epoch) == (each.steps, each.epoch), f"{where} must be of the last step; got {finding}"
    assert finding.signal in {*each.signals, *each.evaluations}, f"{where} must name a column; got {finding.signal!r}"
    numbers = {"value": finding.value, "threshold": finding.threshold, **finding.evidence}
    for key, number in numbers.items():
        assert type(number) is float, f"{where}: {key} must be a float; got {number!r}"
        assert math.isfinite(number), f"{where}: {key} must be finite; got {number!r}"
    assert finding_from_json(json.loads(json.dumps(to_json(finding), allow_nan=False))) == finding, where
    assert f"{finding.value:.3g}" in finding.sentence, f"the sentence of {where} must have {finding.value:.3g} in it"
    assert finding.sentence.endswith("."), f"the sentence of {where} must be one; got {finding.sentence!r}"
