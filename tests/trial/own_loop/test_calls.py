from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
import torch

import gansearch
from gansearch.errors import ScriptError, TrialEnded


def test_parameters_outside_a_trial_are_the_defaults_in_their_order() -> None:
    found = gansearch.parameters(lr=2e-4, beta1=0.5)
    lr, beta1 = found.values()
    assert (lr, beta1, found.lr, found["beta1"]) == (2e-4, 0.5, 2e-4, 0.5)
    with pytest.raises(AttributeError, match="no parameter 'lrr'; there are lr, beta1"):
        _ = found.lrr


def test_checkpointed_outside_a_trial_begins_at_0() -> None:
    net = torch.nn.Linear(2, 2)
    assert gansearch.checkpointed(net=net, generator=torch.Generator()) == 0


def test_report_outside_a_trial_does_nothing() -> None:
    def never(n: int) -> torch.Tensor:
        raise AssertionError("samples are drawn within a trial alone")

    gansearch.report(1, {"d_loss": torch.tensor(1.0, requires_grad=True), "g_loss": float("nan")}, samples=never)
    gansearch.report(1, {}, metrics={"fid": 3})


BAD: dict[str, tuple[Callable[[], object], str]] = {
    "step 0": (lambda: gansearch.report(0, {"g_loss": 1.0}), "step must be .* at least 1; got 0"),
    "half a step": (lambda: gansearch.report(1.5, {}), "step must be .*; got 1.5"),  # type: ignore[arg-type]
    "no mapping": (lambda: gansearch.report(1, [1.0]), "signals must be a mapping"),  # type: ignore[arg-type]
    "a word": (lambda: gansearch.report(1, {"g_loss": "x"}), r"signals\['g_loss'\] must be a number; got 'x'"),
    "a batch": (lambda: gansearch.report(1, {"d": torch.zeros(3)}), r"one number; got a tensor of shape \[3\]"),
    "no name": (lambda: gansearch.report(1, {1: 1.0}), "must be words; got 1"),  # type: ignore[dict-item]
    "samples": (lambda: gansearch.report(1, {}, samples=3), "samples must be a tensor"),  # type: ignore[arg-type]
    "no metric": (lambda: gansearch.report(1, {}, metrics={}), "at least one name"),
    "an epoch": (lambda: gansearch.report(1, {}, epoch=0), "epoch must be .*; got 0"),
    "no state": (lambda: gansearch.checkpointed(net=3), "net must have state_dict .*; got int"),
    "no object": (gansearch.checkpointed, "got nothing"),
}


@pytest.mark.parametrize("name", BAD)
def test_arguments_are_checked_outside_a_trial_too(name: str) -> None:
    call, said = BAD[name]
    with pytest.raises(ScriptError, match=said):
        call()


def test_the_end_of_a_trial_is_no_exception_that_a_loop_would_catch() -> None:
    assert issubclass(gansearch.TrialEnded, BaseException)
    assert not issubclass(TrialEnded, Exception)


def test_the_calls_load_nothing_heavy() -> None:
    code = (
        "import sys, gansearch; gansearch.report(1, {'g_loss': 1.0}); gansearch.parameters(lr=1.0)\n"
        "heavy = {'torch', 'numpy', 'optuna', 'ray', 'mlflow', 'pydantic', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
