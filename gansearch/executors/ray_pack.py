"""A worker of Ray Tune's and what it runs. It imports nothing of the study's, which workers never see."""

from __future__ import annotations

from typing import Any

import ray
from ray import tune

from gansearch.errors import CorruptFileError, StorageError
from gansearch.executors.ray_desk import Order, Told
from gansearch.records import LaneReport
from gansearch.trial.answer import PackRun
from gansearch.trial.context import TrialContext
from gansearch.trial.final import evaluate_final
from gansearch.trial.run import run_pack
from gansearch.trial.workbench import OpenedElsewhere, give_workbench


class PackTrainable(tune.Trainable):  # type: ignore[misc]
    """A Tune trial that carries out one order after the other in its process, as long as the study has one for it."""

    def setup(self, config: dict[str, Any], context: TrialContext, desk: Any, bench: OpenedElsewhere | None) -> None:
        """Keep what all orders share; the first begins in the first ``step``, when the resources are there."""
        give_workbench(bench)
        self._context = context
        self._desk = desk
        self._run: PackRun | None = None
        self._is_new = True

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Begin anew with the order of another Tune trial: the actor, its imports and its data are kept."""
        self.config = new_config
        self._close()
        self._is_new = True
        return True

    def step(self) -> dict[str, Any]:
        """Work until there is something to report; ``done`` once an order is carried out and none follows."""
        try:
            reports = self._go_on()
        except StorageError as error:
            self._close()
            kind = "lost" if isinstance(error, CorruptFileError) else "unwritten"
            return {"reports": [], "done": True, kind: str(error)}
        return {"reports": [], "done": True} if reports is None else {"reports": reports}

    def cleanup(self) -> None:
        """Let go of the pack."""
        self._close()

    def _go_on(self) -> list[LaneReport] | None:
        """The next reports; None where nothing is left to do."""
        if self._is_new:
            self._is_new = False
            return self._begin(self.config["order"])
        told: Told = ray.get(self._desk.take.remote(self.trial_id))
        if self._run is not None:
            try:
                return self._run.send(told.answer)
            except StopIteration:
                self._close()
        return None if told.following is None else self._begin(told.following)

    def _begin(self, order: Order) -> list[LaneReport]:
        if order.measured is not None:
            evaluate_final(order.measured, self._context)
            return []
        self._run = run_pack(order.pack, self._context)
        return next(self._run)

    def _close(self) -> None:
        if self._run is not None:
            self._run.close()
        self._run = None
