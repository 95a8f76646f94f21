"""A pack as a trial of Ray Tune's: what a worker runs. It imports nothing of the study's, which workers never see."""

from __future__ import annotations

from typing import Any

import ray
from ray import tune

from gansearch.errors import CorruptFileError, StorageError
from gansearch.trial.answer import PackRun
from gansearch.trial.context import TrialContext
from gansearch.trial.run import run_pack
from gansearch.trial.workbench import OpenedElsewhere, give_workbench


class PackTrainable(tune.Trainable):  # type: ignore[misc]
    """A Tune trial that runs one pack after the other in its process."""

    def setup(self, config: dict[str, Any], context: TrialContext, desk: Any, bench: OpenedElsewhere | None) -> None:
        """Keep what all packs share; the pack itself starts in the first ``step``, when the resources are there."""
        give_workbench(bench)
        self._context = context
        self._desk = desk
        self._run: PackRun | None = None

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Take the next pack: the actor, its imports and its data are kept."""
        self.config = new_config
        self._close()
        return True

    def step(self) -> dict[str, Any]:
        """Run the pack until it has something to report; ``done`` once every lane has ended."""
        try:
            if self._run is None:
                self._run = run_pack(self.config["pack"], self._context)
                return {"reports": next(self._run)}
            return {"reports": self._run.send(ray.get(self._desk.take.remote(self.trial_id)))}
        except StopIteration:
            self._close()
            return {"reports": [], "done": True}
        except StorageError as error:
            self._close()
            kind = "lost" if isinstance(error, CorruptFileError) else "unwritten"
            return {"reports": [], "done": True, kind: str(error)}

    def cleanup(self) -> None:
        """Let go of the pack."""
        self._close()

    def _close(self) -> None:
        if self._run is not None:
            self._run.close()
        self._run = None
