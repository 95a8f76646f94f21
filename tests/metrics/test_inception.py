from __future__ import annotations

import builtins
import hashlib
import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gansearch.errors import DataError
from gansearch.metrics.inception import CHUNK, InceptionExtractor, coloured, inception_extractor


class Means(torch.nn.Module):
    """Stands for the network: the mean of each channel, and how many images it got."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: list[int] = []

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        assert images.dtype == torch.uint8
        self.counts.append(len(images))
        return (images.float().mean((2, 3)),)


class Harm:
    """Would leave a file behind if it were unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.path,)


def test_images_are_bytes_in_three_channels() -> None:
    every = torch.arange(256).reshape(1, 1, 16, 16)
    found = coloured(every / 127.5 - 1)
    assert found.dtype == torch.uint8
    assert torch.equal(found, every.expand(1, 3, 16, 16).to(torch.uint8))
    assert torch.equal(coloured(found / 127.5 - 1), found)
    assert coloured(torch.tensor([-1.5, 1.5]).reshape(2, 1, 1, 1))[:, 0].flatten().tolist() == [0, 255]


def test_images_pass_in_equal_chunks() -> None:
    network = Means()
    found = InceptionExtractor(network, "abc")(torch.ones(2 * CHUNK + 3, 1, 4, 4))
    assert network.counts == [CHUNK, CHUNK, 3]
    assert torch.equal(found.features, torch.full((2 * CHUNK + 3, 3), 255.0))
    assert found.probabilities is None


def test_a_file_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"--inception-weights must name a file that can be read; got .*lost\.pth"):
        inception_extractor(tmp_path / "lost.pth")


@pytest.mark.parametrize("content", [b"", b"no weights at all", b"PK\x03\x04 cut off", pickle.dumps({"a": 1}, 2)[:-3]])
def test_anything_but_a_state_dict_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"must be a state dict written by torch\.save; .*weights\.pth is none"):
        inception_extractor(path)


def test_a_single_tensor_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    torch.save(torch.zeros(3), path)
    with pytest.raises(DataError, match=r"must be a state dict; .*weights\.pth holds a Tensor"):
        inception_extractor(path)


def test_nothing_in_a_file_is_run(tmp_path: Path) -> None:
    path, mark = tmp_path / "weights.pth", tmp_path / "mark"
    torch.save({"harm": Harm(mark)}, path)
    with pytest.raises(DataError, match=r"must be a state dict written by torch\.save"):
        inception_extractor(path)
    assert not mark.exists()


def test_without_torch_fidelity_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "weights.pth"
    torch.save({}, path)
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("torch_fidelity"):
            raise ModuleNotFoundError("No module named 'torch_fidelity'")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(DataError, match=r"torch-fidelity; got: No module .*Install gansearch\[inception\]"):
        inception_extractor(path)


@pytest.mark.verify
def test_weights_of_another_network_are_told_by_what_they_lack(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    torch.save(OrderedDict({"fc.weight": torch.zeros(1008, 2048)}), path)
    with pytest.raises(DataError, match=r"holds others: .*Missing key\(s\) in state_dict: \"Conv2d_1a_3x3"):
        inception_extractor(path)


@pytest.mark.verify
def test_the_hash_is_that_of_the_file_and_nothing_is_drawn(inception_weights: Path) -> None:
    before = torch.get_rng_state()
    extractor = inception_extractor(inception_weights)
    assert torch.equal(before, torch.get_rng_state())
    assert extractor.hash == hashlib.sha256(inception_weights.read_bytes()).hexdigest()[:12]
    measured = extractor(torch.zeros(2, 1, 28, 28))
    assert measured.features.shape == (2, 2_048)
    assert not measured.features.requires_grad
