"""A study as it can be read by anyone, also while somebody drives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import TracebackType
from typing import Any

import optuna
from optuna.trial import TrialState

from gansearch.errors import StudyError, StudyNotFoundError
from gansearch.records import Assignment
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study.assigning import assignment_of
from gansearch.study.budget import SECONDS_PER_HOUR, Bound, bounds
from gansearch.study.changed_budget import budget_changes, planned, with_changes
from gansearch.study.database import Database, has_database, open_database
from gansearch.study.extension import read_extension
from gansearch.study.lease import active_seconds, living_holder
from gansearch.study.metadata import SPACE_FILE, Metadata, read_metadata, read_space
from gansearch.study.pack_time import pack_seconds
from gansearch.study.planned import runs_from
from gansearch.study.status import StudyStatus, TrialRow, best_first, counted, rows
from gansearch.study.wishes import is_stopping

EXTRA_TRIALS = "extra_trials"
"""User attribute of the study: trials added to the plan's."""


class StudyReader:
    """Reads one study.

    Args:
        name: of the study.
        storage: its folder.
        database: open; closed with the reader.

    Raises:
        StudyNotFoundError: where the database has no whole study of that name.
    """

    def __init__(self, name: str, storage: Storage, database: Database) -> None:
        self.name = name
        self.storage = storage
        self.database = database
        self.is_closed = False
        self._looked_at = 0
        self._extensions = 0
        metadata = None
        try:
            self.study_id: int = database.optuna.get_study_id_from_name(name)
            metadata = read_metadata(self.attributes, name)
        except KeyError:
            pass  # told below, as for a study that was begun and never made whole
        if metadata is None:
            raise StudyNotFoundError(f"there is no study {name!r} in {storage.url}")
        self.metadata: Metadata = metadata

    def __enter__(self) -> StudyReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.is_closed = True
        self.database.close()

    @property
    def seed(self) -> int:
        """Of the study."""
        return self.metadata.seed

    @cached_property
    def space(self) -> SearchSpace:
        """The search space as it was when the study was made, with the budget that holds now."""
        return with_changes(read_space(self.storage, self.metadata), budget_changes(self.attributes))

    @property
    def attributes(self) -> dict[str, Any]:
        """The study's user attributes."""
        return self.database.optuna.get_study_user_attrs(self.study_id)

    @property
    def trials_wanted(self) -> int | None:
        """Trials of the plan and those added, within the budget, and those that extend another; None for no bound."""
        bounds = [bound for bound in (self.trials_planned, self.space.budget.trials) if bound is not None]
        return min(bounds) + self._count_extensions() if bounds else None

    @property
    def runs_not_begun(self) -> int | None:
        """Runs of the trials that the plan has left; None where it has no number of trials."""
        wanted = self.trials_wanted
        if wanted is None:
            return None
        begun = sum(trial.state is not TrialState.WAITING for trial in self.frozen())
        return runs_from(self.space, begun, wanted)

    def _count_extensions(self) -> int:
        """Trials that extend another. Each is one from its beginning on, so that it is looked at once."""
        new = self.frozen()[self._looked_at :]
        self._looked_at += len(new)
        self._extensions += sum(read_extension(trial.user_attrs) is not None for trial in new)
        return self._extensions

    @property
    def trials_planned(self) -> int | None:
        """Trials of the plan and those added to it, whatever the budget says; None for no bound."""
        bounds = [bound for bound in (self.space.plan.trials, self.grid_size) if bound is not None]
        return min(bounds) + int(self.attributes.get(EXTRA_TRIALS, 0)) if bounds else None

    @property
    def can_extend(self) -> bool:
        """Whether trials can be added to the plan, one at least of which the budget lets begin."""
        planned, most = self.trials_planned, self.space.budget.trials
        return self.grid_size is None and planned is not None and (most is None or planned < most)

    @cached_property
    def grid_size(self) -> int | None:
        """Combinations of a grid; None for a search."""
        plan = self.space.plan
        is_grid = plan.kind == "grid" or plan.sampler["name"] == "grid"
        return len(self.space.grid()) if is_grid else None

    def bounds(self, attributes: Mapping[str, Any], found: Sequence[TrialRow]) -> tuple[Bound, ...]:
        """Every bound of the budget, with what is used of it.

        Args:
            attributes: of the study.
            found: its runs.
        """
        budget = self.space.budget
        gpu_hours = self.space.resources.gpu * pack_seconds(attributes) / SECONDS_PER_HOUR
        used = {
            "hours": active_seconds(attributes) / SECONDS_PER_HOUR,
            "gpu_hours": gpu_hours,
            "epochs": sum(row.epoch for row in found),
            "trials": len({row.number for row in found if row.state != "waiting" and row.extension is None}),
            "cost": budget.cost_of(gpu_hours),
        }
        return bounds(budget, planned(budget, budget_changes(attributes)), used, self.trials_planned)

    def frozen(self, state: optuna.trial.TrialState | None = None) -> list[optuna.trial.FrozenTrial]:
        """Optuna's trials, or those in one state, not to be changed."""
        states = None if state is None else (state,)
        return self.database.optuna.get_all_trials(self.study_id, deepcopy=False, states=states)

    def trial(self, number: int) -> optuna.trial.FrozenTrial:
        """Optuna's trial of this number, not to be changed.

        Raises:
            StudyError: where there is none.
        """
        found = self.frozen()
        if not 0 <= number < len(found):
            raise StudyError(f"the study {self.name!r} has {len(found)} trials, from number 0; got {number}")
        return found[number]

    def trials(self) -> list[TrialRow]:
        """A row per run, in the order of trials and replicates."""
        return rows(self.frozen(), self.name, self.space)

    def status(self) -> StudyStatus:
        """The study at this moment."""
        found, attributes, plan = self.trials(), self.attributes, self.space.plan
        budget, gpu = self.space.budget, self.space.resources.gpu
        gpu_hours = gpu * pack_seconds(attributes) / SECONDS_PER_HOUR
        best = best_first(found, plan.objectives)
        holder = living_holder(attributes)
        return StudyStatus(
            name=self.name,
            objectives=plan.objectives,
            counts=counted(found),
            best=best[0] if best else None,
            running=tuple(row for row in found if row.state == "running" and row.end is None),
            trials=len({row.number for row in found if row.state != "waiting"}),
            trials_wanted=self.trials_wanted,
            epochs=sum(row.epoch for row in found),
            epochs_wanted=budget.epochs,
            elapsed_s=active_seconds(attributes),
            hours_wanted=budget.hours,
            holder=None if holder is None else holder.holder,
            is_stopping=is_stopping(attributes),
            can_extend=self.can_extend,
            gpu_hours=gpu_hours,
            gpu_hours_wanted=budget.gpu_hours,
            cost=budget.cost_of(gpu_hours) if gpu else None,
            cost_wanted=budget.cost,
            bounds=self.bounds(attributes, found) if budget.is_bound else (),
        )

    def best_assignments(self, count: int) -> list[Assignment]:
        """The completed runs of the trials with the best first objective, as they were run."""
        return [self.assignment(row) for row in best_first(self.trials(), self.space.plan.objectives)[:count]]

    def assignment(self, row: TrialRow) -> Assignment:
        """What was run in a row."""
        return assignment_of(row, self.space, self.seed)


def open_readonly(name: str, storage: Storage, *, database_url: str | None = None) -> StudyReader:
    """Open a study for reading: it takes no lease, and changes nothing.

    Args:
        name: of the study.
        storage: its folder.
        database_url: where the one that is kept lacks a password.

    Raises:
        StudyNotFoundError: where there is none.
    """
    if not has_database(storage):
        raise StudyNotFoundError(f"there is no study {name!r} in {storage.url}")
    database = open_database(storage, database_url, readonly=True)
    try:
        return StudyReader(name, storage, database)
    except BaseException:
        database.close()
        raise


def list_studies(studies: Storage) -> list[str]:
    """Names of the studies whose folders lie in ``studies``, sorted; one that is only being made is not among them."""
    return [name for name in studies.folders() if studies.exists(f"{name}/{SPACE_FILE}")]
