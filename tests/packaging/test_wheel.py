"""The wheel holds what an installed gansearch needs: package, types, data, search spaces, hypotheses, licence."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(name="wheel", scope="module")
def _wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    build = ["build", "--wheel", "--no-build-isolation", "--quiet", "--out-dir", str(out), str(ROOT)]
    subprocess.run([sys.executable, "-m", "uv", *build], check=True, capture_output=True)
    (built,) = out.glob("gansearch-*.whl")
    return built


def test_it_holds_the_package_what_comes_with_it_and_the_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert "gansearch/py.typed" in names
    files = [path for folder in ("search_spaces", "hypotheses") for path in (ROOT / folder).rglob("*.yaml")]
    assert {f"gansearch/{path.relative_to(ROOT).as_posix()}" for path in files} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_it_holds_every_file_of_the_package(wheel: Path) -> None:
    package = ROOT / "gansearch"
    files = {path.relative_to(ROOT).as_posix() for path in package.rglob("*") if path.is_file()}
    kept = {name for name in files if "__pycache__" not in name}

    assert kept <= set(zipfile.ZipFile(wheel).namelist())


def test_what_comes_with_it_is_found_from_an_installed_wheel(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    code = (
        "import gansearch; print(gansearch.__file__); print(gansearch.load_space('quickstart').origin)\n"
        "from gansearch.space.shipped import find_shipped; print(find_shipped('hypotheses', 'seed_003'))"
    )
    environment = os.environ | {"PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )

    package, origin, hypotheses = done.stdout.splitlines()
    assert Path(package).parent == site / "gansearch"
    assert Path(origin).resolve() == (site / "gansearch" / "search_spaces" / "quickstart.yaml").resolve()
    assert Path(hypotheses).resolve() == (site / "gansearch" / "hypotheses" / "seed_003.yaml").resolve()
