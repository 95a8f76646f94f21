from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gansearch.errors import SpecError
from gansearch.records import Assignment, TrialIdentity
from gansearch.space.plan import DetectorSettings
from gansearch.trial.spec import Spec, first_difference, to_text
from gansearch.trial.spec_reader import parse_spec, read_spec

SPEC = Spec(
    study="rings",
    seed=3,
    space="name: rings\n",
    detectors=DetectorSettings(
        "shadow", 1.5, 3, {"mode_collapse": {"classes": 2}}, combine=2, kinds={"stagnation": "off"}, audit=0.05
    ),
    assignments=(
        Assignment(TrialIdentity("rings", 0, 0), 2**62, 0, {"dataset.name": "ring", "a": 1.0}, {"a": 1.0}),
        Assignment(TrialIdentity("rings", 0, 1), 5, 0, {"dataset.name": "ring", "a": None, "b": True}, {}),
    ),
    use_average=False,
    final_evaluation=True,
    plugins={"mine.py": "x = 1\n"},
    threads=2,
    device="cuda:1",
    lanes=64,
    data_dir="/data",
    stop_after_s=60.0,
    also=("fid",),
    inception_weights="/weights.pth",
)


def document(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(to_text(SPEC))
    return {**found, **changes}


def test_what_is_written_is_read_again() -> None:
    assert parse_spec(to_text(SPEC), "spec.json") == SPEC


def test_settings_keep_their_types() -> None:
    first = parse_spec(to_text(SPEC), "spec.json").assignments[0].settings
    assert [type(value) for value in first.values()] == [str, float]


def test_what_says_how_may_be_left_out() -> None:
    said = {
        "format": "gansearch-spec",
        "version": 1,
        "study": "s",
        "seed": 0,
        "detectors": {"mode": "enforce"},
        "assignments": [{"number": 0, "seed": 1, "settings": {"dataset.name": "ring"}}],
    }
    found = parse_spec(json.dumps(said), "spec.json")
    assert (found.space, found.threads, found.device, found.lanes, found.stop_after_s) == (None, 1, "cpu", "auto", None)
    assert found.detectors == DetectorSettings()
    assert found.assignments[0].identity == TrialIdentity("s", 0, None)


def test_what_is_not_asked_for_is_not_written() -> None:
    plain = replace(SPEC, also=(), inception_weights=None)
    assert not {"also", "inception_weights"} & json.loads(to_text(plain)).keys()
    assert parse_spec(to_text(plain), "spec.json") == plain
    assert first_difference(plain, replace(SPEC, inception_weights=None)) == "also"
    assert first_difference(SPEC, replace(SPEC, inception_weights=None)) is None


def assignment(**changes: Any) -> list[dict[str, Any]]:
    return [{**document()["assignments"][0], **changes}]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "other"}, r"spec.json: format: must be 'gansearch-spec'; got \"other\""),
        ({"version": 2}, r"version: must be 1; got 2"),
        ({"sede": 0}, r"sede: must be a known key \(did you mean 'seed'\?\)"),
        ({"study": "../s"}, r"study: must be a name of at most 100 letters.*; got \"../s\""),
        ({"seed": True}, r"seed: must be a whole number from 0 to \d+; got true"),
        ({"seed": -1}, r"seed: must be a whole number from 0 .*; got -1"),
        ({"threads": 0}, r"threads: must be a whole number from 1 to 4096; got 0"),
        ({"device": "tpu"}, r"device: must be cpu, cuda or cuda:N; got \"tpu\""),
        ({"lanes": "many"}, r"lanes: must be 'auto' or a whole number of at least 1; got \"many\""),
        ({"lanes": 0}, r"lanes: must be a whole number from 1"),
        ({"stop_after_s": -1}, r"stop_after_s: must be a number of at least 0; got -1"),
        ({"use_average": 1}, r"use_average: must be true or false; got 1"),
        ({"space": 4}, r"space: must be text; got 4"),
        ({"plugins": {"../x.py": ""}}, r"plugins.../x.py: must stand under the name of a Python file"),
        ({"detectors": {}}, r"detectors: must have the key 'mode'"),
        ({"detectors": {"mode": "loud"}}, r"detectors.mode: must be one of off, shadow, enforce; got \"loud\""),
        ({"detectors": {"mode": "off", "combine": "some"}}, r"detectors.combine: must be a whole number from 1"),
        ({"detectors": {"mode": "off", "kinds": {"a": 1}}}, r"detectors.kinds.a: must be one of off, shadow, enforce"),
        ({"detectors": {"mode": "off", "patience": 0}}, r"detectors.patience: must be a whole number from 1"),
        ({"assignments": {}}, r"assignments: must be an array; got \{\}"),
        ({"assignments": []}, r"assignments: must hold at least one configuration"),
        ({"assignments": assignment() * 2}, r"assignments\[1\]: must have another number or replicate"),
        ({"assignments": assignment(settings=[])}, r"assignments\[0\].settings: must be an object; got \[\]"),
        ({"assignments": assignment(settings={"a": [1]})}, r"assignments\[0\].settings.a: must be a number, text"),
        ({"assignments": assignment(attempt=1)}, r"assignments\[0\].attempt: must be a known key"),
        ({"assignments": [{"number": 0}]}, r"assignments\[0\]: must have the key 'seed'; got \{\"number\": 0\}"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        parse_spec(json.dumps(document(**changes)), "spec.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"spec.json: must be JSON; got Expecting property name"),
        ("[]", r"spec.json: \(document\): must be an object"),
        ('{"a": NaN}', r"NaN, which is not a number of JSON"),
        ('{"seed": 0, "seed": 1}', r"the key 'seed' twice"),
        ("{}", r"must have the key 'format'"),
    ],
)
def test_what_is_no_such_document(text: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        parse_spec(text, "spec.json")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"nosuch.json: must be a readable file in UTF-8; got FileNotFoundError"):
        read_spec(tmp_path / "nosuch.json")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda spec: replace(spec, threads=1, device="cpu", lanes=1, data_dir=None, stop_after_s=None), None),
        (lambda spec: replace(spec, seed=4), "seed"),
        (lambda spec: replace(spec, detectors=DetectorSettings()), "detectors.mode"),
        (lambda spec: replace(spec, assignments=spec.assignments[:1]), "assignments"),
        (
            lambda spec: replace(spec, assignments=(spec.assignments[0], replace(spec.assignments[1], seed=6))),
            "assignments[1].seed",
        ),
    ],
)
def test_two_lists_differ_in_what_they_train_and_not_in_how(change: Callable[[Spec], Spec], path: str | None) -> None:
    assert first_difference(SPEC, change(SPEC)) == path
