"""A task in a process and a folder of its own, with a home, a place for Ray, and a store of MLflow's that is empty."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

LIMIT_S: Final = 1500.0
"""Longest time of a task."""
STORE: Final = "mlflow.db"


def do(module: str, task: Mapping[str, Any], store: Path) -> dict[str, float]:
    """Let ``module`` do a task beside a copy of MLflow's ``store``; what it says of it.

    The module is given the path of a JSON file with the task, to which ``tracking_uri`` is added, and leaves what it
    says in another, whose name ends in ``.out.json``.

    Raises:
        SystemExit: where it fails, with the end of what it printed.
    """
    with fresh_folder() as folder:
        shutil.copy(store, folder / STORE)
        path = folder / "task.json"
        path.write_text(json.dumps({**task, "tracking_uri": f"sqlite:///{folder / STORE}"}), encoding="utf-8")
        python(["-m", module, str(path)], folder)
        said: dict[str, float] = json.loads(path.with_suffix(".out.json").read_text(encoding="utf-8"))
        return said


def empty_store(folder: Path) -> Path:
    """A store of MLflow's without any run, whose tables have been made: that takes seconds, once in a store's life."""
    path = folder / STORE
    python(["-c", f"import mlflow; mlflow.MlflowClient('sqlite:///{path}').search_experiments()"], folder)
    return path


def python(arguments: Sequence[str], folder: Path) -> None:
    """Run Python in ``folder``, with its homes there.

    Raises:
        SystemExit: where it fails, with the end of what it printed.
    """
    (folder / "ray").mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "GANSEARCH_HOME": str(folder),
        "RAY_TMPDIR": str(folder / "ray"),
        "RAY_USAGE_STATS_ENABLED": "0",
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")


@contextmanager
def fresh_folder() -> Iterator[Path]:
    """An empty folder with a short path, as Ray's sockets need it."""
    folder = Path(tempfile.mkdtemp(prefix="gso"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
