"""Reads ``script`` and ``parameters``: a user's own training script in place of networks, loss and optimizers."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from gansearch.dimensions import declared
from gansearch.errors import StorageError
from gansearch.plugins import nearest
from gansearch.records import Setting
from gansearch.space.drafts import Draft
from gansearch.space.free_values import middle, read_free
from gansearch.space.nodes import Node, child_path
from gansearch.space.plan import Resources
from gansearch.space.problems import Problems
from gansearch.space.script import FILE, FUNCTION, HASH, Script
from gansearch.space.script_names import ScriptNames, find_function, names_of
from gansearch.space.sections import SECTIONS, read_section
from gansearch.space.values import read_field
from gansearch.storage import Storage
from gansearch.training import TrainingSettings

KEY = "script"
PARAMETERS = "parameters"
KEYS = ("file", "function", "modules", "sha256")
REPLACED = ("generator", "discriminator", "loss", "optimizer", "tricks")
"""Sections that a script stands in place of."""


@dataclass(frozen=True)
class ReadScript:
    """A script, and what its text says about its parameters."""

    node: Node
    script: Script
    names: ScriptNames


def read_script(root: Node, origin: str, problems: Problems) -> ReadScript | None:
    """The script that the space names; None where it has none, or where something is wrong with it.

    Args:
        root: of the space.
        origin: its file; the script lies relative to it.
        problems: takes what is wrong.
    """
    node = root.entries.get(KEY)
    if node is None:
        if PARAMETERS in root.entries:
            problems.add(root.entries[PARAMETERS], "must stand beside script, whose parameters they are")
        return None
    before = len(problems)
    for section in REPLACED:
        if section in root.entries:
            problems.add(root.entries[section], "must not stand beside script, which has its own networks and training")
    words = _words(node, problems)
    file = words.get("file")
    sources = {} if file is None else _sources([file, *_modules(node, problems)], origin, problems)
    if len(problems) > before or file is None:
        return None
    script = Script(_name(file), words["function"].content if "function" in words else None, sources)  # type: ignore[arg-type]
    return _checked(node, words, script, problems)


def script_drafts(read: ReadScript | None, root: Node, problems: Problems) -> list[Draft]:
    """Every setting of a space with a script."""
    # What could not be read is a script all the same: the rest of the space is judged as that of one.
    drafts = [Draft(FILE, root.entries[KEY], KEY)] if read is None else []
    if read is not None:
        fixed = {FILE: read.script.file, FUNCTION: read.script.function, HASH: read.script.sha256}
        drafts += [Draft(path, read.node, value) for path, value in fixed.items() if value is not None]
    drafts += _parameters(root.entries.get(PARAMETERS), read, problems)
    if "dataset" in root.entries:
        drafts += read_section(SECTIONS[0], root.entries["dataset"], root, problems)
    return drafts + _training(root.entries.get("training"), root, problems)


def check_lanes(node: Node | None, resources: Resources, problems: Problems) -> None:
    """Note a wish for packs of several lanes: a script trains one trial at a time."""
    if node is not None and resources.lanes not in ("auto", 1):
        problems.add(node.entries["lanes"], "must be 1 or auto beside script, which trains one trial at a time")


# --- the script -----------------------------------------------------------------------------------------------------


def _words(node: Node, problems: Problems) -> dict[str, Node]:
    """The keys of ``script`` that are words, in the long form; those that are wrong are left out."""
    if not node.is_mapping:
        node = replace(node, content={"file": replace(node, path=f"{KEY}.file", key="file")})
    for key, child in node.entries.items():
        if key not in KEYS:
            problems.unknown(child, KEYS, f"must be a key of {KEY}")
    words = {key: child for key, child in node.entries.items() if key in KEYS and key != "modules"}
    if "file" not in words:
        problems.missing(node, "file", "must be given: a Python file, relative to the folder of this file")
    for key, child in list(words.items()):
        if not isinstance(child.content, str) or not child.content:
            problems.add(child, "must be the name of a function" if key == "function" else "must be a word")
            del words[key]
    return words


def _modules(node: Node, problems: Problems) -> tuple[Node, ...]:
    listed = node.entries.get("modules")
    if listed is None:
        return ()
    if not listed.is_list:
        problems.add(listed, "must be a list of Python files that the script imports, as [models.py, losses.py]")
    return listed.items


def _sources(nodes: list[Node], origin: str, problems: Problems) -> dict[str, bytes]:
    """Content of the files by name."""
    found: dict[str, bytes] = {}
    for node in nodes:
        if not isinstance(node.content, str) or not node.content.endswith(".py"):
            problems.add(node, "must be a Python file, as train.py")
            continue
        content = _content(origin, node.content)
        if content is None:
            problems.add(node, f"must be a file that exists, relative to the folder of {PurePosixPath(origin).name}")
        elif found.setdefault(_name(node), content) is not content:
            problems.add(node, "must differ in its name from the other files of the script")
    return found


def _content(origin: str, file: str) -> bytes | None:
    """What the file holds that lies relative to the space's own file; None where there is none."""
    if "://" not in origin:
        path = Path(origin).expanduser().parent / Path(file).expanduser()
        return path.read_bytes() if path.is_file() else None
    try:
        return Storage(origin.rpartition("/")[0]).read(file)
    except StorageError:
        return None


def _name(node: Node) -> str:
    return PurePosixPath(str(node.content)).name


def _checked(node: Node, words: Mapping[str, Node], script: Script, problems: Problems) -> ReadScript | None:
    """The script where its text is sound."""
    before = len(problems)
    trees: dict[str, ast.Module] = {}
    for name, content in script.sources.items():
        try:
            trees[name] = ast.parse(content, name)
        except (SyntaxError, ValueError) as error:
            line = f" (line {error.lineno})" if isinstance(error, SyntaxError) and error.lineno else ""
            said = error.msg if isinstance(error, SyntaxError) else error
            problems.add(words["file"], f"must be Python: {said}{line}", value=name)
    if "sha256" in words and words["sha256"].content != script.sha256:
        rule = f"must be the hash of the script, {script.sha256}: it has been changed, and its trials would not compare"
        problems.add(words["sha256"], rule)
    if len(problems) > before:
        return None
    if script.function is not None and find_function(trees[script.file], script.function) is None:
        functions = tuple(each.name for each in trees[script.file].body if isinstance(each, ast.FunctionDef))
        rule = f"must be a function at the top of {script.file}: {', '.join(functions) or 'there is none'}"
        problems.add(words["function"], rule, suggestion=nearest(script.function, functions))
        return None
    return ReadScript(node, script, names_of(trees, script.file, script.function))


# --- its parameters -------------------------------------------------------------------------------------------------


def _parameters(node: Node | None, read: ReadScript | None, problems: Problems) -> list[Draft]:
    if node is None:
        return []
    if not node.is_mapping:
        problems.add(node, "must be a mapping from the script's parameters to values or dimensions")
        return []
    drafts = [_parameter(name, child, read, problems) for name, child in node.entries.items()]
    return [draft for draft in drafts if draft is not None]


def _parameter(name: str, node: Node, read: ReadScript | None, problems: Problems) -> Draft | None:
    if not name.isidentifier() or keyword.iskeyword(name):
        problems.add(node, "must be a name of Python: letters, digits and underscores", value=name)
        return None
    if read is not None and read.names.is_whole and name not in read.names.defaults:
        known = tuple(read.names.defaults)
        rule = f"must be a parameter that {read.script.file} names: {', '.join(known) or 'it names none'}"
        problems.add(node, rule, value=name, suggestion=nearest(name, known))
        return None
    reading = read_free(node, problems)
    if reading is None:
        return None
    default = None if read is None else read.names.defaults.get(name)
    draft = Draft(child_path(PARAMETERS, name), node, reading.value, default, when=reading.when)
    if draft.dimension is not None and default is None:
        return replace(draft, default=middle(draft.dimension))
    return draft


def _training(node: Node | None, root: Node, problems: Problems) -> list[Draft]:
    """``training.epochs`` alone: how many evaluations a script reports is all that is known of its training."""
    said = declared(TrainingSettings)["epochs"]
    if node is not None and not node.is_mapping:
        problems.add(node, "must be a mapping")
        return []
    entries = {} if node is None else node.entries
    for key, other in entries.items():
        if key != "epochs":
            problems.unknown(other, ("epochs",), "must be a key of training beside script")
    child = entries.get("epochs")
    if child is None:
        at, key = (root, "training.epochs") if node is None else (node, "epochs")
        problems.missing(at, key, "must be given: how many evaluations the script reports")
        return []
    reading = read_field(child, said, problems, refusal="must be fixed: trials are compared after equal training")
    value: Setting = None if reading is None else reading.choices[0]
    return [] if reading is None else [Draft("training.epochs", child, value, said.default)]
