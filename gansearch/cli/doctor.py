"""``gansearch doctor``: what this machine has, and whether it is enough."""

from __future__ import annotations

from typing import Any

import typer

from gansearch.cli._errors import MENDABLE
from gansearch.cli._options import DataDir, Home, Json
from gansearch.cli._text import columns, print_json


def doctor(as_json: Json = False, data_dir: DataDir = None, home: Home = None) -> None:
    """Say what a machine has: versions, cores, GPUs, storage, data.

    Exit status 1 where there is something to mend.
    """
    found: dict[str, Any] = {
        "versions": _versions(),
        "cores": _cores(),
        "gpus": _gpus(),
        "storage": _storage(),
        "data": _data(data_dir),
    }
    if as_json:
        print_json(found)
    else:
        typer.echo(columns(_rows(found)))
    problems = [said["problem"] for said in (found["storage"], *found["data"].values()) if said["problem"]]
    if problems:
        typer.echo("\n".join(f"to mend: {problem}" for problem in dict.fromkeys(problems)), err=True)
        raise typer.Exit(MENDABLE)


def _versions() -> dict[str, str]:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for package in ("gansearch", "torch", "torchvision", "ray", "optuna", "mlflow", "numpy", "pandas"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "missing"
    return found


def _cores() -> dict[str, int]:
    """Cores of the machine, and those that this process may use."""
    import os

    total = os.cpu_count() or 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else total
    return {"machine": total, "usable": usable}


def _gpus() -> list[dict[str, Any]]:
    import torch

    if not torch.cuda.is_available():
        return []
    each = (torch.cuda.get_device_properties(index) for index in range(torch.cuda.device_count()))
    return [{"name": gpu.name, "memory_gib": round(gpu.total_memory / 2**30, 1)} for gpu in each]


def _storage() -> dict[str, Any]:
    """The home folder: where it is, its free space, and whether it can be written."""
    import shutil
    import tempfile

    from gansearch.errors import StorageError
    from gansearch.storage.home import home
    from gansearch.storage.place import studies_storage
    from gansearch.study import list_studies

    folder = home()
    nearest = next(each for each in (folder, *folder.parents) if each.exists())
    said: dict[str, Any] = {"home": str(folder), "free_gib": None, "studies_in": None, "studies": 0, "problem": None}
    try:
        with tempfile.TemporaryFile(dir=nearest):
            said["free_gib"] = round(shutil.disk_usage(nearest).free / 2**30, 1)
        studies = studies_storage()
        said["studies_in"] = studies.url
        said["studies"] = len(list_studies(studies))
    except StorageError as error:
        said["problem"] = str(error)
    except OSError as error:
        said["problem"] = f"{nearest} must be writable; got: {error.strerror}. Set GANSEARCH_HOME or --home"
    return said


def _data(data_dir: DataDir) -> dict[str, dict[str, Any]]:
    """Whether each data set can be loaded, and if not, what to do. Nothing is downloaded, nothing large is read."""
    from gansearch.cli._data_note import data_note
    from gansearch.data import datasets
    from gansearch.errors import DataError

    found: dict[str, dict[str, Any]] = {}
    for dataset in datasets:
        said: dict[str, Any] = {"samples": None, "checksum": None, "problem": None, "note": None}
        try:
            said["note"] = data_note(dataset, data_dir)
            if said["note"] is None:
                data = dataset().load(data_dir)
                said |= {"samples": len(data.train), "checksum": data.checksum}
        except DataError as error:
            said["problem"] = str(error)
        found[dataset.name] = said
    return found


def _rows(found: dict[str, Any]) -> list[tuple[str, str]]:
    storage, cores = found["storage"], found["cores"]
    rows = [(package, version) for package, version in found["versions"].items()]
    rows.append(("cores", f"{cores['usable']} of {cores['machine']} usable"))
    gpus = [f"{gpu['name']}, {gpu['memory_gib']} GiB" for gpu in found["gpus"]]
    rows.append(("GPUs", "; ".join(gpus) or "none (the CPU trains)"))
    writable = (
        storage["problem"]
        or f"{storage['home']}, {storage['free_gib']} GiB free; {storage['studies']} studies in {storage['studies_in']}"
    )
    rows.append(("storage", writable))
    for name, said in found["data"].items():
        at_hand = f"{said['samples']} samples, checksum {said['checksum']}"
        rows.append((f"data {name}", said["problem"] or said["note"] or at_hand))
    return rows
