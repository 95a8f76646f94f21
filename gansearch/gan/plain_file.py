"""The file ``generator.py`` of an exported generator: a module, how to load it, and how to draw samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gansearch.gan.plain import PlainModule

WEIGHTS: Final = "generator.safetensors"
"""File of the parameters that are loaded unless others are asked for."""
CODE: Final = "generator.py"


@dataclass(frozen=True)
class Sampling:
    """How samples are drawn."""

    latent_size: int
    """Z, the number of latents per sample."""
    shape: tuple[int, ...]
    """Of one sample."""
    at_once: int
    """Samples drawn in one pass, as at an evaluation: a bound on memory, and the batch of batch normalisation."""
    latents: Sequence[str] = ()
    """What is done to standard normal latents [n, Z], one expression of ``latents`` after the other."""


def generator_file(module: PlainModule, sampling: Sampling) -> str:
    """The source of the file. It needs torch and safetensors."""
    changes = "".join(f"        latents = {expression}\n" for expression in sampling.latents if expression != "latents")
    return _FILE.format(
        latent_size=sampling.latent_size,
        shape=sampling.shape,
        at_once=sampling.at_once,
        weights=WEIGHTS,
        module=module.source.strip(),
        changes=changes,
        draw=_DRAW_NOISE if module.draws else _DRAW,
    )


_FILE: Final = '''\
"""A trained generator as plain PyTorch: it needs torch and safetensors, nothing else. README.md says where it is from.

    from generator import sample

    samples = sample(64, seed=0)
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

LATENT_SIZE = {latent_size}
SHAPE = {shape}
AT_ONCE = {at_once}  # samples drawn in one pass


{module}


def load(folder: str | Path | None = None, weights: str = "{weights}") -> Generator:
    """The generator with the parameters of the file ``weights`` in ``folder``; by default, the folder of this file."""
    folder = Path(__file__).parent if folder is None else Path(folder)
    generator = Generator()
    generator.load_state_dict(load_file(folder / weights))
    return generator.eval()


def draw_latents(n: int, seed: int = 0) -> Tensor:
    """Latents [n, LATENT_SIZE] as they were drawn in training."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        latents = torch.randn(n, LATENT_SIZE)
{changes}    return latents


@torch.no_grad()
def sample(n: int, seed: int = 0, generator: Generator | None = None) -> Tensor:
    """Samples [n, *SHAPE]; images in [-1, 1]. The same seed gives the same samples."""
    generator = load() if generator is None else generator
    latents = draw_latents(n, seed).to(next(iter(generator.state_dict().values())).device)
{draw}'''

_DRAW: Final = """\
    return torch.cat([generator(portion) for portion in latents.split(AT_ONCE)])
"""

_DRAW_NOISE: Final = """\
    generator.train()  # dropout or noise is drawn for samples too, as it was in training
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        samples = torch.cat([generator(portion) for portion in latents.split(AT_ONCE)])
    generator.eval()
    return samples
"""
