"""Whether trials give their curves again when they are trained alone, and whether two studies are one and the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pandas as pd

from gansearch.curves import Curve, read_curve
from gansearch.curves.difference import first_difference
from gansearch.executors.reproducing import reproduce
from gansearch.storage.home import study_dir
from gansearch.storage.place import study_storage
from gansearch.study.status import TrialRow
from gansearch.study.study_reader import open_readonly

OWN = ("identity", "seconds", "evaluation_seconds", "attempts", "cost_s")
"""Columns of the report's frames that tell a study from its twin."""


def not_reproduced(name: str, numbers: Collection[int] | None = None) -> list[str]:
    """Runs whose curve is not, to the bit, what ``gansearch reproduce`` gives of them; of all trials, or of some."""
    found = [reproduce(name, row.number) for row in _rows(name) if numbers is None or row.number in numbers]
    return [f"{each.identity} is not what it gives again: {each.difference}" for each in found if not each.is_equal]


def differences(disturbed: str, undisturbed: str) -> list[str]:
    """In what a study differs from its twin: trials, ends, values, curves to the bit, and the report's numbers."""
    return [*_of_trials(disturbed, undisturbed), *_of_reports(disturbed, undisturbed)]


def _of_trials(disturbed: str, undisturbed: str) -> Iterator[str]:
    ours, theirs = _rows(disturbed), _rows(undisturbed)
    if len(ours) != len(theirs):
        yield f"{len(ours)} trials, undisturbed {len(theirs)}"
    for one, other in zip(ours, theirs, strict=False):
        for what, said, expected in _pairs(one, other):
            if said != expected:
                yield f"{one.identity}: its {what} is {said}, undisturbed {expected}"
        curves = [Curve.of(read_curve(study_storage(row.identity.study), row.identity)[0]) for row in (one, other)]
        difference = first_difference(*curves)
        if difference is not None:
            yield f"{one.identity}: {difference}"
        if curves[0].findings != curves[1].findings:
            yield f"{one.identity}: its findings are {curves[0].findings}, undisturbed {curves[1].findings}"


def _pairs(one: TrialRow, other: TrialRow) -> list[tuple[str, object, object]]:
    return [
        ("number", one.number, other.number),
        ("parameters", dict(one.params), dict(other.params)),
        ("end", one.detail, other.detail),
        ("state", one.state, other.state),
        ("values", one.values, other.values),
        ("rungs", dict(one.intermediate), dict(other.intermediate)),
    ]


def _rows(name: str) -> list[TrialRow]:
    with open_readonly(name, study_storage(name)) as study:
        return study.trials()


def _of_reports(disturbed: str, undisturbed: str) -> Iterator[str]:
    for frame in ("trials", "evaluations", "signals", "findings"):
        ours, theirs = (_without_own(name, frame) for name in (disturbed, undisturbed))
        if not ours.equals(theirs):
            yield f"the report's {frame} are not those of the undisturbed study"


def _without_own(name: str, frame: str) -> pd.DataFrame:
    """A frame of the report as it was written, without what belongs to one study alone."""
    written = pd.read_parquet(study_dir(name) / "report" / "frames" / f"{frame}.parquet")
    return written.drop(columns=[column for column in OWN if column in written])
