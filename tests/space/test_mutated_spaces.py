"""A thousand mutated search space files: each loads as what it says, or is refused with file and line."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gansearch.dimensions import Choice, Dimension, Float, Int
from gansearch.errors import SpaceError
from gansearch.records import Setting
from gansearch.space import SearchSpace, list_spaces, load_space, parse_space, resolve
from gansearch.space.budget_reader import OLDER
from gansearch.space.overrides import SHORTHANDS
from gansearch.testing.text_mutations import mutated
from gansearch.tricks import tricks

EVERY_FEATURE = Path(__file__).parent / "every_feature.yaml"
BASES = {path.stem: path.read_text() for path in (*(entry.path for entry in list_spaces()), EVERY_FEATURE)}
LONGEST_S = 20.0
"""Far above what the slowest file takes on a busy machine, far below a hang."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mutated") / "mutated.yaml"


@settings(max_examples=1000, derandomize=True, database=None, deadline=None)
@given(base=st.sampled_from(sorted(BASES)), chance=st.randoms(use_true_random=True))
def test_a_mutated_file_loads_as_what_it_says_or_is_refused_with_its_line(
    file: Path, base: str, chance: Random
) -> None:
    content = mutated(BASES[base], chance)
    file.write_bytes(content)
    began = time.monotonic()
    try:
        space = load_space(str(file))
    except SpaceError as error:
        check_refusal(error, str(file), content)
    else:
        check_sound(space)
        check_faithful(space, content.decode("utf-8-sig"))
    assert time.monotonic() - began < LONGEST_S


@pytest.mark.parametrize("name", sorted(BASES))
def test_what_is_checked_of_mutated_files_holds_of_whole_ones(name: str) -> None:
    space = parse_space(BASES[name], name)
    check_sound(space)
    check_faithful(space, BASES[name])


@pytest.mark.parametrize("name", sorted(BASES))
def test_how_a_file_is_written_changes_nothing(name: str, file: Path) -> None:
    whole = parse_space(BASES[name], name)
    text = BASES[name].encode()
    for same in (b"\xef\xbb\xbf" + text, text.replace(b"\n", b"\r\n"), b"---\n" + text + b"# the end", text + b"...\n"):
        file.write_bytes(same)
        read = load_space(str(file))
        assert (read.parameters, read.fixed, read.constants, read.plan) == (
            *(whole.parameters, whole.fixed, whole.constants, whole.plan),
        )


HEAD = "name: a\ndataset: {name: ring}\n"
NINES = "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
MONSTERS = {
    "nine to the ninth aliases": (HEAD + f"a: &a [1, 2, 3]\n{NINES}", "must have at most 50000 values"),
    "ten thousand lists": (HEAD + "plan: " + "[" * 10_000, "more than 40 lists and mappings within each other"),
    "a grid without an end": (
        HEAD + "plan: {kind: grid}\ngenerator: {width: {int: [1, 4096]}, latent_size: {int: [1, 1000]}}\n",
        "a grid must have at most 100000 points",
    ),
    "a step that is too fine": (
        HEAD + "plan: {trials: 1}\ngenerator: {dropout: {float: [0, 0.5], step: 1e-300}}\n",
        "must divide high - low into at most 1000000 steps",
    ),
    "a number of a thousand digits": (
        HEAD + "plan: {trials: " + "9" * 1000 + "}\n",
        "plan.trials: must be a number that 64 bits hold",
    ),
    "a megabyte": (HEAD + "#" * 1_000_000, "must have at most 250000 characters"),
    "a line that only PyYAML ends": (
        HEAD + "plan: {trials: 1} # a note\u2028training: {epochs: 3}\n",
        r"got U\+2028",
    ),
}


@pytest.mark.parametrize("name", MONSTERS)
def test_a_monster_is_refused_at_once(name: str) -> None:
    text, match = MONSTERS[name]
    began = time.monotonic()
    with pytest.raises(SpaceError, match=match):
        parse_space(text, "monster.yaml")
    assert time.monotonic() - began < LONGEST_S


# Within 4 GB of addresses: what would fill the memory fails here instead.
CHECK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))
from gansearch.cli import main
for path in sys.argv[1:]:
    sys.argv = ["gansearch", "spaces", "check", path]
    try:
        main()
    except SystemExit as end:
        print(end.code)
"""


def test_the_command_says_so_without_a_traceback(tmp_path: Path) -> None:
    contents = {
        "aliases": MONSTERS["nine to the ninth aliases"][0].encode(),
        "binary": bytes(range(256)),
        "deep": b"- " * 3000,
        "empty": b"",
    }
    files = [tmp_path / f"{name}.yaml" for name in contents]
    for file, content in zip(files, contents.values(), strict=True):
        file.write_bytes(content)
    done = subprocess.run([sys.executable, "-c", CHECK, *map(str, files)], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n" * len(files)
    assert "Traceback" not in done.stderr
    for file in files:
        assert f"{file}:" in done.stderr
    assert done.stderr.count("1 problem; nothing was started") == len(files)


def check_refusal(error: SpaceError, file: str, content: bytes) -> None:
    """Whether each problem names the file and a line of it."""
    last = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert error.problems
    assert all(problem.file == file and 1 <= problem.line <= last for problem in error.problems), error


def check_sound(space: SearchSpace) -> None:
    """Whether the default and some samples are configurations that can be built."""
    resolve(space.settings(space.default_parameters()))
    chance = Random(0)
    for _ in range(3):
        resolve(space.settings(space.suggest(lambda _, dimension: sampled(dimension, chance))))


def sampled(dimension: Dimension, chance: Random) -> Setting:
    if isinstance(dimension, Choice):
        return chance.choice(dimension.choices)
    if dimension.step is not None:
        return dimension.low + dimension.step * chance.randint(
            0, round((dimension.high - dimension.low) / dimension.step)
        )
    if isinstance(dimension, Int):
        return chance.randint(dimension.low, dimension.high)
    return chance.uniform(dimension.low, dimension.high)


def check_faithful(space: SearchSpace, text: str) -> None:
    """Whether the space holds what PyYAML finds in the text when every scalar stays a word."""
    said = yaml.load(text.replace("\r\n", "\n").replace("\r", "\n"), Loader=yaml.BaseLoader)
    assert agree(said.pop("name"), space.name)
    plan, budget, resources, detectors = (said.pop(key, {}) for key in ("plan", "budget", "resources", "detectors"))
    assert tuple(said.get("evaluation", {}).pop("also", ())) == space.evaluation.also
    priors = said.pop("priors", {})
    assert "strength" not in priors or agree(priors.pop("strength"), space.priors.strength)
    assert priors.keys() == space.priors.beliefs.keys()
    for path, raw in priors.items():
        value = raw["value"] if isinstance(raw, Mapping) else raw
        assert agree(value, space.priors.beliefs[path].value), path
    for key in ("kind", "trials", "replicates", "seed", "max_active_tricks"):
        assert key not in plan or agree(plan[key], getattr(space.plan, key)), key
    bounds = {key: plan[key] for key in OLDER if key in plan} | budget
    for key in ("hours", "gpu_hours", "epochs", "trials", "cost_per_gpu_hour", "cost"):
        assert key not in bounds or agree(bounds[key], getattr(space.budget, key)), key
    for key in ("cpu", "gpu", "device", "lanes", "concurrent"):
        assert key not in resources or agree(resources[key], getattr(space.resources, key)), key
    for key in ("mode", "grace_epochs", "patience"):
        assert key not in detectors or agree(detectors[key], getattr(space.detectors, key)), key
    for path, raw in leaves(said, ""):
        found = [
            *(parameter.dimension for parameter in space.parameters if parameter.path == path),
            *(constant.value for constant in space.constants if constant.path == path),
            *([space.fixed[path]] if path in space.fixed else []),
        ]
        # A trick may be off for good, or taken out of a choice because of a conflict: its fields are gone then.
        is_gone = path.startswith("tricks.") and (not found or bool(space.notes))
        # Of two choices that do not go together everywhere one is divided: a part of it hangs on the other.
        is_divided = any(parameter.path == path and parameter.conditions for parameter in space.parameters)
        is_varied = bool(space.arms) and are_levels(raw, found)
        assert is_gone or is_varied or any(stands_for(raw, value, is_divided) for value in found), (path, raw, found)


SLOTS = {f"tricks.{cls.slot}" for cls in tricks if cls.slot is not None}


def leaves(raw: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Fixed values and dimensions by the path of their setting."""
    is_dimension = isinstance(raw, Mapping) and bool({"float", "int", "choice"} & raw.keys())
    if isinstance(raw, Mapping) and not is_dimension:
        for key, child in raw.items():
            if key != "when":
                yield from leaves(child, f"{path}.{key}" if path else key)
    elif path.count(".") == 1 and path.startswith("tricks.") and path not in SLOTS:
        yield f"{path}.enabled", raw
    else:
        yield f"{path}.{SHORTHANDS[path]}" if path in SHORTHANDS else path, raw


def stands_for(raw: Any, value: Setting | Dimension, is_divided: bool = False) -> bool:
    if isinstance(value, Choice):
        words = raw.get("choice", ())
        if is_divided:
            words = [word for word in words if any(agree(word, choice) for choice in value.choices)]
        return len(words) == len(value.choices) and all(map(agree, words, value.choices))
    if isinstance(value, (Float, Int)):
        low, high = raw["float" if isinstance(value, Float) else "int"]
        steps = agree(raw.get("step", "null"), value.step) and agree(raw.get("log", "false"), value.log)
        return agree(low, value.low) and agree(high, value.high) and steps
    return isinstance(raw, str) and agree(raw, value)


def are_levels(raw: Any, found: Sequence[Any]) -> bool:
    """Whether the values of a choice, or the ends of a range, are those that arms have."""
    words = (
        next((raw[form] for form in ("choice", "int", "float") if form in raw), ()) if isinstance(raw, Mapping) else ()
    )
    return bool(words) and all(any(agree(word, value) for value in found) for word in words)


def agree(raw: str, value: Setting) -> bool:
    """Whether a word of the file means the value."""
    if value is None:
        return raw in ("", "~", "null", "Null", "NULL")
    if isinstance(value, bool):
        return raw.lower() == str(value).lower()
    if isinstance(value, str):
        return raw == value
    number = int(raw, 0) if raw[:2] in ("0x", "0o") else float(raw)
    return number == value
