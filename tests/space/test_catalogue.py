"""Search spaces are found by name, in a checkout and in an installed wheel."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gansearch
from gansearch.errors import SpaceError
from gansearch.space import find_space, list_spaces, load_space

PACKAGE = Path(gansearch.__file__).parent
SHIPPED = {"baseline", "mnist_mlp", "quickstart"}


def test_list_says_what_each_is_for() -> None:
    spaces = {entry.name: entry for entry in list_spaces()}
    assert set(spaces) >= SHIPPED
    for entry in spaces.values():
        assert entry.path.is_file()
        assert entry.description.endswith(".")


def test_names_and_paths() -> None:
    path = find_space("mnist_mlp")
    assert find_space("mnist-mlp") == path
    assert find_space(str(path)) == path


def test_a_path_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text("name: mine\ndataset: ring\nplan: {trials: 1}\n", encoding="utf-8")
    space = load_space(str(path))
    assert (space.name, space.origin) == ("mine", str(path))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mnist_mpl", r"must be the path of a YAML file, or one of .*; got mnist_mpl \(did you mean 'mnist_mlp'\?\)"),
        ("no/such.yaml", r"^no/such\.yaml: \(file\): must be a file that exists; got no/such\.yaml$"),
        ("no_such.yaml", r"must be a file that exists"),
    ],
)
def test_a_name_that_leads_nowhere(name: str, message: str) -> None:
    with pytest.raises(SpaceError, match=message):
        find_space(name)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "bytes.yaml"
    path.write_bytes(b"\xff\xfe\x00name")
    with pytest.raises(SpaceError, match=r"bytes.yaml:1: .* must be a readable text file in UTF-8; got the byte 0xff"):
        load_space(str(path))


def test_an_installed_wheel_brings_its_spaces(tmp_path: Path) -> None:
    """The layout of a wheel: search_spaces inside the package, no checkout around it."""
    installed = tmp_path / "site" / "gansearch"
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, installed, ignore=skip)
    shutil.copytree(PACKAGE.parent / "search_spaces", installed / "search_spaces", ignore=skip, dirs_exist_ok=True)
    code = (
        "from gansearch.space import find_space, list_spaces\n"
        "print(find_space('quickstart'))\n"
        "print(*(entry.name for entry in list_spaces()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found, names = done.stdout.splitlines()
    assert Path(found) == installed / "search_spaces" / "quickstart.yaml"
    assert set(names.split()) >= SHIPPED


def test_spaces_in_folders_are_found_by_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "seeds").mkdir()
    for name in ("alone", "seeds/one_two"):
        text = f"# What {name} is for.\nname: mine\ndataset: ring\nplan: {{trials: 1}}\n"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("gansearch.space.shipped._root", lambda _: tmp_path)
    assert [entry.name for entry in list_spaces()] == ["alone", "seeds/one_two"]
    assert find_space("seeds/one-two") == find_space("seeds/one_two") == tmp_path / "seeds" / "one_two.yaml"
    with pytest.raises(
        SpaceError, match=r"or one of alone, seeds/one_two; got seeds/one_to \(did you mean 'seeds/one_two'"
    ):
        find_space("seeds/one_to")
    with pytest.raises(SpaceError, match="must be a file that exists"):
        find_space("elsewhere/one_two")
