"""Imports one plug-in file from its content, wherever that lies: tracebacks and ``inspect`` show its lines.

A worker on another machine has the study's storage and no path of the user's, so a module is made of bytes. A plug-in
is one file: it imports what is installed, and no file beside it.
"""

from __future__ import annotations

import importlib.abc
import importlib.util
import linecache
import re
import sys
from importlib.machinery import ModuleSpec
from pathlib import PurePath
from types import ModuleType

from gansearch.errors import PluginError

_NO_IDENTIFIER = re.compile(r"\W")


class _Source(importlib.abc.ExecutionLoader):
    """Gives a module's source to Python's import machinery."""

    def __init__(self, content: bytes, where: str) -> None:
        self._content = content
        self._where = where

    def get_filename(self, fullname: str) -> str:
        """What tracebacks call the file."""
        return self._where

    def get_source(self, fullname: str) -> str:
        """The text, decoded as Python does: by a byte order mark, a coding line, or as UTF-8."""
        return importlib.util.decode_source(self._content)

    def is_package(self, fullname: str) -> bool:
        """A plug-in is one file."""
        return False


def import_source(content: bytes, where: str, digest: str) -> ModuleType:
    """A new module of the content of a plug-in file.

    Args:
        content: of the file.
        where: the file's path, or its address in a storage; its last part names the module.
        digest: tells this content from others under the same name.

    Raises:
        PluginError: where its import fails.
    """
    name = f"gansearch_plugin_{_NO_IDENTIFIER.sub('_', PurePath(where).stem)}_{digest}"
    loader = _Source(content, where)
    spec = ModuleSpec(name, loader, origin=where)
    spec.has_location = True
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look for the module of a class while it is being made
    try:
        _remember_lines(loader.get_source(name), where)
        loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise PluginError(f"plug-in {where} cannot be imported: {_said(error, where)}") from error
    return module


def _remember_lines(text: str, where: str) -> None:
    """Let tracebacks and ``inspect`` find the lines as they were imported, also where the file is elsewhere by now."""
    # Without a time of change the entry is never compared with a file.
    linecache.cache[where] = (len(text), None, text.splitlines(keepends=True), where)


def _said(error: BaseException, where: str) -> str:
    """The error, its line in the plug-in, and what to do where another module is missing."""
    line = error.lineno if isinstance(error, SyntaxError) else _line(error, where)
    place = "" if line is None else f" (line {line})"
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    if isinstance(error, ModuleNotFoundError):
        text += (
            "; a plug-in is one file, and what it imports must be installed wherever trials run: put it all into the "
            "file, or install a package with entry points such as gansearch.tricks"
        )
    return f"{type(error).__name__}: {text}{place}"


def _line(error: BaseException, where: str) -> int | None:
    """The last line of the plug-in itself that the error came through."""
    lines, trace = [], error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == where:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return lines[-1] if lines else None
