"""The runner's command line, with the standard library alone."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from gansearch.trial.spec import Spec
from gansearch.trial.spec_reader import DEVICE, read_spec


def parser() -> argparse.ArgumentParser:
    """What the runner understands."""
    made = argparse.ArgumentParser(
        prog="python -m gansearch.trial.runner",
        description="Train a list of configurations in packs. The same command continues what was stopped or killed.",
        epilog="Exit status: 0 when all trials are over, 3 when it stopped with work left, 1 for what you can mend, "
        "2 for wrong usage, 130 after a second Ctrl-C.",
    )
    made.add_argument("spec", type=Path, metavar="SPEC.json", help="made by: gansearch plan")
    made.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for all that comes of it")
    made.add_argument(
        "--stop-after", type=_seconds, metavar="SECONDS", help="stop at the first end of an epoch after so long"
    )
    made.add_argument("--lanes", type=_lanes, metavar="N|auto", help="most configurations trained as one program")
    made.add_argument("--device", type=_device, metavar="cpu|cuda|cuda:N", help="where to train")
    made.add_argument("--data-dir", metavar="DIR", help="folder that holds one folder a data set, as mnist/")
    made.add_argument("--inception-weights", metavar="FILE", help="Inception weights, where a metric needs them")
    made.add_argument("--threads", type=_threads, metavar="N", help="CPU threads; more or fewer change last bits")
    made.add_argument("--quiet", action="store_true", help="no lines while it runs")
    return made


def spec_of(said: argparse.Namespace) -> Spec:
    """The list, with what the command line says about how to run it.

    Raises:
        SpecError: where the list cannot be used.
    """
    given = {
        "stop_after_s": said.stop_after,
        "lanes": said.lanes,
        "device": said.device,
        "data_dir": said.data_dir,
        "inception_weights": said.inception_weights,
        "threads": said.threads,
    }
    return replace(read_spec(said.spec), **{key: value for key, value in given.items() if value is not None})


def _seconds(text: str) -> float:
    seconds = float(text)
    if not seconds >= 0.0:
        raise argparse.ArgumentTypeError(f"must be at least 0; got {text}")
    return seconds


def _lanes(text: str) -> int | str:
    return text if text == "auto" else _threads(text)


def _threads(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1; got {text}")
    return number


def _device(text: str) -> str:
    if not DEVICE.fullmatch(text):
        raise argparse.ArgumentTypeError(f"must be cpu, cuda or cuda:N; got {text!r}")
    return text
