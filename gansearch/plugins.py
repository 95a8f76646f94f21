"""Finds plug-ins: every class of a kind in the package, in installed entry points, and in files given by ``--plugin``.

A plug-in is a class in a file; its existence is its registration. The built-in ones are the modules of a package whose
names do not start with an underscore, others come from the entry point group ``gansearch.<kind>s`` or from a file.
Names are unique within a kind: what a space means must not depend on the order of imports.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Generic, TypeVar

from gansearch.dimensions import declared
from gansearch.errors import PluginError
from gansearch.plugin_source import import_source
from gansearch.records import Facts

SUFFIX = ".py"


@dataclass(frozen=True, eq=False)
class _PluginFile:
    """A plug-in file that this process has imported."""

    digest: str
    """Of its content: a copy of a file is the same plug-in."""
    content: bytes
    where: str
    """Path or address that it was first imported from."""
    module: ModuleType


_imported: dict[str, _PluginFile] = {}
"""Every plug-in file that this process has imported, by digest; one is imported once."""
_files: dict[str, _PluginFile] = {}
"""Those that registries look into. Studies may hold different states of one file: the last one opened counts."""
_given: dict[str, str] = {}
"""Digests by path, of the files that the user named."""
_registries: list[Registry[Any]] = []


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
        _registries.append(self)

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

    @property
    def group(self) -> str:
        """Of the entry points."""
        plural = f"{self.kind}es" if self.kind.endswith("s") else f"{self.kind}s"
        return f"gansearch.{plural.replace(' ', '_')}"

    def check_not_installed(self, name: str, cls: type[P]) -> None:
        """Whether a class of a file may have this name.

        Raises:
            PluginError: where the package, or an installed one, has a plug-in of that name.
        """
        installed = self._installed.get(name)
        if installed is not None:
            raise _twice(self.kind, name, installed, cls)

    def in_module(self, module: ModuleType) -> dict[str, type[P]]:
        """The plug-ins that ``module`` itself defines (not what it imports, not abstract bases).

        Raises:
            PluginError: where two have the same name.
        """
        found: dict[str, type[P]] = {}
        for cls in vars(module).values():
            is_plugin = inspect.isclass(cls) and issubclass(cls, self._base) and "name" in vars(cls)
            if is_plugin and cls.__module__ == module.__name__:
                self._add(cls, found)
        return found

    def _all(self) -> Mapping[str, type[P]]:
        found = dict(self._installed)
        for file in _files.values():
            found.update(self.in_module(file.module))
        return found

    @cached_property
    def _installed(self) -> Mapping[str, type[P]]:
        found: dict[str, type[P]] = {}
        package = importlib.import_module(self._package)
        for info in pkgutil.iter_modules(package.__path__):
            if not info.name.startswith("_"):
                for cls in self.in_module(importlib.import_module(f"{self._package}.{info.name}")).values():
                    self._add(cls, found)
        for point in entry_points(group=self.group):
            self._add(self._of_entry_point(point), found)
        return found

    def _of_entry_point(self, point: EntryPoint) -> type[P]:
        """The class that an installed package offers.

        Raises:
            PluginError: where it cannot be imported or is none of this kind.
        """
        said = f"entry point {point.name} = {point.value} ({self.group})"
        if point.dist is not None:
            said += f" of the installed package {point.dist.name}"
        try:
            cls = point.load()
        except Exception as error:
            raise PluginError(f"{said} cannot be imported: {type(error).__name__}: {error}") from error
        if not (inspect.isclass(cls) and issubclass(cls, self._base) and isinstance(getattr(cls, "name", None), str)):
            raise PluginError(f"{said} must be a {self._base.__name__} with a name; got {cls!r}")
        return cls

    def _add(self, cls: type[P], found: dict[str, type[P]]) -> None:
        other = found.setdefault(cls.name, cls)
        if other is not cls:
            raise _twice(self.kind, cls.name, other, cls)


def load_file(path: Path) -> None:
    """Import a user's plug-in file; what it defines is then found by every registry.

    A second call does nothing, nor does one for a copy of the file. A file that has been changed takes the place of
    what was imported from that path before.

    Raises:
        PluginError: where the file is missing, its import fails, or it defines what something else defines already.
    """
    where = str(path.resolve())
    file = _imported_once(read_file(path), where)
    others = {digest for other, digest in _given.items() if other != where}
    _activate(file, displaces=lambda other: other.digest not in others)
    earlier = _given.get(where, file.digest)
    if earlier not in {file.digest, *others}:
        _files.pop(earlier, None)
    _given[where] = file.digest


def load_copy(content: bytes, where: str) -> None:
    """Import a study's own copy of a plug-in file: it takes the place of other files that define the same names.

    Args:
        content: of the file.
        where: its path or address; it names the file in messages and tracebacks.

    Raises:
        PluginError: where its import fails, or it defines what the package or an installed one defines already.
    """
    if _digest(content) not in _files:
        _activate(_imported_once(content, where), displaces=lambda _: True)


def loaded_beside(files: Iterable[Path]) -> tuple[Path, ...]:
    """The user's plug-in files that this process has loaded, other than these."""
    these = {str(path.resolve()) for path in files}
    return tuple(Path(where) for where, digest in _given.items() if where not in these and digest in _files)


@contextmanager
def unloaded(files: Iterable[Path]) -> Iterator[None]:
    """Nothing finds what these files define, for the length of the block."""
    before = dict(_files)
    for path in files:
        _files.pop(_given[str(path)], None)
    try:
        yield
    finally:
        _files.clear()
        _files.update(before)


def content_of(path: Path) -> bytes:
    """The content of a plug-in file as this process imported it from there; where it has not, as the file is now.

    Raises:
        PluginError: where it cannot be read.
    """
    digest = _given.get(str(path.resolve()))
    return read_file(path) if digest is None else _imported[digest].content


def _imported_once(content: bytes, where: str) -> _PluginFile:
    digest = _digest(content)
    if digest not in _imported:
        _imported[digest] = _PluginFile(digest, content, where, import_source(content, where, digest))
    return _imported[digest]


def _activate(file: _PluginFile, *, displaces: Callable[[_PluginFile], bool]) -> None:
    """Let registries find what a file defines.

    Raises:
        PluginError: where something that stays defines one of its names too.
    """
    if file.digest in _files:
        return
    leaving = set()
    for registry in _registries:
        for name, cls in registry.in_module(file.module).items():
            registry.check_not_installed(name, cls)
            for other in _files.values():
                rival = registry.in_module(other.module).get(name)
                if rival is not None and not displaces(other):
                    raise _twice(registry.kind, name, rival, cls)
                leaving |= set() if rival is None else {other.digest}
    for digest in leaving:
        del _files[digest]
    for where in [where for where, digest in _given.items() if digest in leaving]:
        del _given[where]
    _files[file.digest] = file


def read_file(path: Path) -> bytes:
    """A plug-in file's content, as it is now.

    Raises:
        PluginError: where it is no Python file, or cannot be read.
    """
    if not path.is_file() or path.suffix != SUFFIX:
        got = "is a folder" if path.is_dir() else f"does not end in {SUFFIX}" if path.exists() else "does not exist"
        raise PluginError(f"a plug-in must be a Python file; got {path.resolve()}, which {got}")
    try:
        return path.read_bytes()
    except OSError as error:
        raise PluginError(f"plug-in {path} cannot be read: {error}") from error


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _twice(kind: str, name: str, first: type, second: type) -> PluginError:
    return PluginError(
        f"every {kind} must have a name of its own; {name!r} is that of {_place(first)} and of {_place(second)}: "
        "give one of them another name"
    )


def _place(cls: type) -> str:
    """A class and where it is defined, as a user finds it."""
    module = sys.modules.get(cls.__module__)
    file = next((each for each in _imported.values() if each.module is module), None)
    if file is None:
        return f"{cls.__qualname__} in {cls.__module__}"
    given = (where for where, digest in _given.items() if digest == file.digest)
    return f"{cls.__qualname__} in {next(given, file.where)}"


def did_you_mean(name: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    """`` (did you mean 'x'?)`` for the nearest known name, or nothing."""
    near = nearest(name, tuple(known))
    return f" (did you mean {near!r}?)" if near else ""


def nearest(name: str, known: tuple[str, ...]) -> str | None:
    """The known name that ``name`` was probably meant to be, or None."""
    matches = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    return matches[0] if matches else None
