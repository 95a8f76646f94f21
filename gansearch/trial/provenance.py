"""Where a result came from: versions, commit, hardware."""

from __future__ import annotations

import os
import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

from gansearch import __version__
from gansearch.records import Setting

PACKAGES = ("torch", "numpy", "optuna", "ray", "mlflow")
VISIBLE = "CUDA_VISIBLE_DEVICES"
"""The variable by which Ray tells a process which GPUs are its own; CUDA shows it no other."""


@cache
def versions() -> dict[str, str | None]:
    """Versions of Python, gansearch and the packages that a result depends on; None for one that is not installed."""
    found: dict[str, str | None] = {"python": platform.python_version(), "gansearch": __version__}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


@cache
def hardware(device: str) -> dict[str, Setting]:
    """Processor, its architecture, and the accelerator if the trial uses one."""
    found: dict[str, Setting] = {"machine": platform.machine(), "processor": _processor(), "device": device}
    if device.startswith("cuda"):
        found["gpu"] = torch.cuda.get_device_name(device)
    return found


def place() -> dict[str, Setting]:
    """Host, process, and the GPUs that are open to it: None where nothing says which, empty where it has none."""
    return {"host": platform.node(), "pid": os.getpid(), "cuda_visible_devices": os.environ.get(VISIBLE)}


@cache
def commit() -> str | None:
    """Git commit of the checkout that gansearch runs from (with ``+`` where it has changes), or None."""
    folder = Path(__file__).resolve().parents[2]
    if not (folder / ".git").exists():
        return None
    head = _git(folder, "rev-parse", "HEAD")
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return None if head is None else head + ("+" if changed else "")


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        command = ["git", "-C", str(folder), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None  # no git here: a result without a commit is still a result
    return done.stdout.strip() if done.returncode == 0 else None


def _processor() -> str:
    names = Path("/proc/cpuinfo")
    if names.is_file():
        for line in names.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
