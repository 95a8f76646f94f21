from __future__ import annotations

from gansearch.data import Data
from gansearch.testing.configurations import tiny_configuration
from gansearch.training import Lane, Pack
from gansearch.tricks.ema import Ema
from gansearch.tricks.label_flips import LabelFlips


def test_it_trains_four_steps_an_epoch(tiny_data: Data) -> None:
    pack = Pack([Lane(tiny_configuration(), 0)], tiny_data)
    assert pack.steps_per_epoch == 4
    assert pack.train_epoch().values.shape[2] == 4
    assert pack.sample(3, averaged=False).shape == (1, 3, 1, 8, 8)


def test_both_networks_have_the_architecture(tiny_data: Data) -> None:
    one = tiny_configuration(architecture="dcgan")
    assert (type(one.generator).name, type(one.discriminator).name) == ("dcgan", "dcgan")
    assert Pack([Lane(one, 0)], tiny_data).sample(3, averaged=False).shape == (1, 3, 1, 8, 8)


def test_tricks_are_sorted_by_name() -> None:
    assert [trick.name for trick in tiny_configuration(LabelFlips(), Ema()).tricks] == ["ema", "label_flips"]
