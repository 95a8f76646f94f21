"""Trains one of the two classifiers of handwritten digits that the package ships, and writes its file.

    python tools/train_shipped_extractor.py reference --data-dir ../shared/data
    python tools/train_shipped_extractor.py second --data-dir ../shared/data

A few minutes on one core. On another processor the last bits of the weights differ, and with them the hash: the new
file is as good as the old, but values measured with the two must not be compared.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch

from gansearch.data.mnist import Mnist
from gansearch.metrics import reference, second_classifier
from gansearch.metrics.extractor_training import SHIPPED, accuracy, train_extractor
from gansearch.metrics.pooled_cnn import POOLED_CNN
from gansearch.metrics.second_classifier import SHIPPED_SECOND
from gansearch.metrics.strided_cnn import STRIDED_CNN

LEAST_ACCURACY = 0.99
WEIGHTS = Path(__file__).resolve().parents[1] / "gansearch" / "metrics" / "weights"
WHICH = {
    "reference": (SHIPPED, STRIDED_CNN, reference.SHIPPED_FILE),
    "second": (SHIPPED_SECOND, POOLED_CNN, second_classifier.SHIPPED_FILE),
}


def main() -> None:
    """Train on MNIST's 60,000 training images, test on the other 10,000, and write the file if it is good enough."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", choices=WHICH, help="the reference extractor or the second classifier")
    parser.add_argument("--data-dir", type=Path, required=True, help="the folder that holds mnist/")
    parser.add_argument("--output", type=Path, help="the file to write; that of the package where left out")
    options = parser.parse_args()
    recipe, architecture, file = WHICH[options.which]
    output = options.output or WEIGHTS / file
    data = Mnist().load(options.data_dir)
    assert data.test is not None
    torch.set_num_threads(1)  # the last bits of a sum depend on the number of threads
    started = time.monotonic()
    extractor = train_extractor(data, recipe, architecture)
    reached = accuracy(extractor, data.test)
    print(f"{reached:.2%} of {len(data.test)} test images right after {time.monotonic() - started:.0f} s")
    if reached < LEAST_ACCURACY:
        raise SystemExit(f"the extractor must classify at least {LEAST_ACCURACY:.0%} correctly; nothing was written")
    output.parent.mkdir(parents=True, exist_ok=True)
    content = extractor.to_bytes()
    output.write_bytes(content)
    print(f"wrote {output} ({len(content)} bytes, hash {extractor.hash})")


if __name__ == "__main__":
    main()
