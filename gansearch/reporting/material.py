"""What a report is made from: a study's decisions and its trials' curves, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from gansearch.curves import Curve
from gansearch.records import End, Evaluation, NoiseFloor, Setting, TrialIdentity
from gansearch.reporting.signal_windows import Windows, thinned
from gansearch.space.plan import Objective
from gansearch.space.search_space import SearchSpace

RUNNING = "running"
"""Stands for the end of a trial that has none."""


@dataclass(frozen=True, eq=False)
class TrialMaterial:
    """One trial, as far as it has come."""

    identity: TrialIdentity
    parameters: Mapping[str, Setting]
    """The searched values."""
    settings: Mapping[str, Setting]
    """The whole configuration, flat."""
    seed: int
    """Of its random streams."""
    values: tuple[float, ...] | None
    """One per objective; None where the trial was not told as complete."""
    curve: Curve
    end: End | None
    """How the study sees its end; None while it runs."""
    reason: str = ""
    kind: str = ""
    """Of the finding that stopped it, or empty."""
    seconds: float = 0.0
    """Time that it trained and evaluated, over all attempts."""
    is_readable: bool = True
    """False where its record is damaged; its curve is then empty."""
    windows: Mapping[str, Windows] | None = None
    """Its signals as means over windows, where the curve was left without them to save memory."""
    recorded_steps: int = 0
    """Generator updates in its record, where the curve was left without signals."""
    trial_values: tuple[float, ...] | None = None
    """Of a replicate: the values of its whole trial; None where that is not complete, or was given up."""

    @property
    def standing(self) -> tuple[float, ...] | None:
        """The values by which its configuration is judged: the run's own, or those of all replicates together."""
        return self.values if self.identity.replicate is None else self.trial_values

    @cached_property
    def signal_windows(self) -> Mapping[str, Windows]:
        """Every signal as means over at most 200 windows."""
        if self.windows is not None:
            return self.windows
        return {name: thinned(values) for name, values in self.curve.signals.items()}

    @property
    def end_name(self) -> str:
        """The end as a word."""
        return RUNNING if self.end is None else str(self.end)

    @property
    def step(self) -> int:
        """Generator updates trained."""
        recorded = max(self.recorded_steps, self.curve.steps)
        return max(recorded, self.curve.end.step if self.curve.end else 0)

    @property
    def steps_per_epoch(self) -> float:
        """Generator updates per epoch, as its evaluations or its end show them; 1 where neither does."""
        for moment in (*reversed(self.curve.evaluations), self.curve.end):
            if moment is not None and moment.epoch > 0:
                return moment.step / moment.epoch
        return float(max(1, self.step))

    @property
    def epoch(self) -> float:
        """Epochs trained."""
        return 0.0 if self.step == 0 else self.step / self.steps_per_epoch

    @property
    def planned_epochs(self) -> int:
        """Epochs of a full run."""
        return int(self.settings.get("training.epochs") or 0)

    @property
    def evaluation_seconds(self) -> float:
        """Time of its evaluations at rungs; the one with the protocol of the end is not counted."""
        return sum(evaluation.cost_s for evaluation in self.curve.evaluations if not evaluation.final)

    def evaluations_for(self, objective: Objective) -> list[Evaluation]:
        """Those that the value of a completed run comes from, or that it is the best of."""
        rungs = [done for done in self.curve.evaluations if not done.final]
        final = [done for done in self.curve.evaluations if done.final]
        used = final if final and (objective.value == "last" or not rungs) else rungs
        return {"mean_last_3": used[-3:], "last": used[-1:], "best": used}[objective.value]

    @property
    def last_evaluation(self) -> Evaluation | None:
        """The one with the protocol of the end where there is one, else the last; None where there is none."""
        final = [evaluation for evaluation in self.curve.evaluations if evaluation.final]
        every = final or self.curve.evaluations
        return every[-1] if every else None


@dataclass(frozen=True, eq=False)
class StudyMaterial:
    """A study, as far as it has come."""

    name: str
    space: SearchSpace
    seed: int
    trials: tuple[TrialMaterial, ...]
    """In the order of their numbers and replicates."""
    trials_wanted: int | None = None
    """Trials of the whole plan, extensions included; None where it has no such bound."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Page of a trial's run in MLflow, by identity."""
    study_id: str = ""
    """By which studies that confirm it know it; empty where it was not read from a folder."""
    noise_floors: tuple[NoiseFloor, ...] = ()
    """What metrics say of real samples; none where it was not measured, as of imported runs."""

    @property
    def completed(self) -> tuple[TrialMaterial, ...]:
        """The trials with values."""
        return tuple(trial for trial in self.trials if trial.values is not None)

    @property
    def best(self) -> TrialMaterial | None:
        """The best run of the best configuration, by the first objective; None where no run has completed.

        Of replicates all together count, so that a lucky seed does not win. While no configuration has all of its
        replicates, the best run alone.
        """
        return self._best_of([trial for trial in self.completed if trial.standing]) or self._best_of(self.completed)

    @property
    def second_best(self) -> TrialMaterial | None:
        """The best run of the next configuration, in the same order, or None."""
        best = self.best
        others = [trial for trial in self.completed if best and trial.identity.number != best.identity.number]
        return self._best_of([trial for trial in others if best and bool(trial.standing) == bool(best.standing)])

    def _best_of(self, trials: Sequence[TrialMaterial]) -> TrialMaterial | None:
        sign = 1.0 if self.space.plan.objectives[0].direction == "minimize" else -1.0

        def place(trial: TrialMaterial) -> tuple[float, float]:
            assert trial.values is not None
            return sign * (trial.standing or trial.values)[0], sign * trial.values[0]

        return min(trials, key=place, default=None)

    @property
    def stopped(self) -> tuple[TrialMaterial, ...]:
        """The trials that a pruner or a detector ended early."""
        return tuple(trial for trial in self.trials if trial.end in (End.PRUNED, End.COLLAPSED, End.DIVERGED))
