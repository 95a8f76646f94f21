"""gansearch: distributed hyperparameter search for GANs.

The public surface, loaded only when used::

    space = gansearch.load_space("quickstart")
    result = gansearch.launch(space, name="digits", executor="local")
    study = gansearch.load_study("digits")
    study.trials                       # a pandas frame; also .evaluations, .signals, .findings
    trained = gansearch.train(space.settings(space.default_parameters()), seed=1)
    images = trained.sample(64)

In a training loop of your own (see the guide)::

    lr, width = gansearch.parameters(lr=2e-4, width=64).values()
    step = gansearch.checkpointed(netG=netG, optimizerG=optimizerG)
    gansearch.report(step, {"d_loss": d_loss}, samples=lambda n: netG(latents(n)))
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gansearch.api import launch, load_study, train
    from gansearch.errors import TrialEnded
    from gansearch.space import load_space
    from gansearch.trial.own_loop.calls import checkpointed, parameters, report

# A run gives the same bits again, and a lane of a pack those of the lane alone, only where MKL's sums do not depend on
# where tensors lie in memory. MKL reads this before its first sum, so here is the place; docs/decisions/0016 says more.
os.environ.setdefault("MKL_CBWR", "AUTO")

__version__ = "0.1.0"
__all__ = [
    "TrialEnded",
    "__version__",
    "checkpointed",
    "launch",
    "load_space",
    "load_study",
    "parameters",
    "report",
    "train",
]

_HOMES = {
    "TrialEnded": "gansearch.errors",
    "checkpointed": "gansearch.trial.own_loop.calls",
    "launch": "gansearch.api",
    "load_space": "gansearch.space",
    "load_study": "gansearch.api",
    "parameters": "gansearch.trial.own_loop.calls",
    "report": "gansearch.trial.own_loop.calls",
    "train": "gansearch.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'gansearch' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
