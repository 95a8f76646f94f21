"""The best configurations of a study: each once, whichever trials and replicates have had it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gansearch.errors import StudyError
from gansearch.records import Setting
from gansearch.study.status import WAITING, best_first
from gansearch.study.study_reader import StudyReader


@dataclass(frozen=True)
class Contender:
    """One configuration, by the best of its trials."""

    number: int
    """Of the trial."""
    settings: Mapping[str, Setting]
    """All of them, flat."""
    value: float
    """Of the first objective, as the study told it: the mean over the trial's runs."""
    runs: int
    """That completed."""


def contenders(study: StudyReader, count: int, without: Sequence[Mapping[str, Setting]] = ()) -> tuple[Contender, ...]:
    """The best ``count`` configurations by the first objective, or as many as there are.

    Trials that extend another are left out: they were trained for longer than the rest.

    Args:
        study: the study.
        count: at least 1.
        without: settings of configurations that are passed over.

    Raises:
        StudyError: where no trial has completed.
    """
    rows = [row for row in study.trials() if row.extension is None]
    best = best_first(rows, study.space.plan.objectives)
    if not best:
        raise StudyError(f"the study {study.name!r} must have a completed trial to have a best one; it has none")
    found: list[Contender] = []
    seen = {identity_of(settings) for settings in without}
    for number in dict.fromkeys(row.number for row in best):
        if len(found) == count:
            break
        runs = [row for row in best if row.number == number]
        settings = study.assignment(runs[0]).settings
        if identity_of(settings) not in seen:
            seen.add(identity_of(settings))
            assert runs[0].trial_values is not None  # best_first has complete trials alone
            found.append(Contender(number, settings, runs[0].trial_values[0], len(runs)))
    return tuple(found)


def configuration_of(study: StudyReader, number: int) -> Mapping[str, Setting]:
    """The settings of one trial.

    Raises:
        StudyError: where there is no trial of that number that has begun.
    """
    rows = [row for row in study.trials() if row.number == number and row.state != WAITING]
    if not rows:
        raise StudyError(f"the study {study.name!r} must have a trial {number} that has begun; it has none")
    return study.assignment(rows[0]).settings


def identity_of(settings: Mapping[str, Setting]) -> frozenset[tuple[str, type, Setting]]:
    """What equal configurations have in common; True is not 1."""
    return frozenset((path, type(value), value) for path, value in settings.items())
