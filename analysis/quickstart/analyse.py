"""What would have become of the runs that the detectors stopped: each trained again, same seed, to its full budget.

Finished runs are kept in ``data/part-<number>.parquet``, so the script can be stopped and started again::

    python analysis/quickstart/analyse.py

It needs only what lies in this folder: the study's space and ``data/trials.parquet``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import gansearch
from gansearch.curves import Curve

FOLDER = Path(__file__).parent
METRICS = ("classes_covered", "class_share_largest", "frechet_distance")


def main() -> None:
    """Train what is missing, then write ``without_detectors.txt``."""
    space = gansearch.load_space(str(FOLDER / "space.yaml"))
    trials = pd.read_parquet(FOLDER / "data" / "trials.parquet")
    paths = [parameter.path for parameter in space.parameters]
    rows = []
    for _, trial in trials[trials.end == "collapsed"].iterrows():
        part = FOLDER / "data" / f"part-{trial.number}.parquet"
        if not part.exists():
            parameters = {path: plain(trial[path]) for path in paths if path in trial and pd.notna(trial[path])}
            trained = gansearch.train(space.settings(parameters), seed=int(trial.seed))
            frame_of(trained.curve, int(trial.number)).to_parquet(part, index=False)
        rows.append(row_of(pd.read_parquet(part), int(trial.epoch)))
    table = pd.DataFrame(rows)
    (FOLDER / "without_detectors.txt").write_text(table.to_string(index=False) + "\n", encoding="utf-8")
    print(table.to_string(index=False))


def frame_of(curve: Curve, number: int) -> pd.DataFrame:
    """A row per metric and evaluation."""
    return pd.DataFrame(
        {
            "number": number,
            "epoch": done.epoch,
            "metric": metric.name,
            "value": metric.value,
            "samples": metric.protocol.samples,
            "final": done.final,
        }
        for done in curve.evaluations
        for metric in done.metrics
    )


def row_of(evaluations: pd.DataFrame, stopped_at: int) -> dict[str, object]:
    """The classes when it was stopped, the most that it ever had afterwards, and the end."""
    by_epoch = evaluations.pivot_table(index="epoch", columns="metric", values="value")
    end = by_epoch.iloc[-1]
    after = by_epoch[by_epoch.index >= stopped_at]
    covered = int(end["classes_covered"])
    return {
        "run": int(evaluations.number.iloc[0]),
        "stopped at epoch": stopped_at,
        "trained to epoch": int(by_epoch.index[-1]),
        "most classes after the stop": int(after["classes_covered"].max()),
        "classes at the end": covered,
        "largest share at the end": round(float(end["class_share_largest"]), 3),
        "samples": int(evaluations[evaluations.epoch == by_epoch.index[-1]].samples.max()),
        "outcome": "total collapse" if covered <= 3 else "partial collapse" if covered <= 8 else "recovered",
    }


def plain(value: object) -> object:
    """A number out of a frame as Python's own."""
    value = value.item() if hasattr(value, "item") else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


if __name__ == "__main__":
    main()
