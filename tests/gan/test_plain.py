from __future__ import annotations

from typing import Any

import pytest
import torch

from gansearch.errors import PluginError
from gansearch.gan import Draws, Module, Parameter
from gansearch.gan.activations import plain_activation
from gansearch.gan.dcgan import DcganGenerator
from gansearch.gan.layers import Elementwise, Linear, Reshape, Sequential
from gansearch.gan.mlp import MlpGenerator
from gansearch.gan.plain import PlainLayer, plain_module
from gansearch.gan.plain_file import Sampling, generator_file
from gansearch.records import Geometry
from gansearch.testing.seeded import seeded_normal

IMAGES = Geometry(shape=(1, 8, 8), bounded=True, classes=2)


def test_lane_wise_layers_are_layers_of_torch() -> None:
    layers = (Linear("first", 4, 64), Elementwise(torch.tanh), Reshape((1, 8, 8)))
    made = plain_module(layers, "Made")
    assert (
        "            nn.Linear(4, 64),\n            nn.Tanh(),\n            nn.Unflatten(1, (1, 8, 8)),\n"
        in made.source
    )
    assert made.tensors == {"layers.0.weight": "first.weight", "layers.0.bias": "first.bias"}


def test_a_state_is_made_of_copies_in_the_order_of_memory() -> None:
    made = plain_module((Linear("first", 4, 3),), "Made")
    values = {"first.weight": torch.arange(12.0).view(1, 4, 3).mT, "first.bias": torch.zeros(1, 3)}
    state = made.state(values)
    assert state["layers.0.weight"].is_contiguous()
    assert torch.equal(state["layers.0.weight"], values["first.weight"][0])
    state["layers.0.bias"].add_(1)
    assert values["first.bias"].sum() == 0


def test_what_torch_has_no_layer_for_is_refused_with_what_to_add() -> None:
    class Odd:
        parameters: tuple[Parameter, ...] = ()

        def __call__(self, parameters: object, inputs: torch.Tensor, draws: Draws | None) -> torch.Tensor:
            return inputs

    odd: Module = Odd()
    with pytest.raises(PluginError, match=r"OddGenerator cannot be exported: its layer Odd .* a method plain_layers"):
        plain_module(Sequential((odd,)).layers, "OddGenerator")
    with pytest.raises(PluginError, match="the function sin cannot be exported: it must be one of relu, "):
        plain_activation(torch.sin)


def test_the_latents_are_changed_as_the_tricks_say() -> None:
    network = MlpGenerator(width=8, latent_size=4)
    text = generator_file(network.plain(IMAGES), Sampling(4, IMAGES.shape, 100, ["latents", "latents / 2"]))
    assert "        latents = latents / 2\n    return latents\n" in text
    code: dict[str, object] = {}
    exec(compile(text, "generator.py", "exec"), code)
    assert code["LATENT_SIZE"] == 4


def test_portions_are_those_of_an_evaluation() -> None:
    network = DcganGenerator(filters=4, latent_size=4)
    module, plain = network.build(IMAGES), network.plain(IMAGES)
    values = {one.key: seeded_normal(one.name, (1,), one.shape, torch.float32) / 3 for one in module.parameters}
    code: dict[str, object] = {}
    exec(compile(generator_file(plain, Sampling(4, IMAGES.shape, 10)), "generator.py", "exec"), code)
    made = code["Generator"]()  # type: ignore[operator]
    made.load_state_dict(plain.state(values))
    drawn = code["sample"](15, seed=2, generator=made)  # type: ignore[operator]
    latents = torch.randn(15, 4, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(drawn[10:], module(values, latents[None, 10:], None)[0], rtol=0, atol=1e-6)


def test_helper_classes_stand_once_before_the_generator() -> None:
    class Own:
        parameters: tuple[Parameter, ...] = ()

        def __call__(self, parameters: object, inputs: torch.Tensor, draws: Draws | None) -> torch.Tensor:
            return inputs

        def plain_layers(self) -> tuple[PlainLayer, ...]:
            return (PlainLayer("Own()", sources=("class Own(nn.Identity):\n    pass\n",)),)

    made = plain_module((Own(), Linear("first", 4, 4), Own()), "Made")
    assert made.source.startswith("class Own(nn.Identity):\n    pass\n\n\nclass Generator(nn.Module):")
    assert made.source.count("class Own") == 1
    assert made.tensors == {"layers.1.weight": "first.weight", "layers.1.bias": "first.bias"}
    assert not made.draws


def test_a_seed_decides_what_is_drawn_for_samples_and_leaves_the_rest_alone() -> None:
    network = MlpGenerator(width=8, latent_size=4, dropout=0.5, dropout_when_sampling=True, noise=0.1)
    plain, module = network.plain(IMAGES), network.build(IMAGES)
    values = {one.key: seeded_normal(one.name, (1,), one.shape, torch.float32) for one in module.parameters}
    code: dict[str, object] = {}
    exec(compile(generator_file(plain, Sampling(4, IMAGES.shape, 10)), "generator.py", "exec"), code)
    made = code["Generator"]().eval()  # type: ignore[operator]
    made.load_state_dict(plain.state(values))
    state = torch.random.get_rng_state()
    one, again, other = (code["sample"](15, seed=seed, generator=made) for seed in (2, 2, 3))  # type: ignore[operator]
    assert plain.draws
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert torch.equal(torch.random.get_rng_state(), state)
    latents = torch.randn(15, 4, generator=torch.Generator().manual_seed(2))
    assert not torch.allclose(made(latents), one)
    torch.testing.assert_close(made(latents), module(values, latents[None], None)[0], rtol=0, atol=1e-6)
    assert "Noise(" not in plain.source


def test_a_seed_decides_what_latents_draw_besides_and_leaves_torchs_own_numbers_alone() -> None:
    network = MlpGenerator(latent_size=6, width=8)
    drawn = "torch.cat([latents, torch.rand(len(latents), 2)], -1)"
    text = generator_file(network.plain(IMAGES), Sampling(4, IMAGES.shape, 100, [drawn]))
    code: dict[str, Any] = {}
    exec(compile(text, "generator.py", "exec"), code)

    before = torch.get_rng_state()
    first, again, other = (code["draw_latents"](5, seed) for seed in (1, 1, 2))

    assert first.shape == (5, 6)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(first[:, :4], torch.randn(5, 4, generator=torch.Generator().manual_seed(1)))
    assert torch.equal(before, torch.get_rng_state())
