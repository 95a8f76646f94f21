"""``gansearch measure``: every metric for samples from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gansearch.cli._options import DataDir, Home, InceptionWeights, Json, Plugins
from gansearch.cli._settings import parse_settings
from gansearch.cli._text import columns, number, print_json

if TYPE_CHECKING:
    from gansearch.records import MetricValue, NoiseFloor, Setting
    from gansearch.trial.by_hand import Measurement

SPACE = "name: measure\nplan: {kind: search, trials: 1}\n"
"""A space around the data set, so that its fields are read and checked as everywhere."""


def measure(
    dataset: Annotated[
        str, typer.Option(help="Name of the data set to compare with.", metavar="NAME", show_default=False)
    ],
    samples: Annotated[
        Path,
        typer.Option(
            help="Array [N, C, H, W] in [-1, 1] (.npy, .pt, .safetensors), or a folder of pictures.",
            metavar="FILE_OR_FOLDER",
            show_default=False,
        ),
    ],
    names: Annotated[
        str | None,
        typer.Option(
            "--metrics", help="Metrics, separated by commas. Default: all.", metavar="NAMES", show_default=False
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="A field of the data set, as size=32. The value is YAML. Repeatable.",
            metavar="KEY=VALUE",
            show_default=False,
        ),
    ] = None,
    inception_weights: InceptionWeights = None,
    data_dir: DataDir = None,
    plugin: Plugins = None,
    no_noise_floor: Annotated[
        bool, typer.Option("--no-noise-floor", help="Do not measure what chance alone makes of each value.")
    ] = False,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Measure samples from anywhere with every metric.

    Each value comes with its protocol, and with what the metric says of real samples in the place of these: their mean
    and standard deviation, the noise floor. Metrics without a value are listed with the reason.
    """
    fields = {key.removeprefix("dataset."): value for key, value in parse_settings(set_ or ()).items()}

    from gansearch.plugins import load_file
    from gansearch.storage.home import cache_dir
    from gansearch.trial.by_hand import Places, measure_file

    for path in plugin or ():
        load_file(path)
    found = measure_file(
        samples,
        _settings(dataset, fields),
        Places(data_dir, cache_dir(), inception_weights),
        names=None if names is None else [name.strip() for name in names.split(",") if name.strip()],
        with_floors=not no_noise_floor,
    )
    for note in found.data.notes:
        typer.echo(note, err=True)
    print_json(described(found)) if as_json else typer.echo(told(found))


def _settings(dataset: str, fields: Mapping[str, str]) -> dict[str, Setting]:
    from gansearch.space import parse_space
    from gansearch.space.nodes import COMMAND_LINE

    given = {"dataset.name": dataset, **{f"dataset.{name}": value for name, value in fields.items()}}
    space = parse_space(SPACE, COMMAND_LINE, given)
    settings = space.settings(space.default_parameters())
    return {key: value for key, value in settings.items() if key.startswith("dataset.")}


def described(found: Measurement) -> dict[str, Any]:
    """What was measured as plain values: the form of ``--json``."""
    return {
        "dataset": found.data.name,
        "checksum": found.data.checksum,
        "samples": found.samples,
        "metrics": [_described(value, found.floors.get(value.name)) for value in found.values],
        "left_out": dict(found.left_out),
    }


def _described(value: MetricValue, floor: NoiseFloor | None) -> dict[str, Any]:
    from dataclasses import asdict

    from gansearch.metrics import metrics

    metric = metrics.get(value.name)
    said = None
    if floor is not None:
        said = {key: part for key, part in asdict(floor).items() if key != "metric"}
    return {**asdict(value), "unit": metric.unit, "direction": metric.direction, "noise_floor": said}


def told(found: Measurement) -> str:
    """What a user reads."""
    head = f"{found.samples:,} samples, compared with {found.data.name} (checksum {found.data.checksum})"
    header = ("metric", "value", "unit", "best", "real samples give", "samples", "real", "extractor")
    rows = [_row(value, found.floors.get(value.name)) for value in found.values]
    parts = [head, columns([header, *rows]) if rows else "nothing was measured"]
    if found.left_out:
        parts.append("without a value:\n" + columns(list(found.left_out.items()), indent="  "))
    return "\n\n".join(parts)


def _row(value: MetricValue, floor: NoiseFloor | None) -> tuple[str, ...]:
    from gansearch.metrics import metrics

    metric, protocol = metrics.get(value.name), value.protocol
    real = f"{protocol.real_samples:,} {protocol.real_split}" if protocol.real_samples else "-"
    return (
        value.name,
        number(value.value),
        metric.unit,
        "low" if metric.direction == "minimize" else "high",
        _of_real(value, floor),
        f"{protocol.samples:,}",
        real,
        f"{protocol.extractor} {protocol.extractor_hash}".rstrip(),
    )


def _of_real(value: MetricValue, floor: NoiseFloor | None) -> str:
    """Mean and standard deviation; with the number of samples where it is another than that of the value."""
    if floor is None:
        return "-"
    count = floor.protocol.samples
    at = "" if count == value.protocol.samples else f" (of {count:,})"
    return f"{number(floor.mean)} +- {floor.std:.2g}{at}"
