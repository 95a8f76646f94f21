"""PacGAN's experiments at 1/20 of the published steps: do packs of two samples keep modes here as they did there?

Trains both arms of the spaces ``ring``, ``grid`` and ``stacked_mnist``, three seeds each, and measures their generators
as Lin et al. 2018 (arXiv:1712.04086) did: modes and share of samples of high quality among 2,500 points, classes and
divergence from equal shares among 26,000 triples of digits. Finished runs are kept in ``data/part-*.parquet``, so that
the script can be stopped and started again; ``table.md`` gets what came out beside what was published::

    python analysis/pacgan/run.py --data-dir DIR
    python analysis/pacgan/run.py --study ring --study grid
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import torch
from torch import Tensor

import gansearch
from gansearch.data import grid_centres, ring_centres
from gansearch.metrics.points import PointsExtractor
from gansearch.metrics.reference import shipped_extractor

FOLDER = Path(__file__).parent
SPACES = FOLDER.parents[1] / "search_spaces"
STUDIES = ("ring", "grid", "stacked_mnist")
SAMPLES = {"ring": 2_500, "grid": 2_500, "stacked_mnist": 26_000}
PUBLISHED = {
    ("ring", "gan"): {"modes": "6.3 +- .5 of 8", "high_quality": "98.2 %"},
    ("ring", "pacgan2"): {"modes": "7.9 +- .1 of 8", "high_quality": "95.6 %"},
    ("grid", "gan"): {"modes": "17.3 +- .8 of 25", "high_quality": "94.8 %"},
    ("grid", "pacgan2"): {"modes": "23.8 of 25", "high_quality": "91.3 %"},
    ("stacked_mnist", "gan"): {"modes": "99.0 of 1000 (VEEGAN's)", "divergence": "3.40 (VEEGAN's)"},
    ("stacked_mnist", "pacgan2"): {"modes": "1000 of 1000", "divergence": ".06"},
}


@dataclass(frozen=True)
class Run:
    """One training."""

    study: str
    arm: str
    """``gan``, or ``pacgan`` with the samples of a pack."""
    seed: int
    settings: Mapping[str, object]

    @property
    def part(self) -> str:
        """Name of the file that keeps it."""
        return f"part-{self.study}-{self.arm}-{self.seed}.parquet"


def main(arguments: Sequence[str] | None = None) -> None:
    """Train what is missing; after each run write the table of all that are there."""
    options = parsed(arguments)
    changes = {key: json.loads(value) for key, _, value in (each.partition("=") for each in options.set)}
    torch.set_num_threads(1)
    data = options.out / "data"
    data.mkdir(parents=True, exist_ok=True)
    wanted = [run for study in options.study or STUDIES for run in runs(study, changes)]
    for run in sorted(wanted, key=lambda run: run.seed):  # so that early on there is one run of everything
        if not (data / run.part).exists():
            keep(trained(run, options.data_dir), data / run.part)
        table = table_of(pd.concat([pd.read_parquet(part) for part in sorted(data.glob("part-*.parquet"))]))
        (options.out / "table.md").write_text(table, encoding="utf-8")
    print(table)


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--study", action="append", choices=STUDIES, help="may be given several times; else all")
    parser.add_argument("--data-dir", type=Path, help="the folder that holds mnist/; only stacked_mnist needs it")
    parser.add_argument("--out", type=Path, default=FOLDER, help="where data/ and table.md are")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="changes every space, in JSON")
    return parser.parse_args(arguments)


def runs(study: str, changes: Mapping[str, object]) -> Iterator[Run]:
    """Every arm with the first seed, then every arm with the next."""
    space = gansearch.load_space(str(SPACES / f"{study}.yaml"), changes)
    for seed in range(space.plan.replicates):
        for parameters in space.grid():
            settings = space.settings(parameters)
            packs = settings["tricks.pacgan.enabled"]
            arm = f"pacgan{settings['tricks.pacgan.samples']}" if packs else "gan"
            yield Run(study, arm, seed, settings)


def trained(run: Run, data_dir: Path | None) -> pd.DataFrame:
    """Train it; a row per measurement, of the paper's and of the trial's own at its end."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        done = gansearch.train(run.settings, seed=run.seed, data_dir=data_dir, folder=Path(folder))  # type: ignore[arg-type]
        seconds = time.perf_counter() - started
        rows = measured(run.study, done.sample(SAMPLES[run.study]))
    end = done.curve.evaluations[-1]
    rows += [{"metric": each.name, "value": each.value, **vars_of(each.protocol)} for each in end.metrics if end.final]
    common = {"study": run.study, "arm": run.arm, "seed": run.seed, "steps": end.step, "seconds": seconds}
    return pd.DataFrame([{**common, **row, "settings": json.dumps(dict(run.settings), sort_keys=True)} for row in rows])


def vars_of(protocol: object) -> dict[str, object]:
    """The fields of a protocol that say what a value compares with."""
    return {name: getattr(protocol, name) for name in ("extractor", "extractor_hash", "samples")}


def measured(study: str, samples: Tensor) -> list[dict[str, object]]:
    """The paper's two figures."""
    if study == "stacked_mnist":
        extractor, values = shipped_extractor(), of_triples(samples)
        named = {"extractor": extractor.name, "extractor_hash": extractor.hash}
    else:
        points = PointsExtractor(*((ring_centres(), 0.01) if study == "ring" else (grid_centres(), 0.05)))
        values = of_points(points, samples)
        named = {"extractor": points.name, "extractor_hash": points.hash}
    return [
        {"metric": f"paper_{name}", "value": value, **named, "samples": len(samples)} for name, value in values.items()
    ]


def of_points(extractor: PointsExtractor, samples: Tensor) -> dict[str, float]:
    """Modes with a sample within 3 standard deviations of them, and the share of such samples in per cent."""
    seen = extractor(samples)
    assert seen.probabilities is not None
    assert seen.high_quality is not None
    modes = seen.probabilities[seen.high_quality].any(0).sum()
    return {"modes": float(modes), "high_quality": 100 * seen.high_quality.double().mean().item()}


def of_triples(samples: Tensor) -> dict[str, float]:
    """Classes with a sample, each channel classified by itself, and ``KL(generated || uniform)`` in nats."""
    probabilities = shipped_extractor()(samples.flatten(0, 1)[:, None]).probabilities
    assert probabilities is not None
    a, b, c = probabilities.argmax(1).view(-1, 3).unbind(1)
    shares = (100 * a + 10 * b + c).bincount(minlength=1000).double() / len(samples)
    return {"modes": float((shares > 0).sum()), "divergence": torch.xlogy(shares, 1000 * shares).sum().item()}


def keep(frame: pd.DataFrame, part: Path) -> None:
    """Write the whole file or none."""
    frame.to_parquet(part.with_suffix(".tmp"), index=False)
    part.with_suffix(".tmp").replace(part)
    print(part.name, frame[frame.metric.str.startswith("paper_")][["metric", "value", "steps", "seconds"]].to_string())


def table_of(frame: pd.DataFrame) -> str:
    """Mean, standard error and number of the runs that are there, beside what was published."""
    lines = ["| study | arm | figure | here | runs | steps | published |", "|---|---|---|---|---|---|---|"]
    for (study, arm), figures in PUBLISHED.items():
        for figure, published in figures.items():
            rows = frame[(frame.study == study) & (frame.arm == arm) & (frame.metric == f"paper_{figure}")]
            if len(rows):
                values = rows.value.to_numpy(dtype=float)
                error = f" +- {values.std(ddof=1) / len(values) ** 0.5:.2g}" if len(values) > 1 else ""
                steps = "/".join(f"{int(each)}" for each in sorted(rows.steps.unique()))
                lines.append(
                    f"| {study} | {arm} | {figure} | {values.mean():.4g}{error} | {len(rows)} | {steps} | {published} |"
                )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
