"""Our metrics beside those of others, published figures, and what they cost: ``python -m benchmarks.metrics``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Generator, Tensor

from benchmarks.command_line import parser
from benchmarks.metric_costs import costs
from benchmarks.metric_peers import Pair, pairs
from benchmarks.report import Report
from benchmarks.table import Row
from benchmarks.timing import Action, alternate
from gansearch.data import Mnist, Ring
from gansearch.metrics import Measured, metrics
from gansearch.metrics.evaluator import Moment
from gansearch.metrics.views import views
from gansearch.storage.home import cache_dir

PEERS: Final = "ours beside theirs, on the same features"
FIGURES: Final = "published figures"
COST: Final = "what a measurement of 28 x 28 images costs once features exist, in seconds"
NOTES: Final = {
    PEERS: "Wall seconds, medians of alternating rounds; of several metrics in one call, all together. Nothing is "
    "known of either set before.",
    FIGURES: "Within: how far ours may lie from the published figure; of random draws four standard deviations.",
    COST: "Medians. What several metrics share stands with the first of them; what follows from real samples alone is "
    "worked out once a study, before. The targets are for two threads.",
}
DIGITS: Final = 10
STACKED_SAMPLES: Final = 26_000
SHARES_OF_MNIST: Final = (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
"""Digits of each class among MNIST's training images."""


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    peers: int
    """Samples that either side measures."""
    normal: tuple[int, int]
    """Samples and dimensions of the normal numbers of the published line."""
    images: int
    """Of mnist5k, of which the real samples are made whose comparison is timed."""
    samples: dict[Moment, int]
    """Generated ones."""
    rounds: int
    threads: tuple[int, ...]


FULL: Final = Plan(10_000, (10_000, 1_000), 5_000, {"rung": 1_000, "end": 10_000}, 5, (1, 2))
QUICK: Final = Plan(300, (600, 32), 500, {"rung": 300, "end": 500}, 1, (1,))


# --- beside others ----------------------------------------------------------------------------------------------------


def beside(pair: Pair, rounds: int) -> list[Row]:
    """A row for every metric of a comparison."""
    ours, theirs = pair.ours(), pair.theirs()
    times = alternate({"ours": Action(pair.ours), "theirs": Action(pair.theirs)}, rounds=rounds, warm_up=0)
    return [
        {
            "metric": name,
            "peer": pair.peer,
            "samples": pair.samples,
            "ours": f"{ours[name]:.9g}",
            "theirs": f"{theirs[name]:.9g}",
            "differ by": abs(ours[name] - theirs[name]) / max(abs(theirs[name]), 1e-12),
            "ours s": times.wall("ours").median,
            "theirs s": times.wall("theirs").median,
            "theirs / ours": times.wall_ratio("theirs", to="ours").median,
        }
        for name in pair.names
    ]


# --- published --------------------------------------------------------------------------------------------------------


def figures(plan: Plan, data_dir: Path | None) -> Iterator[Row]:
    """Published figures and what we find."""
    yield _row("raw-pixel Frechet distance, MNIST train against test", 0.3322, _raw_pixels(data_dir), 1e-4)
    published = {"precision": 0.4772, "recall": 0.4705, "density": 1.0555, "coverage": 0.9735}
    found = _normal(*plan.normal)
    for name, value in published.items():
        is_of_it = plan.normal == FULL.normal
        yield _row(f"{name}, N(0, I) of {plan.normal[1]} numbers", value if is_of_it else None, found[name], 0.03)
    yield _row("high quality of an exact ring sampler", 0.9889, _ring(), 4 * (0.9889 * 0.0111 / 10_000) ** 0.5)
    uniform, of_mnist = torch.ones(DIGITS), torch.tensor(SHARES_OF_MNIST, dtype=torch.float64)
    yield _row("stacked MNIST, divergence of equal shares", 0.0194, _stacked(uniform), 4 * 9e-4)
    yield _row("stacked MNIST, divergence of MNIST's shares", 0.0236, _stacked(of_mnist), 4 * 1e-3)


def _row(figure: str, published: float | None, ours: float | None, within: float) -> Row:
    holds = None if published is None or ours is None else abs(ours - published) <= within
    return {
        "figure": figure,
        "published": None if published is None else f"{published:g}",
        "ours": None if ours is None else f"{ours:.5g}",
        "within": within,
        "holds": holds,
    }


def _raw_pixels(data_dir: Path | None) -> float | None:
    """None where no folder is named: a benchmark downloads nothing."""
    if data_dir is None:
        return None
    data = Mnist().load(data_dir)
    assert data.test is not None
    train, test = (Measured(None, split.values.flatten(1).float() / 255, None) for split in (data.train, data.test))
    return metrics.get("frechet_distance")().value(real=train, fake=test)


def _normal(samples: int, width: int) -> dict[str, float]:
    stream = Generator().manual_seed(0)
    real, fake = (Measured(None, torch.randn(samples, width, generator=stream), None) for _ in range(2))
    names = ("precision", "recall", "density", "coverage")
    return {name: metrics.get(name)().value(real=real, fake=fake) for name in names}


def _ring() -> float:
    data = Ring().load(None)
    measured = views(data, cache_dir())["reference"](data.train.values[:10_000])
    return metrics.get("high_quality_share")().value(real=measured, fake=measured)


def _stacked(shares: Tensor) -> float:
    """Three digits drawn one by one, as the classes of a sampler that makes no mistake."""
    stream = Generator().manual_seed(0)
    digits = torch.multinomial(shares, 3 * STACKED_SAMPLES, replacement=True, generator=stream).view(3, -1)
    classes = 100 * digits[0] + 10 * digits[1] + digits[2]
    one_hot = torch.nn.functional.one_hot(classes, DIGITS**3).float()
    measured = Measured(None, one_hot[:, :1], one_hot)
    return metrics.get("uniform_divergence")().value(real=measured, fake=measured)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the figures."""
    command = parser(__doc__, "--json")
    command.add_argument("--data-dir", type=Path, help="folder that holds mnist/, for the figure of raw pixels")
    options = command.parse_args(arguments)
    plan = QUICK if options.quick else FULL
    report = Report("metrics", options.path, options.quick)
    torch.set_num_threads(1)
    tables: dict[str, Callable[[], Iterator[Row]]] = {
        COST: lambda: iter(costs(plan.images, plan.samples, rounds=plan.rounds, threads=plan.threads)),
        PEERS: lambda: (row for pair in pairs(plan.peers) for row in beside(pair, plan.rounds)),
        FIGURES: lambda: figures(plan, options.data_dir),
    }
    for title, rows in tables.items():
        if options.only and not title.startswith(tuple(options.only)):
            continue
        for row in rows():
            report.add(title, row, note=NOTES[title])
        report.show(title)


if __name__ == "__main__":
    main()
