"""What is trained in the benchmarks: for each case our configuration, the peer, and data of the right form."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn

from benchmarks.peers.dcgan import Dcgan
from benchmarks.peers.mlp import MlpGan
from benchmarks.peers.ring import RingGan
from gansearch.data import Data, DataSet, Mnist, Ring, Samples
from gansearch.gan import Discriminator, Generator, discriminators, generators, losses
from gansearch.training import Configuration, Lane, TrainingSettings, optimizers
from gansearch.tricks import Trick, tricks

C = TypeVar("C", bound="Case")


class Peer(Protocol):
    """What every loop of ``peers`` has."""

    generator: nn.Sequential
    discriminator: nn.Sequential
    latent_size: int
    batch_size: int

    def step(self, real: Tensor, latents: Tensor) -> tuple[Tensor, Tensor]:
        """One update of each network; returns the two losses."""
        ...

    def epoch(self, samples: Tensor, /) -> None:
        """One pass over the data in random order."""
        ...


@dataclass(frozen=True, kw_only=True)
class Case(ABC):
    """One pair of networks with its batch size; both sides train it with Adam at 2e-4 and the non-saturating loss."""

    batch_size: int = 128
    r1_gamma: float = 0.0
    """Weight of the R1 penalty; 0 for none."""

    @property
    def name(self) -> str:
        """What the tables call it."""
        return self.network_name + (" +R1" if self.r1_gamma > 0 else "")

    @property
    @abstractmethod
    def network_name(self) -> str:
        """What the tables call its networks."""

    @abstractmethod
    def peer(self, *, fused: bool | None = None, autocast: bool = False, device: torch.device | str = "cpu") -> Peer:
        """The plain PyTorch loop; ``fused`` as in ``torch.optim.Adam``, ``autocast`` for bfloat16."""

    @abstractmethod
    def dataset(self) -> DataSet:
        """The data set whose form the data have."""

    @abstractmethod
    def networks(self) -> tuple[Generator, Discriminator]:
        """Our two networks."""

    @abstractmethod
    def as_peer_sees(self, samples: Tensor) -> Tensor:
        """Samples as floats, in the form of the peer's batches."""

    def data(self, steps: int) -> Data:
        """Random data of the data set's form: as many batches as an epoch shall have steps."""
        shape = (steps * self.batch_size, *self.dataset().geometry.shape)
        numbers = torch.Generator().manual_seed(0)
        if self.dataset().geometry.bounded:
            values = torch.randint(0, 256, shape, dtype=torch.uint8, generator=numbers)
        else:
            values = torch.randn(shape, generator=numbers)
        samples = Samples(values, torch.zeros(len(values), dtype=torch.int64))
        return Data(self.dataset().name, self.dataset().geometry, samples, None, "")

    def lanes(self, count: int, **settings: Any) -> list[Lane]:
        """That many lanes of our side, each with a seed of its own; ``settings`` go to ``TrainingSettings``."""
        return [Lane(self.configuration(**settings), seed=index) for index in range(count)]

    def configuration(self, **settings: Any) -> Configuration:
        """One lane of our side."""
        generator, discriminator = self.networks()
        adam: Any = optimizers.get("adam")
        return Configuration(
            dataset=self.dataset(),
            generator=generator,
            discriminator=discriminator,
            loss=losses.get("non_saturating")(),
            generator_optimizer=adam(lr=2e-4, beta1=0.5, beta2=0.999),
            discriminator_optimizer=adam(lr=2e-4, beta1=0.5, beta2=0.999),
            tricks=self._tricks(),
            training=TrainingSettings(batch_size=self.batch_size, epochs=1_000_000, **settings),
        )

    def with_r1(self: C, gamma: float = 10.0) -> C:
        """The same with an R1 penalty."""
        return replace(self, r1_gamma=gamma)

    def _tricks(self) -> tuple[Trick, ...]:
        if self.r1_gamma == 0:
            return ()
        r1: Any = tricks.get("r1_penalty")
        return (r1(gamma=self.r1_gamma),)


@dataclass(frozen=True, kw_only=True)
class MlpCase(Case):
    """Perceptrons on MNIST's form: generator 100-width-width-784, discriminator 784-width-1."""

    width: int = 256
    dropout: float = 0.3

    @property
    def network_name(self) -> str:
        """With its width and dropout."""
        return f"mlp {self.width}, dropout {self.dropout:g}"

    def peer(self, *, fused: bool | None = None, autocast: bool = False, device: torch.device | str = "cpu") -> Peer:
        """The plain PyTorch loop."""
        return MlpGan(
            (100, self.width, self.width, 784),
            (784, self.width, 1),
            dropout=self.dropout,
            r1_gamma=self.r1_gamma,
            batch_size=self.batch_size,
            fused=fused,
            autocast=autocast,
            device=device,
        )

    def dataset(self) -> DataSet:
        """MNIST's form."""
        return Mnist()

    def networks(self) -> tuple[Generator, Discriminator]:
        """Our two networks."""
        shared = {"width": self.width, "dropout": self.dropout, "activation": "leaky_relu"}
        generator: Any = generators.get("mlp")
        discriminator: Any = discriminators.get("mlp")
        return generator(layers=3, latent_size=100, **shared), discriminator(layers=2, **shared)

    def as_peer_sees(self, samples: Tensor) -> Tensor:
        """Flat images."""
        return samples.flatten(1)


@dataclass(frozen=True, kw_only=True)
class RingCase(Case):
    """Perceptrons on points of the plane: generator 2-width-width-2, discriminator 2-width-width-1."""

    width: int = 128

    @property
    def network_name(self) -> str:
        """With its width."""
        return f"ring {self.width}"

    def peer(self, *, fused: bool | None = None, autocast: bool = False, device: torch.device | str = "cpu") -> Peer:
        """The plain PyTorch loop, in single precision only."""
        if autocast or self.r1_gamma > 0:
            raise ValueError("the ring's peer has neither bfloat16 nor R1")
        return RingGan(self.width, batch_size=self.batch_size, fused=fused, device=device)

    def dataset(self) -> DataSet:
        """The ring's form."""
        return Ring()

    def networks(self) -> tuple[Generator, Discriminator]:
        """Our two networks."""
        shared = {"layers": 3, "width": self.width, "dropout": 0.0, "activation": "leaky_relu"}
        generator: Any = generators.get("mlp")
        discriminator: Any = discriminators.get("mlp")
        return generator(latent_size=2, **shared), discriminator(**shared)

    def as_peer_sees(self, samples: Tensor) -> Tensor:
        """Points."""
        return samples


@dataclass(frozen=True, kw_only=True)
class DcganCase(Case):
    """Convolutions on MNIST's form, with batch normalisation in the generator."""

    filters: int = 64
    dropout: float = 0.3

    @property
    def network_name(self) -> str:
        """With its filters."""
        return f"dcgan {self.filters}"

    def peer(self, *, fused: bool | None = None, autocast: bool = False, device: torch.device | str = "cpu") -> Peer:
        """The plain PyTorch loop."""
        return Dcgan(
            self.filters,
            dropout=self.dropout,
            r1_gamma=self.r1_gamma,
            batch_size=self.batch_size,
            fused=fused,
            autocast=autocast,
            device=device,
        )

    def dataset(self) -> DataSet:
        """MNIST's form."""
        return Mnist()

    def networks(self) -> tuple[Generator, Discriminator]:
        """Our two networks."""
        generator: Any = generators.get("dcgan")
        discriminator: Any = discriminators.get("dcgan")
        return generator(filters=self.filters, latent_size=100), discriminator(
            filters=self.filters, dropout=self.dropout
        )

    def as_peer_sees(self, samples: Tensor) -> Tensor:
        """Images as they are."""
        return samples
