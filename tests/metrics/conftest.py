"""Weights that no one has to download: the Inception network's, at random."""

from __future__ import annotations

import math
from pathlib import Path
from unittest.mock import Mock

import pytest
import torch
from torch import Generator, Tensor


@pytest.fixture(scope="session")
def inception_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state dict of torch-fidelity's network (95 MB), whose features neither vanish nor grow with its depth."""
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    path = tmp_path_factory.mktemp("inception") / "weights.pth"
    with pytest.MonkeyPatch.context() as patch, torch.random.fork_rng(devices=[]):
        patch.setattr(f"{FeatureExtractorInceptionV3.__module__}.load_state_dict_from_url", Mock(return_value={}))
        patch.setattr(FeatureExtractorInceptionV3, "load_state_dict", Mock())
        state = FeatureExtractorInceptionV3("random", ["2048"]).state_dict()
    draws = Generator().manual_seed(0)
    torch.save({name: _at_random(weight, draws) for name, weight in state.items()}, path)
    return path


def _at_random(weight: Tensor, draws: Generator) -> Tensor:
    if weight.ndim < 2:  # of batch normalisation, which then changes nothing
        return weight
    return torch.randn(weight.shape, generator=draws) * math.sqrt(2 / math.prod(weight.shape[1:]))
