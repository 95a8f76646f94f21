"""Small files in the real formats of the known data sets, whose checksums are the known ones while a test runs."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from gansearch.data import FashionMnist, Kmnist, Mnist, celeba, cifar10, svhn
from gansearch.data.image_folder import ImageFolder
from gansearch.data.tensor import TensorFile

SIDE = 28


def idx_files(train: int = 20, test: int = 10) -> dict[str, bytes]:
    """Decompressed files by name: the i-th image holds i everywhere, its label is i % 10."""
    found = {}
    for split, count in (("train", train), ("t10k", test)):
        pixels = b"".join(bytes([i]) * SIDE**2 for i in range(count))
        found[f"{split}-images-idx3-ubyte"] = struct.pack(">BBBBIII", 0, 0, 8, 3, count, SIDE, SIDE) + pixels
        labels = bytes(i % 10 for i in range(count))
        found[f"{split}-labels-idx1-ubyte"] = struct.pack(">BBBBI", 0, 0, 8, 1, count) + labels
    return found


def md5_of(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.md5(content).hexdigest() for name, content in files.items()}


@pytest.fixture
def small_files() -> dict[str, bytes]:
    return idx_files()


@pytest.fixture
def longer_files() -> dict[str, bytes]:
    """One training image more."""
    return idx_files(train=21)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of data sets; the environment names none."""
    monkeypatch.delenv("GANSEARCH_DATA", raising=False)
    return tmp_path / "data"


@pytest.fixture
def data_dir(root: Path, small_files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the small files in ``mnist/``, whose checksums are the known ones."""
    folder = root / "mnist"
    folder.mkdir(parents=True)
    for name, content in small_files.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(content))
    monkeypatch.setattr(Mnist, "files", replace(Mnist.files, md5=md5_of(small_files)))
    return folder.parent


@pytest.fixture
def mnist_dir(data_dir: Path) -> Path:
    return data_dir


@pytest.fixture
def stacked_mnist_dir(data_dir: Path) -> Path:
    return data_dir


@pytest.fixture
def fashion_mnist_dir(root: Path, small_files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = root / "fashion_mnist"
    known = write_packed(folder, small_files)
    monkeypatch.setattr(FashionMnist, "files", replace(FashionMnist.files, md5=known))
    return folder.parent


@pytest.fixture
def kmnist_dir(root: Path, small_files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = root / "kmnist"
    monkeypatch.setattr(Kmnist, "files", replace(Kmnist.files, md5=write_packed(folder, small_files)))
    return folder.parent


def write_packed(folder: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    """MD5 of the compressed files by their names without ``.gz``."""
    folder.mkdir(parents=True)
    packed = {name: gzip.compress(content) for name, content in files.items()}
    for name, content in packed.items():
        (folder / f"{name}.gz").write_bytes(content)
    return md5_of(packed)


@pytest.fixture
def svhn_dir(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """20 and 10 images; the pixel (row 1, column 2) of the i-th is (i, 100 + i, 200 + i), its class i % 10, 0 as 10."""
    from scipy.io import savemat

    folder = root / "svhn"
    folder.mkdir(parents=True)
    known = {}
    for name, count in (("train_32x32.mat", 20), ("test_32x32.mat", 10)):
        images = np.zeros((32, 32, 3, count), dtype=np.uint8)
        images[1, 2] = np.arange(count)[None] + np.array([[0], [100], [200]])
        labels = np.arange(count, dtype=np.uint8)[:, None] % 10
        labels[labels == 0] = 10
        savemat(folder / name, {"X": images, "y": labels}, do_compression=True)
        known[name] = hashlib.md5((folder / name).read_bytes()).hexdigest()
    monkeypatch.setattr(svhn, "MD5", known)
    return folder.parent


def cifar_members(per_batch: int = 10) -> dict[str, bytes]:
    """Six batches: each pixel of image i holds its number in the batch in red, 100 + i in green, 200 + i in blue."""
    rows = b"".join(
        bytes([i % 10]) + bytes([i]) * 1024 + bytes([100 + i]) * 1024 + bytes([200 + i]) * 1024
        for i in range(per_batch)
    )
    names = [*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin"]
    return {f"cifar-10-batches-bin/{name}": rows for name in names}


def cifar_archive(members: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in members.items():
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return packed.getvalue()


@pytest.fixture
def write_cifar(root: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Mapping[str, bytes]], Path]:
    """Writes an archive with these members, whose checksum is the known one; the folder of data sets."""

    def write(members: Mapping[str, bytes]) -> Path:
        folder = root / "cifar10"
        folder.mkdir(parents=True, exist_ok=True)
        content = cifar_archive(members)
        (folder / cifar10.ARCHIVE).write_bytes(content)
        monkeypatch.setattr(cifar10, "MD5", hashlib.md5(content).hexdigest())
        return folder.parent

    return write


@pytest.fixture
def small_members() -> dict[str, bytes]:
    return cifar_members()


@pytest.fixture
def cifar10_dir(write_cifar: Callable[[Mapping[str, bytes]], Path], small_members: dict[str, bytes]) -> Path:
    return write_cifar(small_members)


@pytest.fixture
def celeba_dir(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ten faces in the official layout: 6 of training, 2 of validation, 2 of test; every other one smiles.

    The i-th is of one grey, 20 i, in its central square, and white above and below.
    """
    from PIL import Image

    folder = root / "celeba"
    (folder / "img_align_celeba").mkdir(parents=True)
    names = [f"{number:06d}.jpg" for number in range(1, 11)]
    for index, name in enumerate(names):
        face = np.full((218, 178, 3), 255, dtype=np.uint8)
        face[20:198] = 20 * index
        Image.fromarray(face).save(folder / "img_align_celeba" / name, quality=95)
    splits = [0] * 6 + [1] * 2 + [2] * 2
    partition = "".join(f"{name} {split}\n" for name, split in zip(names, splits, strict=True))
    rows = "".join(f"{name} -1 {' 1' if index % 2 else '-1'}\n" for index, name in enumerate(names))
    lists = {
        "list_eval_partition.txt": partition.encode(),
        "list_attr_celeba.txt": f"{len(names)}\nBald Smiling \n{rows}".encode(),
    }
    for name, content in lists.items():
        (folder / name).write_bytes(content)
    monkeypatch.setattr(celeba, "MD5", md5_of(lists))
    return folder.parent


@pytest.fixture
def tensor_set(tmp_path: Path) -> TensorFile:
    """A file of the user's own: 12 images of noise in three classes."""
    noise = np.random.default_rng(0).integers(0, 256, (12, 3, 8, 8), dtype=np.uint8)
    np.save(tmp_path / "images.npy", noise)
    np.save(tmp_path / "labels.npy", np.arange(12) % 3)
    return TensorFile(path=str(tmp_path / "images.npy"), shape="3x8x8", classes=3, labels=str(tmp_path / "labels.npy"))


@pytest.fixture
def image_folder_set(tmp_path: Path) -> ImageFolder:
    """A folder of the user's own with 4 pictures of different sizes."""
    from PIL import Image

    folder = tmp_path / "pictures"
    folder.mkdir()
    for side in range(16, 20):
        noise = np.random.default_rng(side).integers(0, 256, (side, 20, 3), dtype=np.uint8)
        Image.fromarray(noise).save(folder / f"{side}.png")
    return ImageFolder(path=str(folder), size=16)


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and writes no log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        pass


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """Serves a folder on this machine for the length of the test; its address, which ends in ``/``."""
    running = []

    def start(folder: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()
