"""``gansearch detectors tune``: thresholds chosen on one part of a corpus and judged on another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gansearch.cli._options import Json, Plugins
from gansearch.cli._text import print_json
from gansearch.cli.detectors_evaluate import Corpus, names

if TYPE_CHECKING:
    from gansearch.reporting.calibration.claims import Claim
    from gansearch.reporting.calibration.tuning import Tuned


def tune(
    corpus: Corpus,
    tune_on: Annotated[
        str | None,
        typer.Option(help="Data sets to tune on, separated by commas.", metavar="NAMES", show_default=False),
    ] = None,
    judge_on: Annotated[
        str | None,
        typer.Option(help="Data sets to judge on.", metavar="NAMES", show_default=False),
    ] = None,
    tune_losses: Annotated[
        str | None, typer.Option(help="Losses to tune on.", metavar="NAMES", show_default=False)
    ] = None,
    judge_losses: Annotated[
        str | None, typer.Option(help="Losses to judge on.", metavar="NAMES", show_default=False)
    ] = None,
    trials: Annotated[int, typer.Option(help="Settings tried of each detector.", min=1)] = 30,
    seed: Annotated[int, typer.Option(help="Of the settings.", min=0)] = 0,
    plugin: Plugins = None,
    as_json: Json = False,
) -> None:
    """Choose thresholds on one part of a corpus, and judge them on another.

    No setting is taken that stops a run of the best quarter of the tuning part, or a success. What is printed first is
    the section detectors of a search space.
    """
    from gansearch.plugins import load_file

    for path in plugin or ():
        load_file(path)
    from gansearch.curves.corpus_files import read_corpus
    from gansearch.reporting.calibration.assessment import default_policy
    from gansearch.reporting.calibration.claims import claims_of_stops
    from gansearch.reporting.calibration.splits import Part, parted
    from gansearch.reporting.calibration.tuning import tune as tuned_on
    from gansearch.reporting.calibration.walks import Walks

    parts = Part(names(tune_on), names(tune_losses)), Part(names(judge_on), names(judge_losses))
    tuning, judging = parted(read_corpus(corpus), *parts)
    walks = Walks()
    policy = default_policy()
    found = tuned_on(tuning, policy, walks, trials=trials, seed=seed)
    before = claims_of_stops(judging, walks.stops(judging.runs, policy))
    after = claims_of_stops(judging, walks.stops(judging.runs, found.policy))
    if as_json:
        print_json(_document(found, before, after, (len(tuning), len(judging))))
        return
    typer.echo(_told(found, before, after, (len(tuning), len(judging))))


def _told(found: Tuned, before: list[Claim], after: list[Claim], sizes: tuple[int, int]) -> str:
    from gansearch.reporting.calibration.page import verdicts
    from gansearch.reporting.calibration.tuning import to_yaml

    admitted = [f"#   {each.detector.name}: {each.admitted} of {each.tried} settings admitted" for each in found.chosen]
    return "\n".join(
        [
            f"# tuned on {sizes[0]} runs",
            *admitted,
            to_yaml(found),
            f"\njudged on {sizes[1]} other runs:",
            *verdicts(after),
            "\nthe defaults on the same runs:",
            *verdicts(before),
        ]
    )


def _document(found: Tuned, before: list[Claim], after: list[Claim], sizes: tuple[int, int]) -> dict[str, Any]:
    """What was tuned and judged as plain values: the form of ``--json``."""
    from dataclasses import asdict

    return {
        "tuned_on": sizes[0],
        "judged_on": sizes[1],
        "detectors": {
            "kinds": dict(found.kinds),
            **{each.detector.name: each.changes for each in found.chosen if each.changes},
        },
        "admitted": {each.detector.name: {"admitted": each.admitted, "tried": each.tried} for each in found.chosen},
        "judged": [{**asdict(claim), "verdict": claim.verdict} for claim in after],
        "defaults_judged": [{**asdict(claim), "verdict": claim.verdict} for claim in before],
    }
