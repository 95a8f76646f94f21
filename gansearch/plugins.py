"""Finds plug-ins: every class of a kind in the package, in installed entry points, and in files given by ``--plugin``.

A plug-in is one file with one class; its existence is its registration. The built-in ones are the modules of a package
whose names do not start with an underscore, others come from the entry point group ``gansearch.<kind>s`` or a file.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib
import importlib.util
import inspect
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Generic, TypeVar

from gansearch.dimensions import declared
from gansearch.errors import PluginError
from gansearch.records import Facts

_files: dict[str, ModuleType] = {}
"""Imported plug-in files by the hash of their content: a copy of a file is the same plug-in."""


class Plugin:
    """What every plug-in has: the name by which a search space chooses it."""

    name: ClassVar[str]


class Factual(Plugin):
    """A plug-in that states facts about itself, from which the search space derives conflicts.

    The ``facts`` of the class hold whatever its fields are; those of an instance are joined by what the values of its
    fields imply (``dimensions.static``).
    """

    facts: ClassVar[Facts]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "facts" in vars(cls):
            cls.facts = _Stated(vars(cls)["facts"])  # type: ignore[assignment]


class _Stated:
    """The facts of a class, and of an instance with what its fields imply."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def __get__(self, plugin: Factual | None, cls: type[Factual]) -> Facts:
        if plugin is None:
            return self._facts
        fields = declared(type(plugin)).items()
        return self._facts.with_also(
            fact for name, said in fields if said.implies for fact in said.implies.get(getattr(plugin, name), ())
        )


P = TypeVar("P", bound=Plugin)


class Registry(Generic[P]):
    """The plug-ins of one kind, by name.

    Args:
        kind: the field's word for them in the singular, as ``trick``; the entry point group is ``gansearch.tricks``.
        base: the class that they extend.
        package: where the built-in ones lie, as ``gansearch.tricks``.
    """

    def __init__(self, kind: str, base: type[P], package: str) -> None:
        self.kind = kind
        self._base = base
        self._package = package

    def names(self) -> tuple[str, ...]:
        """Every known name, sorted."""
        return tuple(sorted(self._all()))

    def get(self, name: str) -> type[P]:
        """The class called ``name``.

        Raises:
            PluginError: where there is none, with what was probably meant.
        """
        known = self._all()
        if name not in known:
            raise PluginError(
                f"no {self.kind} is called {name!r}{did_you_mean(name, known)}; there are {', '.join(sorted(known))}"
            )
        return known[name]

    def __iter__(self) -> Iterator[type[P]]:
        return iter(cls for _, cls in sorted(self._all().items()))

    def _all(self) -> Mapping[str, type[P]]:
        found = dict(self._installed)
        for module in _files.values():
            found.update(self._in_module(module))
        return found

    @cached_property
    def _installed(self) -> Mapping[str, type[P]]:
        found: dict[str, type[P]] = {}
        package = importlib.import_module(self._package)
        for info in pkgutil.iter_modules(package.__path__):
            if not info.name.startswith("_"):
                found.update(self._in_module(importlib.import_module(f"{self._package}.{info.name}")))
        for point in entry_points(group=f"gansearch.{self.kind.replace(' ', '_')}s"):
            cls = point.load()
            if not (inspect.isclass(cls) and issubclass(cls, self._base)):
                raise PluginError(f"entry point {point.name} must name a {self._base.__name__}; got {cls!r}")
            found[cls.name] = cls
        return found

    def _in_module(self, module: ModuleType) -> dict[str, type[P]]:
        """The plug-ins that ``module`` itself defines (not what it imports, not abstract bases)."""
        return {
            cls.name: cls
            for cls in vars(module).values()
            if inspect.isclass(cls)
            and issubclass(cls, self._base)
            and cls.__module__ == module.__name__
            and "name" in vars(cls)
        }


def load_file(path: Path) -> None:
    """Import a plug-in file; what it defines is then found by every registry.

    A second call does nothing, nor does one for a copy of the file.

    Raises:
        PluginError: where the file is missing or its import fails.
    """
    path = path.resolve()
    if not path.is_file():
        got = "is a folder" if path.is_dir() else "does not exist"
        raise PluginError(f"a plug-in must be a Python file; got {path}, which {got}")
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    if content in _files:
        return
    name = f"gansearch_plugin_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError(f"a plug-in must be a Python file; got {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise PluginError(f"plug-in {path} cannot be imported: {type(error).__name__}: {error}") from error
    _files[content] = module


def did_you_mean(name: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    """`` (did you mean 'x'?)`` for the nearest known name, or nothing."""
    near = nearest(name, tuple(known))
    return f" (did you mean {near!r}?)" if near else ""


def nearest(name: str, known: tuple[str, ...]) -> str | None:
    """The known name that ``name`` was probably meant to be, or None."""
    matches = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    return matches[0] if matches else None
