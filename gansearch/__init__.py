"""gansearch: distributed hyperparameter search for GANs.

The public surface, loaded only when used::

    space = gansearch.load_space("quickstart")
    result = gansearch.launch(space, name="digits", executor="local")
    study = gansearch.load_study("digits")
    study.trials                       # a pandas frame; also .evaluations, .signals, .findings
    trained = gansearch.train(space.settings(space.default_parameters()), seed=1)
    images = trained.sample(64)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gansearch.api import launch, load_study, train
    from gansearch.space import load_space

__version__ = "0.1.0"
__all__ = ["__version__", "launch", "load_space", "load_study", "train"]

_HOMES = {
    "launch": "gansearch.api",
    "load_space": "gansearch.space",
    "load_study": "gansearch.api",
    "train": "gansearch.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'gansearch' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
