from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from gansearch.metrics.pooled_cnn import pooled
from gansearch.testing.measured import normal


@pytest.mark.parametrize(("height", "width"), [(8, 8), (7, 8), (8, 7), (3, 5), (1, 1)])
def test_pools_as_torch_does(height: int, width: int) -> None:
    images = normal(0, 6, height * width).reshape(2, 3, height, width)
    assert torch.equal(pooled(images), F.max_pool2d(images, 2, ceil_mode=True))
