"""Which plug-ins a name stands for: names are unique, copies are the same plug-in, a study's own copy counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from gansearch.detectors import detectors
from gansearch.errors import PluginError
from gansearch.gan import losses
from gansearch.plugins import content_of, load_copy, load_file
from gansearch.tricks import tricks

TRICK = '''
"""A trick that does nothing. Source: none."""
from dataclasses import dataclass
from typing import ClassVar
from gansearch.tricks import Trick

@dataclass(frozen=True, kw_only=True, eq=False)
class Idle(Trick):
    """Does nothing."""
    name: ClassVar[str] = "NAME"
    paper: ClassVar[str] = "none"
    state: ClassVar[int] = 1
'''


def trick(name: str = "idle", state: int = 1) -> str:
    return TRICK.replace("NAME", name).replace("= 1", f"= {state}")


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def state_of(name: str) -> int:
    return tricks.get(name).state  # type: ignore[attr-defined, no-any-return]


def test_a_copy_is_the_same_plug_in(tmp_path: Path) -> None:
    load_file(written(tmp_path / "a" / "idle.py", trick()))
    before = tricks.get("idle")
    load_file(written(tmp_path / "b" / "idle.py", trick()))
    load_copy(trick().encode(), "memory://study/plugins/idle.py")

    assert tricks.get("idle") is before


def test_one_name_in_two_files_is_refused_and_the_first_stays(tmp_path: Path) -> None:
    first, second = (written(tmp_path / f"{name}.py", trick(state=state)) for name, state in (("a", 1), ("b", 2)))
    load_file(first)

    with pytest.raises(
        PluginError,
        match=rf"every trick must have a name of its own; 'idle' is that of Idle in {first} and of Idle in ",
    ):
        load_file(second)
    assert state_of("idle") == 1


def test_one_name_in_one_file_is_refused(tmp_path: Path) -> None:
    twice = trick() + trick().replace("class Idle", "class Other").replace('"""A trick', '_ = """A trick')

    with pytest.raises(PluginError, match=r"'idle' is that of Idle in .*twice.py and of Other in .*twice.py"):
        load_file(written(tmp_path / "twice.py", twice))


def test_the_name_of_a_built_in_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"'ema' is that of Ema in gansearch.tricks.ema and of Idle in .*idle.py"):
        load_file(written(tmp_path / "idle.py", trick("ema")))
    with pytest.raises(PluginError, match=r"'ema' is that of"):
        load_copy(trick("ema").encode(), "memory://study/plugins/idle.py")
    assert tricks.get("ema").__module__ == "gansearch.tricks.ema"


def test_a_trick_and_a_detector_may_share_a_name(tmp_path: Path) -> None:
    load_file(written(tmp_path / "idle.py", trick("stagnation")))

    assert tricks.get("stagnation").__name__ == "Idle"
    assert detectors.get("stagnation").__name__ == "Stagnation"


def test_a_file_that_was_changed_takes_its_own_place(tmp_path: Path) -> None:
    path = written(tmp_path / "idle.py", trick(state=1))
    load_file(path)
    written(path, trick(state=2))
    assert content_of(path) == trick(state=1).encode()
    load_file(path)

    assert state_of("idle") == 2
    assert content_of(path) == trick(state=2).encode()


def test_a_changed_file_that_cannot_be_imported_leaves_the_one_before(tmp_path: Path) -> None:
    path = written(tmp_path / "idle.py", trick())
    load_file(path)

    with pytest.raises(PluginError, match="NameError: name 'nosuch' is not defined"):
        load_file(written(path, trick() + "\nnosuch\n"))
    assert state_of("idle") == 1


def test_studies_that_keep_different_states_of_a_file_are_read_in_turns(tmp_path: Path) -> None:
    load_file(written(tmp_path / "idle.py", trick(state=3)))
    for state in (1, 2, 1):
        load_copy(trick(state=state).encode(), f"memory://study{state}/plugins/idle.py")
        assert state_of("idle") == state
    load_file(tmp_path / "idle.py")

    assert state_of("idle") == 3


@pytest.mark.parametrize(
    ("name", "got"), [("folder", "is a folder"), ("nosuch.py", "does not exist"), ("x.txt", "does not end in .py")]
)
def test_what_is_no_python_file_is_refused(name: str, got: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    written(tmp_path / "x.txt", trick())

    with pytest.raises(PluginError, match=rf"a plug-in must be a Python file; got {tmp_path / name}, which {got}"):
        load_file(tmp_path / name)


def test_entry_point_groups_are_plurals() -> None:
    assert [registry.group for registry in (tricks, losses)] == ["gansearch.tricks", "gansearch.losses"]
