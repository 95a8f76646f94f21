"""Flat settings become a configuration, without YAML and pydantic."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gansearch.errors import PluginError, TrainingError
from gansearch.records import Setting
from gansearch.space import resolve

BLOCKED = ("yaml", "pydantic", "pydantic_core", "optuna", "ray", "mlflow", "pandas", "pyarrow")


def test_what_is_left_out_is_at_its_default() -> None:
    configuration = resolve({"dataset.name": "ring"})
    assert type(configuration.generator).name == type(configuration.discriminator).name == "mlp"
    assert type(configuration.loss).name == "non_saturating"
    assert type(configuration.generator_optimizer).name == "adam"
    assert configuration.tricks == ()
    assert configuration.training.epochs == 100
    assert configuration.training.evaluate_every is None


def test_every_setting_arrives() -> None:
    configuration = resolve(
        {
            "dataset.name": "ring",
            "dataset.seed": 3,
            "generator.architecture": "mlp",
            "generator.layers": 5,
            "generator.dropout": 0,
            "loss.name": "minimax",
            "optimizer.generator.name": "sgd",
            "optimizer.generator.momentum": 0.5,
            "optimizer.discriminator.lr": 1e-3,
            "tricks.label_smoothing.enabled": True,
            "tricks.label_smoothing.real": 0.8,
            "tricks.ema.enabled": False,
            "tricks.gradient_penalty": "r1_penalty",
            "tricks.r1_penalty.gamma": 3.0,
            "training.epochs": 7,
            "training.evaluate_every": None,
        }
    )
    assert configuration.dataset.seed == 3  # type: ignore[attr-defined]
    assert configuration.generator.layers == 5  # type: ignore[attr-defined]
    assert repr(configuration.generator.dropout) == "0.0"  # type: ignore[attr-defined]
    assert type(configuration.loss).name == "minimax"
    assert configuration.generator_optimizer.momentum == 0.5  # type: ignore[attr-defined]
    assert configuration.discriminator_optimizer.lr == 1e-3  # type: ignore[attr-defined]
    assert [type(trick).name for trick in configuration.tricks] == ["label_smoothing", "r1_penalty"]
    assert configuration.tricks[0].real == 0.8  # type: ignore[attr-defined]
    assert configuration.tricks[1].gamma == 3.0  # type: ignore[attr-defined]
    assert configuration.training.epochs == 7


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"dataset.name": None}, TrainingError, r"dataset\.name must be one of \[.*\]; got None"),
        ({"dataset.name": "rings"}, PluginError, r"no data set is called 'rings' \(did you mean 'ring'\?\)"),
        ({"generator.layers": 0}, TrainingError, r"generator\.layers must be a whole number in \[1, 100\]; got 0"),
        ({"generator.layers": 2.0}, TrainingError, r"generator\.layers must be a whole number"),
        ({"generator.layer": 2}, TrainingError, r"generator\.layer must be a field of a plug-in that is in use"),
        ({"tricks.r1_penalty.gamma": 1.0}, TrainingError, r"tricks\.r1_penalty\.gamma must be a field"),
        ({"tricks.gradient_penalty": "ema"}, TrainingError, r"tricks\.gradient_penalty must be one of \['off', "),
        ({"tricks.emma.enabled": True}, TrainingError, r"tricks\.emma\.enabled must be a field"),
    ],
)
def test_settings_that_cannot_be_trained(changes: dict[str, Setting], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        resolve({"dataset.name": "ring", **changes})


def test_workers_need_neither_yaml_nor_pydantic() -> None:
    code = (
        "import sys\n"
        f"for name in {BLOCKED}: sys.modules[name] = None\n"
        "from gansearch.space.configuration import resolve\n"
        "print(type(resolve({'dataset.name': 'ring', 'tricks.ema.enabled': True}).tricks[0]).name)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["ema"]
