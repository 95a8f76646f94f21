from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations

from gansearch.errors import PluginError
from gansearch.gan import Generator, generators
from gansearch.gan.plain_file import Sampling, generator_file
from gansearch.gan.torch_module import TorchGenerator
from gansearch.plugins import load_file
from gansearch.records import Facts, Geometry
from gansearch.testing.contracts import check_exported_generator

IMAGES = Geometry(shape=(1, 8, 8), bounded=True, classes=2)


@pytest.fixture(autouse=True)
def networks() -> None:
    load_file(Path(__file__).parent / "torch_networks.py")


class Everything(nn.Module):
    """Tied and frozen parameters, a random table, a constant, weight and batch normalisation, dropout."""

    def __init__(self, latent_size: int) -> None:
        super().__init__()
        self.once = nn.Linear(latent_size, latent_size)
        self.again = nn.Linear(latent_size, latent_size)
        self.again.weight = self.once.weight
        self.frozen = nn.Parameter(torch.randn(latent_size, 16), requires_grad=False)
        self.table: Tensor
        self.register_buffer("table", torch.linspace(0, 1, 16))
        self.norm = nn.BatchNorm1d(16)
        self.drop = nn.Dropout(0.5)
        self.last = parametrizations.weight_norm(nn.Linear(16, 64))

    def forward(self, latents: Tensor) -> Tensor:
        """[B, latent_size] to [B, 1, 8, 8]."""
        hidden = self.again(torch.relu(self.once(latents)))
        mixed = self.drop(self.norm(hidden @ self.frozen + self.table))
        return torch.tanh(self.last(mixed)).reshape(latents.shape[0], 1, 8, 8)


@dataclass(frozen=True, kw_only=True, eq=False)
class EverythingGenerator(TorchGenerator):
    """Of everything something."""

    name: ClassVar[str] = "own_everything"
    facts: ClassVar[Facts] = Facts(couples_batch=True)

    def module(self, geometry: Geometry) -> nn.Module:
        return Everything(self.latent_size)


def drawn(network: Generator, n: int) -> tuple[Tensor, Tensor, str]:
    """Samples of the exported module, of the network itself, and the module's source."""
    module, plain = network.build(IMAGES), network.plain(IMAGES)
    stream = torch.Generator().manual_seed(1)
    values = {one.key: torch.randn(1, *one.shape, generator=stream) / one.fan_in**0.5 for one in module.parameters}
    code: dict[str, object] = {}
    text = generator_file(plain, Sampling(network.latent_size, IMAGES.shape, 100))
    exec(compile(text, "generator.py", "exec"), code)
    made = code["Generator"]()  # type: ignore[operator]
    made.load_state_dict(plain.state(values))
    latents = code["draw_latents"](n)  # type: ignore[operator]
    with torch.no_grad():
        return made.eval()(latents), module(values, latents[None], None)[0], text


@pytest.mark.parametrize("n", [3, 50])
def test_a_module_with_everything_gives_its_samples(n: int) -> None:
    exported, wanted, text = drawn(EverythingGenerator(latent_size=4), n)
    torch.testing.assert_close(exported, wanted, rtol=0, atol=1e-6)
    assert "dropout" not in text
    assert " = None" not in text.partition("def forward")[2].partition("def load")[0]


def test_the_contract_holds_for_a_users_own_network() -> None:
    check_exported_generator(generators.get("own_mlp"))


def test_a_fixed_number_of_samples_is_refused() -> None:
    class Fixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(4, 64)

        def forward(self, latents: Tensor) -> Tensor:
            return torch.tanh(self.layer(latents)).reshape(len(latents), 1, 8, 8)

    @dataclass(frozen=True, kw_only=True, eq=False)
    class FixedGenerator(TorchGenerator):
        """Asks for the length of its latents, which torch.export takes as a number."""

        name: ClassVar[str] = "own_fixed"

        def module(self, geometry: Geometry) -> nn.Module:
            return Fixed()

    with pytest.raises(PluginError, match=r"FixedGenerator cannot be exported: .* from latents\.shape\[0\], not len"):
        FixedGenerator(latent_size=4).plain(IMAGES)


def test_a_decision_by_numbers_is_refused_with_what_torch_says() -> None:
    class Decides(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(4, 64)

        def forward(self, latents: Tensor) -> Tensor:
            made = torch.tanh(self.layer(latents))
            return (-made if made.sum() > 1e6 else made).reshape(-1, 1, 8, 8)

    @dataclass(frozen=True, kw_only=True, eq=False)
    class DecidingGenerator(TorchGenerator):
        """Decides by numbers."""

        name: ClassVar[str] = "own_deciding"
        facts: ClassVar[Facts] = Facts(couples_batch=True)

        def module(self, geometry: Geometry) -> nn.Module:
            return Decides()

    with pytest.raises(
        PluginError, match=r"DecidingGenerator cannot be exported: torch\.export cannot follow its module"
    ):
        DecidingGenerator(latent_size=4).plain(IMAGES)
