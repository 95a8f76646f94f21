"""The trials that wait at their rungs for a promotion: running for Optuna, with a checkpoint and without a worker.

What is known of them follows from the study's storage: the values that Optuna has of every trial, and the kept end
``paused`` of those that wait. So a driver that opens the study goes on where the last one was.
"""

from __future__ import annotations

from collections.abc import Iterator

from gansearch.space.plan import PROMOTION
from gansearch.study.extension import read_extension
from gansearch.study.live_trial import LiveTrial
from gansearch.study.promotion import Promotion
from gansearch.study.study_reader import StudyReader


class PausedTrials:
    """The trials of one study that wait.

    Args:
        reader: of the study.
        pauses: whether any trial is to wait; none does where the plan has another pruner.
    """

    def __init__(self, reader: StudyReader, *, pauses: bool) -> None:
        self._waiting: dict[int, LiveTrial] = {}
        self._promotion = _promotion(reader) if pauses and reader.space.plan.pruner["name"] == PROMOTION else None
        self.epochs = 0
        """Trained in those that wait."""

    @property
    def pauses(self) -> bool:
        """Whether any trial is to wait."""
        return self._promotion is not None

    def __iter__(self) -> Iterator[LiveTrial]:
        return iter(list(self._waiting.values()))

    def judge(self, live: LiveTrial, epoch: int, value: float) -> str | None:
        """Take a value at an epoch before the last; why the trial is to wait there, or None: it goes on.

        Of an extension nothing is taken: the trial that it extends has brought its values already.
        """
        if self._promotion is None or live.extension is not None:
            return None
        if not self._promotion.enter(live.number, epoch, value):
            return None
        place = self._promotion.place(live.number)
        return None if live.is_safe or place.is_among_best else f"{place} so far"

    def add(self, live: LiveTrial) -> None:
        """Let a trial wait."""
        assert self._promotion is not None
        self._promotion.wait(live.number)
        self._waiting[live.number] = live
        self.epochs += sum(each.epoch for each in live.replicates)

    def remove(self, number: int) -> LiveTrial | None:
        """Let a trial wait no more; None where it did not."""
        live = self._waiting.pop(number, None)
        if live is None or self._promotion is None:
            return None
        self._promotion.leave(number)
        self.epochs -= sum(each.epoch for each in live.replicates)
        return live

    def promoted(self) -> LiveTrial | None:
        """Take the next that goes on, since it is among the best of its rung by now; None where none is."""
        number = None if self._promotion is None else self._promotion.promotable()
        return None if number is None else self.remove(number)

    def best(self) -> LiveTrial | None:
        """Take the best of the highest rung, whether it is good enough or not; None where none waits."""
        number = None if self._promotion is None else self._promotion.best_waiting()
        return None if number is None else self.remove(number)

    def why_over(self, live: LiveTrial) -> str:
        """Why a trial that waits is given up once nothing is left to begin."""
        assert self._promotion is not None
        return f"never promoted before its study had nothing left to begin: {self._promotion.place(live.number)}"


def _promotion(reader: StudyReader) -> Promotion:
    """The rungs of a study, with every value that it has.

    As for Optuna's pruners no rung lies below the first evaluation: several would all be judged by its value.
    """
    plan, fixed = reader.space.plan, reader.space.fixed
    lowest = max(int(plan.pruner["min_resource"] or 1), int(fixed.get("training.evaluate_every") or 1))
    is_minimized = plan.objectives[0].direction == "minimize"
    promotion = Promotion(lowest, int(plan.pruner["reduction_factor"] or 1), is_minimized=is_minimized)
    last = int(fixed.get("training.epochs") or 1)
    for trial in reader.frozen():
        if read_extension(trial.user_attrs) is None:
            for epoch, value in sorted(trial.intermediate_values.items()):
                if epoch < last:
                    promotion.enter(trial.number, epoch, value)
    return promotion
