"""An exported generator, where there is no gansearch, gives the samples that the generator gives."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from gansearch.gan import Generator
from gansearch.gan.plain_file import CODE, WEIGHTS, Sampling, generator_file
from gansearch.records import Geometry
from gansearch.testing.contracts.networks import BATCH, IMAGES, network_cases, parameter_values

SEED: Final = 3
TOLERANCE: Final = 1e-6
"""Of samples in single precision, whose size is about 1."""
_DRAWN: Final = "samples.safetensors"
_ALONE: Final = f"""
import importlib.util, sys
from pathlib import Path
sys.modules["gansearch"] = None  # whoever imports it fails
from safetensors.torch import save_file
for index, folder in enumerate(sys.argv[1:]):
    spec = importlib.util.spec_from_file_location(f"generator_{{index}}", Path(folder) / "{CODE}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    samples, again = (module.sample({BATCH}, seed={SEED}) for _ in range(2))
    quiet = module.load()(module.draw_latents({BATCH}, seed={SEED})).detach()
    save_file({{"samples": samples, "again": again, "quiet": quiet}}, Path(folder) / "{_DRAWN}")
"""


def check_exported_generator(cls: type[Generator], geometries: Sequence[Geometry] = (IMAGES,)) -> None:
    """The plain module of every structure of a generator gives the samples that the generator gives.

    One that draws random numbers when samples are drawn does so there too, the same ones for the same seed.
    """
    # The last lane has the largest numbers: dropout and noise where there are any.
    networks = [(lanes[-1], geometry) for lanes, geometry in network_cases(cls, geometries)]
    with tempfile.TemporaryDirectory() as parent:
        expected: dict[Path, Tensor] = {}
        for index, (network, geometry) in enumerate(networks):
            folder = Path(parent) / str(index)
            folder.mkdir()
            expected[folder] = _exported(network, geometry, folder)
        _sample_alone(list(expected))
        for (network, geometry), (folder, wanted) in zip(networks, expected.items(), strict=True):
            drawn = load_file(folder / _DRAWN)
            got = drawn["quiet"]
            assert got.shape == wanted.shape, f"{network}: exported samples must be {wanted.shape}; got {got.shape}"
            gap = (got - wanted).abs().max().item()
            assert gap <= TOLERANCE, f"{network}: exported samples must be those of the generator; got a gap of {gap}"
            assert torch.equal(drawn["samples"], drawn["again"]), f"{network}: a seed must give the same samples"
            draws = not torch.equal(drawn["samples"], got)
            wanted_draws = network.plain(geometry).draws
            assert draws is wanted_draws, f"{network}: whether samples are drawn with noise must be {wanted_draws}"


def _exported(network: Generator, geometry: Geometry, folder: Path) -> Tensor:
    """Export a generator with some parameters into ``folder``; the samples [n, *shape] that it should give there."""
    module, plain = network.build(geometry), network.plain(geometry)
    values = {name: value.float() for name, value in parameter_values(module, (SEED,)).items()}
    sampling = Sampling(network.latent_size, geometry.shape, at_once=BATCH)
    (folder / CODE).write_text(generator_file(plain, sampling), encoding="utf-8")
    save_file(plain.state(values), folder / WEIGHTS)
    latents = torch.randn(BATCH, network.latent_size, generator=torch.Generator().manual_seed(SEED))
    with torch.no_grad():
        return module(values, latents[None], None)[0]


def _sample_alone(folders: Sequence[Path]) -> None:
    """Draw samples in a process that cannot import gansearch."""
    command = [sys.executable, "-c", _ALONE, *map(str, folders)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folders[0])
    assert done.returncode == 0, f"an exported generator must run without gansearch; got\n{done.stderr}"
