from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from gansearch.data._arrays import LABELS, read_array
from gansearch.errors import DataError

NUMBERS = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)


def save_npy(path: Path) -> None:
    np.save(path, NUMBERS.numpy())


def save_pt(path: Path) -> None:
    torch.save(NUMBERS, path)


def save_old_pt(path: Path) -> None:
    torch.save(NUMBERS, path, _use_new_zipfile_serialization=False)


def save_pt_of_one(path: Path) -> None:
    torch.save({"x": NUMBERS, "seed": 3}, path)


def save_pt_of_two(path: Path) -> None:
    torch.save(OrderedDict(labels=torch.zeros(2), images=NUMBERS), path)


def save_safetensors(path: Path) -> None:
    save_file({"x": NUMBERS}, path)


def save_safetensors_of_two(path: Path) -> None:
    save_file({"a": torch.zeros(2), "samples": NUMBERS}, path)


@pytest.mark.parametrize(
    ("save", "name", "is_mapped"),
    [
        (save_npy, "x.npy", True),
        (save_npy, "x.NPY", True),
        (save_pt, "x.pt", True),
        (save_old_pt, "x.pt", False),
        (save_pt_of_one, "x.pt", True),
        (save_pt_of_two, "x.pt", True),
        (save_safetensors, "x.safetensors", False),
        (save_safetensors_of_two, "x.safetensors", False),
    ],
)
def test_every_format_gives_its_numbers(
    tmp_path: Path, save: Callable[[Path], None], name: str, is_mapped: bool
) -> None:
    save(tmp_path / "saved.npy" if name.endswith("NPY") else tmp_path / name)
    if name.endswith("NPY"):
        (tmp_path / "saved.npy").rename(tmp_path / name)
    found = read_array(tmp_path / name)
    assert torch.equal(found.values, NUMBERS)
    assert found.is_mapped == is_mapped


def test_changes_do_not_reach_the_file(tmp_path: Path) -> None:
    save_npy(tmp_path / "x.npy")
    read_array(tmp_path / "x.npy").values.zero_()
    assert torch.equal(read_array(tmp_path / "x.npy").values, NUMBERS)


def test_numbers_of_other_machines_are_turned(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", NUMBERS.numpy().astype(">f4"))
    found = read_array(tmp_path / "x.npy")
    assert torch.equal(found.values, NUMBERS)
    assert not found.is_mapped


def test_labels_are_found_by_their_own_name(tmp_path: Path) -> None:
    torch.save({"labels": torch.tensor([1, 2]), "images": NUMBERS}, tmp_path / "x.pt")
    assert read_array(tmp_path / "x.pt", LABELS).values.tolist() == [1, 2]


def test_parameters_are_tensors(tmp_path: Path) -> None:
    torch.save(torch.nn.Parameter(NUMBERS), tmp_path / "x.pt")
    assert not read_array(tmp_path / "x.pt").values.requires_grad


@pytest.mark.parametrize("name", ["x.csv", "x", "x.npz", "x.pth"])
def test_other_endings_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    ending = Path(name).suffix or "no ending"
    with pytest.raises(DataError, match=rf"must be a file that ends in \.npy, \.pt or \.safetensors; got '{ending}'"):
        read_array(tmp_path / name)


def test_there_must_be_a_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.npy must be a file; got no such file"):
        read_array(tmp_path / "none.npy")
    (tmp_path / "folder.pt").mkdir()
    with pytest.raises(DataError, match=r"folder\.pt must be a file; got a folder"):
        read_array(tmp_path / "folder.pt")


@pytest.mark.parametrize(
    ("save", "name"),
    [(save_npy, "x.npy"), (save_pt, "x.pt"), (save_old_pt, "x.pt"), (save_safetensors, "x.safetensors")],
)
@pytest.mark.parametrize("damage", [lambda _: b"", lambda whole: whole[: len(whole) // 2], lambda _: b"junk" * 99])
def test_a_damaged_file_is_named(
    tmp_path: Path, save: Callable[[Path], None], name: str, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / name
    save(path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match=rf"{path} must (be a whole|hold tensors alone)"):
        read_array(path)


class Trap:
    """Leaves a trace where it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.trace,)


def test_objects_are_refused_and_never_run(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    trap = Trap(trace)
    np.save(tmp_path / "x.npy", np.array([trap], dtype=object), allow_pickle=True)
    (tmp_path / "bare.npy").write_bytes(pickle.dumps(trap))
    torch.save({"samples": NUMBERS, "trap": trap}, tmp_path / "x.pt")
    for name, message in (
        ("x.npy", r"must be a whole \.npy file of numbers; got: Array can't be memory-mapped: Python objects"),
        ("bare.npy", r"must be a whole \.npy file of numbers; got: This file contains pickled"),
        ("x.pt", r"must hold tensors alone; got other objects, which could run code\. Save the tensor alone"),
    ):
        with pytest.raises(DataError, match=message):
            read_array(tmp_path / name)
    assert not trace.exists()


def test_an_archive_of_arrays_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", a=NUMBERS.numpy())
    (tmp_path / "x.npz").rename(tmp_path / "x.npy")
    with pytest.raises(DataError, match="one array; got an archive of several"):
        read_array(tmp_path / "x.npy")


@pytest.mark.filterwarnings("ignore:Validating sparse tensor invariants")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"a": NUMBERS, "b": NUMBERS}, r"must hold one tensor, or one called samples or images; got a, b\."),
        (dict.fromkeys("abcdefg", NUMBERS), r"got a, b, c, d, e, \.\.\."),
        ({}, "or one called samples or images; got none"),
        ([NUMBERS], "must hold a tensor; got list"),
        (NUMBERS.to_sparse(), r"must hold a dense tensor; got the layout torch\.sparse_coo"),
        (NUMBERS.bool(), r"must hold whole numbers, or real ones of 16, 32 or 64 bits; got the type torch\.bool"),
        (torch.complex(NUMBERS, NUMBERS), r"got the type torch\.complex64"),
    ],
)
def test_what_is_no_single_array_of_numbers_is_refused(tmp_path: Path, content: object, message: str) -> None:
    torch.save(content, tmp_path / "x.pt")
    with pytest.raises(DataError, match=message):
        read_array(tmp_path / "x.pt")


def test_words_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array(["one", "two"]))
    with pytest.raises(DataError, match=r"must hold whole numbers, or real ones .*; got the type <U3"):
        read_array(tmp_path / "x.npy")


@pytest.mark.parametrize("save", [np.save, lambda path, numbers: torch.save(torch.from_numpy(numbers), path)])
def test_numbers_that_are_not_finite_are_counted(tmp_path: Path, save: Callable[[Path, np.ndarray], None]) -> None:
    numbers = np.zeros((10, 200), dtype=np.float16)
    numbers[0, :3] = np.nan
    numbers[1, 0], numbers[2, 0] = np.inf, -np.inf
    path = tmp_path / ("x.npy" if save is np.save else "x.pt")
    save(path, numbers)
    with pytest.raises(DataError, match=rf"{path} must hold finite numbers; got 3 NaN and 2 infinite ones of 2,000"):
        read_array(path)
