"""Trains the reference extractor of handwritten digits that the package ships, and writes its file.

    python tools/train_reference_extractor.py --data-dir ../shared/data

About two minutes on one core. On another processor the last bits of the weights differ, and with them the hash: the
new file is as good as the old, but values measured with the two must not be compared.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch

from gansearch.data.mnist import Mnist
from gansearch.metrics.extractor_training import SHIPPED, accuracy, train_extractor
from gansearch.metrics.reference import SHIPPED_FILE

LEAST_ACCURACY = 0.99
DEFAULT_OUTPUT = Path(__file__).resolve().parents[1] / "gansearch" / "metrics" / "weights" / SHIPPED_FILE


def main() -> None:
    """Train on MNIST's 60,000 training images, test on the other 10,000, and write the file if it is good enough."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, required=True, help="the folder that holds mnist/")
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT, help="the file to write")
    options = parser.parse_args()
    data = Mnist().load(options.data_dir)
    assert data.test is not None
    torch.set_num_threads(1)  # the last bits of a sum depend on the number of threads
    started = time.monotonic()
    extractor = train_extractor(data, SHIPPED, name="mnist-cnn")
    reached = accuracy(extractor, data.test)
    print(f"{reached:.2%} of {len(data.test)} test images right after {time.monotonic() - started:.0f} s")
    if reached < LEAST_ACCURACY:
        raise SystemExit(f"the extractor must classify at least {LEAST_ACCURACY:.0%} correctly; nothing was written")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    content = extractor.to_bytes()
    options.output.write_bytes(content)
    print(f"wrote {options.output} ({len(content)} bytes, hash {extractor.hash})")


if __name__ == "__main__":
    main()
