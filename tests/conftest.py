"""What every test has: one thread, a home of its own, no plug-in files left over, and shapes that are checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from jaxtyping import install_import_hook

import gansearch.testing.shapes

# Before anything of these packages is imported; training is left out, where checks would double the time of a step.
install_import_hook(
    ["gansearch.data", "gansearch.gan", "gansearch.metrics", "gansearch.tricks"],
    f"{gansearch.testing.shapes.__name__}.checked",
)

from gansearch import plugins  # noqa: E402
from gansearch.data import Data  # noqa: E402
from gansearch.testing.data import TinyImages  # noqa: E402


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Sums over threads differ in their last bits, and tests run side by side."""
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def gansearch_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that nobody else has; it does not exist until something is written."""
    home = tmp_path / "gansearch_home"
    monkeypatch.setenv("GANSEARCH_HOME", str(home))
    return home


@pytest.fixture(autouse=True)
def no_plugin_files() -> Iterator[None]:
    """What a test loads with ``--plugin`` is gone after it."""
    files, given = dict(plugins._files), dict(plugins._given)
    yield
    plugins._files.clear()
    plugins._files.update(files)
    plugins._given.clear()
    plugins._given.update(given)


@pytest.fixture(scope="session")
def tiny_data() -> Data:
    """64 training and 32 test images of 8 x 8 pixels in two classes."""
    return TinyImages().load(None)


EXPLOSIVE = '''
"""Raises after ten steps. Source: none."""
from dataclasses import dataclass
from typing import ClassVar
from gansearch.tricks import Trick

@dataclass(frozen=True, kw_only=True, eq=False)
class Explosive(Trick):
    """Raises after ten steps."""
    name: ClassVar[str] = "explosive"
    paper: ClassVar[str] = "none"

    def discriminator_loss(self, lanes, batch):
        if (lanes.step >= 10).any():
            raise RuntimeError("the fuse is lit")
'''


@pytest.fixture
def explosive(tmp_path: Path) -> Path:
    """A plug-in file with a trick that raises after ten steps."""
    path = tmp_path / "explosive.py"
    path.write_text(EXPLOSIVE, encoding="utf-8")
    return path
