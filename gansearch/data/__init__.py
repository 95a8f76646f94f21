"""Data sets as tensors in memory."""

from gansearch.data._base import Data, DataSet, Samples, datasets, scaled
from gansearch.data._checksum import checksum
from gansearch.data.clusters import labelled
from gansearch.data.grid import Grid, grid_centres
from gansearch.data.mnist import Mnist
from gansearch.data.mnist5k import Mnist5k
from gansearch.data.ring import Ring, ring_centres

__all__ = [
    "Data",
    "DataSet",
    "Grid",
    "Mnist",
    "Mnist5k",
    "Ring",
    "Samples",
    "checksum",
    "datasets",
    "grid_centres",
    "labelled",
    "ring_centres",
    "scaled",
]
