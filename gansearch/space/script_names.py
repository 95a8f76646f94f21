"""What a script says about its parameters, read from its text: their names, and defaults where they are literals.

A script is never run to check a space. What cannot be told from the text is told when a trial runs.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gansearch.records import Setting

CALL = "parameters"
"""``gansearch.parameters``."""


@dataclass(frozen=True)
class ScriptNames:
    """The parameters that a script can be given."""

    defaults: Mapping[str, Setting]
    """By name; None also where the default is no literal."""
    is_whole: bool
    """Whether there can be no others."""


def names_of(trees: Mapping[str, ast.Module], file: str, function: str | None) -> ScriptNames:
    """The parameters that the script names.

    Args:
        trees: every file of the script, by name.
        file: the one that is run.
        function: of that file, where one is called.
    """
    calls = [(tree, call) for tree in trees.values() for call in _calls(tree)]
    defaults: dict[str, Setting] = {}
    for tree, call in calls:
        constants = _constants(tree)
        defaults |= {word.arg: _literal(word.value, constants) for word in call.keywords if word.arg is not None}
    is_open = not calls or any(word.arg is None for _, call in calls for word in call.keywords)
    definition = None if function is None else find_function(trees[file], function)
    if definition is not None:
        taken = _arguments(definition, _constants(trees[file]))
        defaults |= taken
        is_open = definition.args.kwarg is not None or (is_open and not taken)
    return ScriptNames(defaults, is_whole=not is_open)


def find_function(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    """The function of that name at the top of a file, or None."""
    return next((each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == name), None)


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Every call of ``gansearch.parameters``, by whatever names the file imports it."""
    modules, functions = set[str](), set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name for alias in node.names if alias.name == "gansearch"}
        elif isinstance(node, ast.ImportFrom) and node.module == "gansearch":
            functions |= {alias.asname or alias.name for alias in node.names if alias.name == CALL}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Attribute(value=ast.Name(id=module), attr=name) if name == CALL and module in modules:
                yield node
            case ast.Name(id=name) if name in functions:
                yield node


def _constants(tree: ast.Module) -> dict[str, Setting]:
    """Names at the top of a file that are set to a literal, as the first such line has it."""
    found: dict[str, Setting] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, _literal(node.value, {}))
    return found


def _arguments(definition: ast.FunctionDef, constants: Mapping[str, Setting]) -> dict[str, Setting]:
    said = definition.args
    places = [*said.posonlyargs, *said.args]
    missing: list[ast.expr | None] = [None] * (len(places) - len(said.defaults))
    pairs = [
        *zip(places, [*missing, *said.defaults], strict=True),
        *zip(said.kwonlyargs, said.kw_defaults, strict=True),
    ]
    return {each.arg: None if value is None else _literal(value, constants) for each, value in pairs}


def _literal(node: ast.expr, constants: Mapping[str, Setting]) -> Setting:
    """The value of a literal or of a known name; None for anything else."""
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    is_number = isinstance(value, (int, float)) and math.isfinite(value)
    return value if is_number or isinstance(value, str) else None
