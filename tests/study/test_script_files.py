from __future__ import annotations

from pathlib import Path

import pytest

from gansearch.errors import SpaceError
from gansearch.space import SearchSpace, load_space
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.study.script_files import keep, kept_source

SPACE = """\
# A comment of the user's.
name: own
script: code/train.py  # mine
dataset: {name: ring}
training: {epochs: 2}
plan: {trials: 2}
"""


@pytest.fixture
def space(tmp_path: Path) -> SearchSpace:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "train.py").write_text("import models\n", encoding="utf-8")
    (tmp_path / "code" / "models.py").write_text("A = 1\n", encoding="utf-8")
    (tmp_path / "own.yaml").write_text(SPACE, encoding="utf-8")
    return load_space(str(tmp_path / "own.yaml"))


def test_the_kept_space_names_the_copies_and_is_the_same_otherwise(space: SearchSpace, tmp_path: Path) -> None:
    storage = Storage(tmp_path / "study")
    kept = keep(storage, space)
    assert storage.read("script/train.py") == b"import models\n"
    assert (kept.script, kept.fixed, kept.plan) == (space.script, space.fixed, space.plan)
    assert kept.source.splitlines()[0] == "# A comment of the user's."
    assert "file: script/train.py" in kept.source


def test_modules_are_kept_beside_it(space: SearchSpace, tmp_path: Path) -> None:
    text = SPACE.replace("code/train.py ", "{file: code/train.py, modules: [code/models.py]} ")
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    storage = Storage(tmp_path / "study")
    kept = keep(storage, load_space(str(tmp_path / "own.yaml")))
    assert kept.script is not None
    assert sorted(kept.script.sources) == ["models.py", "train.py"]
    assert storage.list("script") == ["script/models.py", "script/train.py"]


def test_a_script_over_several_lines_is_kept_too(space: SearchSpace, tmp_path: Path) -> None:
    text = SPACE.replace("script: code/train.py  # mine", "script:\n  file: code/train.py")
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    script = load_space(str(tmp_path / "own.yaml")).script
    assert script is not None
    assert "script/train.py" in kept_source(text, script)
    assert "code/" not in kept_source(text, script)


def test_a_study_is_its_folder(space: SearchSpace, tmp_path: Path) -> None:
    storage = Storage(tmp_path / "study")
    Study.create(space, name="own", storage=storage, seed=1).close()
    (tmp_path / "code" / "train.py").unlink()
    with Study.open("own", storage) as study:
        assert study.space.script == space.script
        assignment = study.ask()
    assert assignment is not None
    assert assignment.settings["script.file"] == "train.py"


def test_a_kept_script_that_has_been_changed_is_noticed(space: SearchSpace, tmp_path: Path) -> None:
    storage = Storage(tmp_path / "study")
    Study.create(space, name="own", storage=storage, seed=1).close()
    storage.write("script/train.py", b"import other\n")
    with pytest.raises(SpaceError, match=r"script.sha256: must be the hash of the script, \w+: it has been changed"):
        Study.open("own", storage)


def test_it_is_kept_in_a_remote_storage(space: SearchSpace) -> None:
    storage = Storage("memory://own-script")
    kept = keep(storage, space)
    assert kept.script == space.script
