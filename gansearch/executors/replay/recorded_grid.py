"""A corpus as something that can be searched: every combination of its parameters' values, each with its runs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from gansearch.curves.corpus import CorpusRun
from gansearch.errors import ExecutorError
from gansearch.records import Setting
from gansearch.space.plan import Objective
from gansearch.study.objective import objective_values


@dataclass(frozen=True, eq=False)
class RecordedGrid:
    """The recorded runs of one study, of whose parameters every combination was run."""

    choices: Mapping[str, tuple[Setting, ...]]
    """The recorded values of each parameter."""
    fixed: Mapping[str, Setting]
    """The settings that are equal in every run."""
    cells: Mapping[str, tuple[CorpusRun, ...]]
    """The runs of each combination, by ``key_of``."""

    @classmethod
    def of(cls, runs: Sequence[CorpusRun], study: str | None = None) -> RecordedGrid:
        """The grid that these runs are.

        Args:
            runs: of a corpus.
            study: whose runs to take; None where the corpus is of one study.

        Raises:
            ExecutorError: where the corpus is of several studies, or a combination is missing.
        """
        studies = sorted({run.study for run in runs})
        if study is None and len(studies) != 1:
            raise ExecutorError(
                f"a replay needs the recorded runs of one study; the corpus has {', '.join(studies) or 'none'}: "
                "name one with --study"
            )
        if study is not None and study not in studies:
            raise ExecutorError(f"the corpus must have runs of the study {study!r}; it has {', '.join(studies)}")
        kept = [run for run in runs if study in (None, run.study)]
        paths = sorted(kept[0].parameters)
        _check_parameters(kept, paths)
        choices = {path: _values(run.parameters[path] for run in kept) for path in paths}
        cells: dict[str, list[CorpusRun]] = {}
        for run in kept:
            cells.setdefault(key_of(run.parameters, paths), []).append(run)
        _check_complete(choices, cells)
        return cls(choices, _fixed(kept, paths), {key: tuple(found) for key, found in cells.items()})

    def __call__(self, settings: Mapping[str, Setting], seed: int) -> CorpusRun:
        """The run of a trial with these settings: of a combination that was run several times, the seed draws one."""
        found = self.cells[key_of(settings, self.choices)]
        return found[seed % len(found)]

    def value(self, settings: Mapping[str, Setting], objective: Objective) -> float:
        """The mean of a combination's runs; infinitely bad where one of them has no finite value."""
        return self._value(self.cells[key_of(settings, self.choices)], objective)

    def best(self, objective: Objective) -> float:
        """The value of the best combination.

        Raises:
            ExecutorError: where no combination has a finite one.
        """
        values = [self._value(runs, objective) for runs in self.cells.values()]
        best = min(values) if objective.direction == "minimize" else max(values)
        if not math.isfinite(best):
            raise ExecutorError(f"a combination of the corpus must have a finite {objective.metric}; none has")
        return best

    @staticmethod
    def _value(runs: Sequence[CorpusRun], objective: Objective) -> float:
        values = [run_value(run, objective) for run in runs]
        if not all(map(math.isfinite, values)):
            return math.inf if objective.direction == "minimize" else -math.inf
        return math.fsum(values) / len(values)


def run_value(run: CorpusRun, objective: Objective) -> float:
    """What a study makes of the run's evaluations; NaN where it diverged or was not measured.

    Raises:
        ExecutorError: where the metric was not recorded.
    """
    column = run.evaluations.get(objective.metric)
    if column is None:
        there = ", ".join(sorted(set(run.evaluations) - {"step", "epoch"}))
        raise ExecutorError(f"the objective {objective.metric!r} must be recorded; {run.key} has {there}")
    epochs = run.evaluations["epoch"].astype(int).tolist()
    rungs = {epoch: (value,) for epoch, value in zip(epochs, column.tolist(), strict=True)}
    return math.nan if run.end != "completed" else objective_values(rungs, None, [objective])[0]


def key_of(settings: Mapping[str, Setting], paths: Iterable[str]) -> str:
    """One text for a combination; JSON tells ``true`` from 1, and ``1`` from ``1.0``."""
    return json.dumps([settings[path] for path in paths])


def _check_parameters(runs: Sequence[CorpusRun], paths: Sequence[str]) -> None:
    for run in runs:
        if sorted(run.parameters) != paths:
            raise ExecutorError(
                f"every run of a replay's corpus must have the same parameters, {', '.join(paths)}; "
                f"{run.key} has {', '.join(sorted(run.parameters))}"
            )


def _values(values: Iterable[Setting]) -> tuple[Setting, ...]:
    """Different values in one order, whatever the order of the runs."""
    found = {json.dumps(value): value for value in values}
    return tuple(
        sorted(found.values(), key=lambda value: (not isinstance(value, int | float), _number(value), str(value)))
    )


def _number(value: Setting) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _check_complete(choices: Mapping[str, Sequence[Setting]], cells: Mapping[str, object]) -> None:
    wanted = math.prod(len(values) for values in choices.values())
    if len(cells) == wanted:
        return
    missing = next(cell for cell in product(*choices.values()) if json.dumps(list(cell)) not in cells)
    named = ", ".join(f"{path} = {json.dumps(value)}" for path, value in zip(choices, missing, strict=True))
    raise ExecutorError(
        f"a replay needs a run of every combination of the recorded values, {wanted} in all; the corpus has "
        f"{len(cells)}, and lacks {named}"
    )


def _fixed(runs: Sequence[CorpusRun], paths: Sequence[str]) -> dict[str, Setting]:
    first = runs[0].settings
    same = {path for path in first if path not in paths}
    for run in runs[1:]:
        same = {path for path in same if path in run.settings and run.settings[path] == first[path]}
    return {path: first[path] for path in sorted(same)}
