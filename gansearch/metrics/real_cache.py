"""Keeps what is computed from real samples alone in files, by content, for the next process that asks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from gansearch.data import Samples
from gansearch.metrics._base import Extractor, Measured
from gansearch.storage.shared_files import locked, whole_file

T = TypeVar("T")

VERSION: Final = 1
"""Of what the files hold; goes up with every change to how it is computed."""
CHECKSUM: Final = "checksum"
"""Name of the tensor that holds the SHA-256 of the others."""
PARTS: Final = ("features", "probabilities", "high_quality")


@dataclass(frozen=True)
class RealCache:
    """The files of one set of real samples, seen by one extractor."""

    folder: Path
    key: str
    device: torch.device

    def measured(self, measure: Callable[[], Measured]) -> Measured:
        """The samples as the extractor sees them, to the bit as when they were measured."""

        def parts() -> dict[str, Tensor]:
            found = measure()
            return {name: part for name in PARTS if (part := getattr(found, name)) is not None}

        read = self._tensors("measured", parts)
        return Measured(None, read["features"], read.get("probabilities"), read.get("high_quality"))

    def derived(self, name: str, compute: Callable[[], Tensor]) -> Tensor:
        """What follows from them under that name."""
        return self._tensors(name, lambda: {name: compute()})[name]

    def _tensors(self, name: str, compute: Callable[[], dict[str, Tensor]]) -> dict[str, Tensor]:
        path = self.folder / f"{self.key}-{name}.safetensors"
        found = cached(path, compute, write=_to_bytes, read=_from_bytes)
        return {each: tensor.to(self.device) for each, tensor in found.items()}


def real_cache(cache_dir: Path, content: str, count: int, extractor: Extractor, device: torch.device) -> RealCache:
    """Where what ``extractor`` makes of real samples is kept.

    The last bits of a network's features depend on the version of torch, the processor and the number of threads, so
    that a process reads only what one like it has written: a trial gives the same bits with and without the cache.

    Args:
        cache_dir: of everything that is kept.
        content: hash of the samples.
        count: how many of them, in their order, are measured.
        extractor: through which they are seen.
        device: where the tensors are wanted.
    """
    place = torch.cuda.get_device_name(device) if device.type == "cuda" else torch.backends.cpu.get_cpu_capability()
    surroundings = f"{torch.__version__}|{place}|{torch.get_num_threads()}"
    said = f"{VERSION}|{content}|{count}|{extractor.name}|{extractor.hash}|{surroundings}"
    return RealCache(cache_dir / "real", hashlib.sha256(said.encode()).hexdigest()[:16], device)


def content_hash(samples: Samples, order: Tensor, portion: int) -> str:
    """SHA-256 of the samples at ``order``, read a portion at a time; first 12 hex digits."""
    digest = hashlib.sha256(f"{tuple(samples.values.shape[1:])} {samples.values.dtype}".encode())
    for part in torch.split(order, portion):
        digest.update(samples.values[part.to(samples.values.device)].cpu().contiguous().numpy().data)
    return digest.hexdigest()[:12]


def cached(
    path: Path | None, compute: Callable[[], T], *, write: Callable[[T], bytes], read: Callable[[bytes], T | None]
) -> T:
    """What a file holds; where there is none, or it is damaged, what ``compute`` gives, which is kept.

    Of processes that ask at once, one computes and the others wait. What cannot be kept is computed every time.

    Args:
        path: the file; None keeps nothing.
        compute: what it should hold.
        write: its content.
        read: what a content means; None where it is damaged.
    """
    if path is None:
        return compute()
    found = _found(path, read)
    if found is not None:
        return found
    with ExitStack() as stack:
        with suppress(OSError):
            stack.enter_context(locked(path))
        found = _found(path, read)  # it may have been computed while we waited
        if found is None:
            found = compute()
            with suppress(OSError), whole_file(path) as file:
                file.write(write(found))
        return found


def _found(path: Path, read: Callable[[bytes], T | None]) -> T | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return read(content)


def _to_bytes(tensors: Mapping[str, Tensor]) -> bytes:
    stored = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    return safetensors.torch.save({**stored, CHECKSUM: _checksum(stored)})


def _from_bytes(content: bytes) -> dict[str, Tensor] | None:
    try:
        tensors = safetensors.torch.load(content)
    except (SafetensorError, ValueError):
        return None
    said = tensors.pop(CHECKSUM, None)
    return tensors if said is not None and torch.equal(said, _checksum(tensors)) else None


def _checksum(tensors: Mapping[str, Tensor]) -> Tensor:
    digest = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode())
        digest.update(tensor.numpy().data)
    return torch.frombuffer(bytearray(digest.digest()), dtype=torch.uint8)
