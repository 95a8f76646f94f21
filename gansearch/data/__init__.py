"""Data sets as tensors in memory."""

from gansearch.data._base import Data, DataSet, Samples, datasets, scaled
from gansearch.data._checksum import checksum
from gansearch.data.celeba import CelebA
from gansearch.data.cifar10 import Cifar10
from gansearch.data.clusters import labelled
from gansearch.data.digits import Digits
from gansearch.data.fashion_mnist import FashionMnist
from gansearch.data.grid import Grid, grid_centres
from gansearch.data.image_folder import ImageFolder
from gansearch.data.kmnist import Kmnist
from gansearch.data.mnist import Mnist
from gansearch.data.mnist5k import Mnist5k
from gansearch.data.ring import Ring, ring_centres
from gansearch.data.sample_files import read_samples
from gansearch.data.stacked_mnist import StackedMnist
from gansearch.data.svhn import Svhn
from gansearch.data.tensor import TensorFile

__all__ = [
    "CelebA",
    "Cifar10",
    "Data",
    "DataSet",
    "Digits",
    "FashionMnist",
    "Grid",
    "ImageFolder",
    "Kmnist",
    "Mnist",
    "Mnist5k",
    "Ring",
    "Samples",
    "StackedMnist",
    "Svhn",
    "TensorFile",
    "checksum",
    "datasets",
    "grid_centres",
    "labelled",
    "read_samples",
    "ring_centres",
    "scaled",
]
