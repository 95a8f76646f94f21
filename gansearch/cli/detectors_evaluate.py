"""``gansearch detectors evaluate``: how often detectors are right, on recorded runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gansearch.cli._options import Json, Plugins
from gansearch.cli._text import columns, number, print_json

if TYPE_CHECKING:
    from gansearch.reporting.calibration.assessment import Assessment
    from gansearch.reporting.calibration.counts import Count

Corpus = Annotated[
    Path,
    typer.Argument(help="Folder of part-*.parquet.", metavar="CORPUS", file_okay=False, show_default=False),
]


def evaluate(
    corpus: Corpus,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for findings.md, its figures and tables.",
            metavar="FOLDER",
            file_okay=False,
            show_default=False,
        ),
    ] = None,
    tuned_on: Annotated[
        str | None,
        typer.Option(
            help="Data sets that the thresholds were tuned on, separated by commas: they are left out.",
            metavar="NAMES",
            show_default=False,
        ),
    ] = None,
    tuned_losses: Annotated[
        str | None,
        typer.Option(
            help="Losses that they were tuned on; with --tuned-on, of these data sets.",
            metavar="NAMES",
            show_default=False,
        ),
    ] = None,
    trials: Annotated[
        int, typer.Option(help="Settings tried of each detector where it is tuned without a part; 0: none.", min=0)
    ] = 0,
    points: Annotated[int, typer.Option(help="Values of each threshold, for curves; 0: no curves.", min=0)] = 0,
    plugin: Plugins = None,
    as_json: Json = False,
) -> None:
    """Measure the default policy, each detector and the baselines on runs that nothing stopped.

    Confusion with what became of the runs, false kills, recall, compute saved, regret. Tuning and curves take minutes.
    """
    from gansearch.plugins import load_file

    for path in plugin or ():
        load_file(path)
    from gansearch.curves.corpus_files import read_corpus
    from gansearch.reporting.calibration.assessment import Plan, assess, default_policy
    from gansearch.reporting.calibration.files import write_page
    from gansearch.reporting.calibration.splits import Part

    part = Part(names(tuned_on), names(tuned_losses))
    plan = Plan(part if part != Part() else None, trials, points)
    found = assess(read_corpus(corpus), default_policy(), plan)
    page = None if out is None else write_page(found, out)
    if as_json:
        print_json(_document(found, page))
        return
    typer.echo(_told(found))
    if page is not None:
        typer.echo(f"\npage  {page}")


def names(given: str | None) -> tuple[str, ...]:
    """What an option lists, separated by commas."""
    return tuple(name.strip() for name in (given or "").split(",") if name.strip())


def _told(found: Assessment) -> str:
    from gansearch.reporting.calibration.assessment import ALL
    from gansearch.reporting.calibration.claims import claims, of_recovery
    from gansearch.reporting.calibration.page import verdicts

    header = ("alone", "fires in failed", "in successes", "precision", "recall", "false kills")
    table = columns([header, *(_row(each) for each in found.confusions[ALL])])
    said = "\n".join(verdicts(claims(found)))
    return f"{table}\n\n{said}\n{of_recovery(found.everyone.runs, 'Recovery')}"


def _row(each: Any) -> tuple[str, ...]:
    from gansearch.reporting.calibration.outcomes import FAILED, Outcome

    failed = [each.fired[outcome] for outcome in FAILED]
    return (
        each.name,
        f"{sum(count.count for count in failed)} of {sum(count.n for count in failed)}",
        _of(each.fired[Outcome.SUCCESS]),
        number(each.precision.share),
        number(each.recall.share),
        _of(each.judgement.false_kills),
    )


def _of(count: Count) -> str:
    return f"{count.count} of {count.n}"


def _document(found: Assessment, page: Path | None) -> dict[str, Any]:
    """What was measured as plain values: the form of ``--json``."""
    from dataclasses import asdict

    from gansearch.reporting.calibration.claims import claims
    from gansearch.reporting.calibration.recovery import recovery

    return {
        "runs": len(found.truths),
        "left_out": list(found.everyone.left_out),
        "groups": {
            name: [
                {
                    "detector": each.name,
                    "kind": each.kind,
                    "fired": {str(outcome): asdict(count) for outcome, count in each.fired.items()},
                    "precision": asdict(each.precision),
                    "recall": asdict(each.recall),
                    **asdict(each.judgement),
                }
                for each in every
            ]
            for name, every in found.confusions.items()
        },
        "targets": [{**asdict(claim), "verdict": claim.verdict} for claim in claims(found)],
        "recovery": asdict(recovery(found.everyone.runs)),
        "page": page,
    }
