"""Plug-ins of installed packages: a real distribution on the path, found by the command line and by Ray's workers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gansearch.storage import Storage
from gansearch.storage.home import study_dir

CODE = '''
"""A trick that counts its processes. Source: none."""
from dataclasses import dataclass
from typing import ClassVar
from gansearch.tricks import Trick

@dataclass(frozen=True, kw_only=True, eq=False)
class Installed(Trick):
    """Does nothing."""
    name: ClassVar[str] = "NAME"
    paper: ClassVar[str] = "none"

number = 3
'''
SPACE = """
name: rings
dataset: {name: ring, train_samples: 640, test_samples: 1000}
generator: {layers: 2, width: 16, latent_size: 4}
discriminator: {layers: 2, width: 16}
tricks: {installed: {enabled: true}}
training: {batch_size: 32, epochs: 1, evaluate_every: 1}
resources: {concurrent: 2, lanes: 1}
plan: {kind: search, trials: 2, sampler: random, objective: {metric: frechet_distance}}
detectors: {mode: shadow}
"""
Install = Callable[..., dict[str, str]]


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """Makes a package with one entry point; the environment in which it is installed."""

    def make(value: str = "my_tricks:Installed", name: str = "installed", group: str = "tricks") -> dict[str, str]:
        site = tmp_path / "site"
        about = site / "my_tricks-1.0.dist-info"
        about.mkdir(parents=True)
        (site / "my_tricks.py").write_text(CODE.replace("NAME", name), encoding="utf-8")
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: my-tricks\nVersion: 1.0\n", encoding="utf-8")
        (about / "entry_points.txt").write_text(f"[gansearch.{group}]\n{name} = {value}\n", encoding="utf-8")
        return os.environ | {"PYTHONPATH": str(site), "OMP_NUM_THREADS": "1"}

    return make


def gansearch_command(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gansearch.cli", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_installed_trick_is_known(install: Install) -> None:
    said = gansearch_command(install(), "tricks", "show", "installed")

    assert said.returncode == 0, said.stderr
    assert "installed: {enabled: {choice: [true, false]}}" in said.stdout


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": "ema"}, "'ema' is that of Ema in gansearch.tricks.ema and of Installed in my_tricks"),
        (
            {"value": "my_tricks:nosuch"},
            "entry point installed = my_tricks:nosuch (gansearch.tricks) of the installed package my-tricks cannot be "
            "imported: AttributeError: ",
        ),
        ({"value": "my_tricks:number"}, "of the installed package my-tricks must be a Trick with a name; got 3"),
    ],
)
def test_what_is_wrong_with_an_entry_point_is_told(changes: dict[str, str], told: str, install: Install) -> None:
    said = gansearch_command(install(**changes), "tricks", "list")

    assert said.returncode == 1
    assert told in said.stderr
    assert "Traceback" not in said.stderr


def test_a_file_with_the_name_of_an_installed_one_is_refused(install: Install, tmp_path: Path) -> None:
    environment = install()
    mine = tmp_path / "mine.py"
    mine.write_text(CODE.replace("NAME", "installed"), encoding="utf-8")

    said = gansearch_command(environment, "tricks", "list", "--plugin", str(mine))

    assert said.returncode == 1
    assert f"'installed' is that of Installed in my_tricks and of Installed in {mine}" in said.stderr


@pytest.mark.verify(seconds=130)
@pytest.mark.timeout(600)
def test_workers_of_ray_know_it_too(install: Install, tmp_path: Path) -> None:
    (tmp_path / "rings.yaml").write_text(SPACE, encoding="utf-8")

    said = gansearch_command(install(), "launch", str(tmp_path / "rings.yaml"))

    assert said.returncode == 0, said.stderr
    assert Storage(study_dir("rings")).list("plugins") == ["plugins/index.json"]
    launched = gansearch_command(install_again(tmp_path), "status", "rings", "--json")
    assert '"completed": 2' in launched.stdout


def install_again(folder: Path) -> dict[str, str]:
    """The environment of a package that is installed already."""
    return os.environ | {"PYTHONPATH": str(folder / "site")}
