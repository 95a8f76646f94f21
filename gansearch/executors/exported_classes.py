"""Lets whoever takes a conditional generator away choose the classes of its samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gansearch.records import Geometry
from gansearch.training.passes import in_latent_order
from gansearch.tricks import Trick


@dataclass(frozen=True)
class Told:
    """Where among its latents a generator is told the class, as a one-hot vector."""

    column: int
    """Of the first class."""
    classes: int


def told_classes(tricks: Sequence[Trick], geometry: Geometry, latent_size: int) -> Told | None:
    """Where a generator is told the class; None where it is not, or by other means than a one-hot vector.

    Args:
        tricks: of the run.
        geometry: of its samples.
        latent_size: latents of the network itself, in front of what tricks put behind them.
    """
    column = latent_size
    for trick, size in in_latent_order([(trick, trick.extra_latents(geometry)) for trick in tricks], geometry):
        if trick.facts.needs_labels and size == geometry.classes > 0 and trick.plain_latents(geometry) is not None:
            return Told(column, geometry.classes)
        column += size
    return None


def classes_code(told: Told | None) -> str:
    """What stands in ``generator.py`` behind ``sample``; nothing where the generator is told no class."""
    return "" if told is None else _CODE.format(column=told.column, classes=told.classes)


_CODE: Final = '''

CLASSES = {classes}
CLASS_COLUMN = {column}  # from here on the latents tell the class, one-hot


class _OfClasses(nn.Module):
    """The generator with chosen classes in place of those that were drawn."""

    def __init__(self, generator: nn.Module, labels: Tensor) -> None:
        super().__init__()
        self.generator, self.labels = generator, labels

    def forward(self, latents: Tensor) -> Tensor:
        labels, self.labels = self.labels[: len(latents)], self.labels[len(latents) :]
        told = nn.functional.one_hot(labels, CLASSES).to(latents)
        return self.generator(torch.cat([latents[:, :CLASS_COLUMN], told, latents[:, CLASS_COLUMN + CLASSES :]], 1))


def sample_classes(labels: list[int], seed: int = 0, generator: Generator | None = None) -> Tensor:
    """Samples [n, *SHAPE] of the classes ``labels``, n whole numbers below CLASSES; else as ``sample``."""
    if not all(0 <= label < CLASSES for label in labels):
        raise ValueError(f"classes must be 0 to {{CLASSES - 1}}; got {{sorted(set(labels))}}")
    generator = load() if generator is None else generator
    return sample(len(labels), seed, _OfClasses(generator, torch.tensor(labels)))
'''
