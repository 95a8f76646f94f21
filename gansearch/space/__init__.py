"""Search spaces: YAML in, frozen ``SearchSpace`` out.

The names are loaded when they are first asked for, so that workers can use ``space.configuration`` without YAML.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gansearch.space.catalogue import SpaceEntry, find_space, list_spaces
    from gansearch.space.configuration import resolve
    from gansearch.space.description import Row, describe
    from gansearch.space.parameters import Condition, Constant, SearchParameter
    from gansearch.space.plan import Budget, DetectorSettings, Objective, Plan, Resources
    from gansearch.space.reader import load_space, parse_space
    from gansearch.space.search_space import SearchSpace

__all__ = [
    "Budget",
    "Condition",
    "Constant",
    "DetectorSettings",
    "Objective",
    "Plan",
    "Resources",
    "Row",
    "SearchParameter",
    "SearchSpace",
    "SpaceEntry",
    "describe",
    "find_space",
    "list_spaces",
    "load_space",
    "parse_space",
    "resolve",
]

_MODULES = {
    "catalogue": ("SpaceEntry", "find_space", "list_spaces"),
    "configuration": ("resolve",),
    "description": ("Row", "describe"),
    "parameters": ("Condition", "Constant", "SearchParameter"),
    "plan": ("Budget", "DetectorSettings", "Objective", "Plan", "Resources"),
    "reader": ("load_space", "parse_space"),
    "search_space": ("SearchSpace",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
