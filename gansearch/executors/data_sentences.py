"""What a launch says of its data: how much there is, what it takes, and what happened when it was read."""

from __future__ import annotations

from gansearch.data import Data

MB = 1e6


def data_sentences(data: Data) -> list[str]:
    """A sentence on its size, and the notes of its reader."""
    shape = data.geometry.shape
    form = f"images of {' x '.join(map(str, shape))}" if len(shape) == 3 else f"points of {shape[0]} coordinates"
    counts = [f"{len(split):,}" for split in (data.train, data.test) if split is not None]
    size = "less than 1 MB" if data.nbytes < MB else f"{data.nbytes / MB:,.0f} MB"
    place = "mapped into memory from a file" if data.is_mapped else "once on a node, shared by all of its trials"
    return [f"data: {' + '.join(counts)} {form}, {size}, {place}", *data.notes]
