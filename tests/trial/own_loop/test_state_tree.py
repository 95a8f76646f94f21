from __future__ import annotations

import math
from collections import OrderedDict
from typing import Any

import pytest
import torch

from gansearch.errors import CorruptFileError, ScriptError
from gansearch.training.checkpoint import from_bytes, to_bytes
from gansearch.training.state import LaneState
from gansearch.trial.own_loop.random_states import RandomStates
from gansearch.trial.own_loop.state_tree import from_tensors, to_tensors


def there_and_back(tree: dict[str, Any]) -> dict[str, Any]:
    """Through the bytes of a checkpoint."""
    return from_tensors(from_bytes(to_bytes(LaneState(to_tensors(tree), 3), {})).tensors)


def test_what_optimizers_hold_comes_back() -> None:
    tree = {"groups": [{"lr": 1e-3, "betas": (0.5, 0.9), "on": True, "none": None}], "state": {0: {"step": 3}, "1": {}}}
    assert there_and_back(tree) == tree
    assert isinstance(there_and_back(tree)["groups"][0]["betas"], tuple)
    assert math.isinf(there_and_back({"best": float("inf")})["best"])
    assert there_and_back({"a": OrderedDict(b=1)}) == {"a": {"b": 1}}


@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.bool]
)
@pytest.mark.parametrize("shape", [(), (2, 3), (0,)])
def test_tensors_of_every_kind_come_back_to_the_bit(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    tensor = torch.randn(shape, generator=torch.Generator().manual_seed(1)).to(dtype)
    found = there_and_back({"a": {"b": [tensor]}})["a"]["b"][0]
    assert found.dtype is dtype
    assert torch.equal(found, tensor)


def test_shared_and_turned_tensors_come_back() -> None:
    tensor = torch.arange(6.0).reshape(2, 3)
    tree: dict[Any, Any] = {"one": tensor, "two": tensor, "turned": tensor.T, 1: tensor, "1": -tensor}
    found = there_and_back(tree)
    assert torch.equal(found["turned"], tensor.T)
    assert torch.equal(found["two"], tensor)
    assert torch.equal(found["1"], -tensor)


def test_an_adam_goes_on_as_if_it_had_not_been_interrupted() -> None:
    def trained(steps: int, tree: dict[str, Any] | None = None) -> tuple[torch.nn.Linear, torch.optim.Adam]:
        torch.manual_seed(0)
        net = torch.nn.Linear(3, 1)
        adam = torch.optim.Adam(net.parameters(), lr=0.1)
        if tree is not None:
            net.load_state_dict(tree["net"])
            adam.load_state_dict(tree["adam"])
        for step in range(steps):
            net(torch.full((1, 3), float(step))).sum().backward()
            adam.step()
        return net, adam

    net, adam = trained(2)
    resumed, _ = trained(3, there_and_back({"net": net.state_dict(), "adam": adam.state_dict()}))
    for step in range(3):
        if step == 0:
            adam.zero_grad()
        net(torch.full((1, 3), float(step))).sum().backward()
        adam.step()
    assert torch.equal(net.weight, resumed.weight)


def test_random_states_come_back() -> None:
    before = RandomStates.now()
    states = RandomStates.of(there_and_back({"random": before.plain()})["random"])
    states.set()
    after = RandomStates.now()
    assert after.python == before.python
    assert torch.equal(after.torch, before.torch)
    assert (after.numpy[1] == before.numpy[1]).all()


ODD: dict[str, tuple[dict[str, Any], str]] = {
    "a set": ({"opt": {"a": [{1}]}}, "opt.a.0 is of type set"),
    "an object": ({"opt": object()}, "opt is of type object"),
    "a key": ({"opt": {(1, 2): 3}}, r"keys of opt must be words or whole numbers; got \(1, 2\)"),
    "complex numbers": ({"opt": torch.zeros(1, dtype=torch.complex64)}, "opt must be an ordinary tensor"),
    "a sparse tensor": ({"opt": torch.zeros(2, 2).to_sparse()}, "opt must be an ordinary tensor"),
}


@pytest.mark.parametrize("name", ODD)
def test_anything_else_is_refused_with_its_place(name: str) -> None:
    tree, said = ODD[name]
    with pytest.raises(ScriptError, match=said):
        to_tensors(tree)


def test_what_is_no_state_is_refused() -> None:
    with pytest.raises(CorruptFileError, match="must hold its state; KeyError"):
        from_tensors({"weights": torch.zeros(1)})
