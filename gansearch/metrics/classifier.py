"""What the weights of an extractor mean: an architecture, the images that it sees, and the classes that it tells apart.

The features are the units before the last layer, after Heusel et al. 2017, arXiv:1706.08500.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from gansearch.records import Geometry

FEATURES: Final = 128
"""Units of the penultimate layer."""
Task: TypeAlias = Literal["labels", "rotations", "mirrorings"]
"""What the classes are: those of the data, or, where it has none, how an image has been turned."""
ORIENTATIONS: Final = 4
CLASSES: Final[dict[Task, str]] = {
    "labels": "",
    "rotations": "; classes are rotations by 0, 90, 180 and 270 degrees",
    "mirrorings": "; classes are no mirroring, left-right, up-down and both",
}

Weights: TypeAlias = Mapping[str, Tensor]
Shapes: TypeAlias = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Architecture:
    """Layers, of whatever size the images are."""

    name: str
    """Ends the names of extractors, as ``cnn``."""
    layers: str
    largest_side: int
    """Pixels a side that it sees at most: larger images are averaged over areas. Its cost grows with the area."""
    weight_shapes: Callable[[tuple[int, ...], int], Shapes]
    """Of every weight, by name, for images [C, H, W] and a number of classes."""
    classify: Callable[[Weights, Tensor], tuple[Tensor, Tensor]]
    """Features and logits of images."""


@dataclass(frozen=True)
class Classifier:
    """An architecture for images of one form, and what its classes are."""

    architecture: Architecture
    shape: tuple[int, ...]
    """[C, H, W] of the images."""
    task: Task
    classes: int

    @property
    def definition(self) -> str:
        """What the weights mean, in words; part of an extractor's hash."""
        side = self.architecture.largest_side
        shrinking = f", averaged to at most {side} x {side}" if max(self.shape[1:]) > side else ""
        return f"{self.architecture.layers}; input in [-1, 1]{shrinking}{CLASSES[self.task]}"

    def weight_shapes(self) -> Shapes:
        """Shape of every weight, by name."""
        channels, height, width = self.shape
        side = self.architecture.largest_side
        return self.architecture.weight_shapes((channels, min(height, side), min(width, side)), self.classes)

    def classify(
        self, weights: Weights, images: Float[Tensor, "n c h w"]
    ) -> tuple[Float[Tensor, "n d"], Float[Tensor, "n classes"]]:
        """Features (at least 0) and class logits of images in [-1, 1]."""
        return self.architecture.classify(weights, averaged(images, self.architecture.largest_side))


def classifier_for(geometry: Geometry, architecture: Architecture) -> Classifier:
    """The classifier of images of this geometry.

    Of their labels, where there are at least two classes; else of the four rotations of square images (Gidaris et al.
    2018, arXiv:1803.07728), or the four mirrorings of others, which keep their form.
    """
    if geometry.classes > 1:
        return Classifier(architecture, geometry.shape, "labels", geometry.classes)
    is_square = geometry.shape[1] == geometry.shape[2]
    return Classifier(architecture, geometry.shape, "rotations" if is_square else "mirrorings", ORIENTATIONS)


def averaged(images: Float[Tensor, "n c h w"], side: int) -> Float[Tensor, "n c p q"]:
    """Images of at most ``side`` pixels a side: larger ones as means over areas, others as they are."""
    height, width = images.shape[2:]
    if max(height, width) <= side:
        return images
    return F.adaptive_avg_pool2d(images, (min(height, side), min(width, side)))
