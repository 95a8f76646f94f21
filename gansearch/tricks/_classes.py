"""Classes as numbers: one-hot vectors, and the cross entropy of logits with classes."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int64
from torch import Tensor


def one_hot(classes: Int64[Tensor, "K B"], count: int, dtype: torch.dtype) -> Float[Tensor, "K B C"]:
    """1 at the place of each class among ``count``, else 0.

    As a comparison: torch's own one-hot looks at the classes first, and so waits for the device.
    """
    return (classes[..., None] == torch.arange(count, device=classes.device)).to(dtype)


def appended_classes(count: int) -> str:
    """An expression of torch that puts the one-hot vector of a random class behind each of ``latents`` [n, Z]."""
    drawn = f"torch.randint({count}, latents.shape[:1], device=latents.device)"
    return f"torch.cat([latents, torch.nn.functional.one_hot({drawn}, {count}).to(latents)], -1)"


def class_cross_entropy(logits: Float[Tensor, "K B C"], classes: Int64[Tensor, "K B"]) -> Float[Tensor, " K"]:
    """Mean over the batch of ``-log softmax(logits)[class]``, in nats."""
    return (logits.logsumexp(2) - logits.gather(2, classes[..., None])[..., 0]).mean(1)


def class_accuracy(logits: Float[Tensor, "K B C"], classes: Int64[Tensor, "K B"]) -> Float[Tensor, " K"]:
    """Share of the samples whose largest logit is that of their class."""
    return (logits.argmax(2) == classes).to(logits.dtype).mean(1)
