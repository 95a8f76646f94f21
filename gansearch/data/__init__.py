"""Data sets as tensors in memory."""

from gansearch.data._base import Data, DataSet, Samples, datasets, scaled

__all__ = ["Data", "DataSet", "Samples", "datasets", "scaled"]
