"""The page on nulls: how often statements about arms are wrong, and how often a true effect is found."""

from __future__ import annotations

from pathlib import Path

from gansearch.reporting.document import Block, Bullets, Document, Figure, Paragraph, Section
from gansearch.reporting.nulls import figures, sentences, tables
from gansearch.reporting.nulls.findings import NullFindings
from gansearch.reporting.nulls.planted import DISTANCE
from gansearch.reporting.nulls.trained import Verdicts
from gansearch.reporting.published import write_document

TITLE = "How often a verdict is wrong where there is no effect"
ABOUT_RELABELLINGS = (
    "Runs of a pool are dealt out anew, 8 to an arm and up to 20 to a baseline, or two arms swap their runs at equal "
    "seeds, heads or tails, after one was brought to the other's level; then the arm is judged. Labels that are drawn "
    "mean nothing, whatever the runs are. An effect is claimed where the test is significant at 5 % and the estimate "
    "is at least 10 % of a distance, 10 points of a rate, or a class, so that claims are fewer than p values of .05 or "
    "less. `frechet_distance` is compared as a ratio, the classes and coverage as differences."
)
ABOUT_TRAINED = (
    "The runs are cut into a baseline of 20 and arms of 8 in the order of their seeds. Each arm is claimed to be "
    "better than the baseline and judged as hypotheses are: supported and contradicted are both false."
)
ABOUT_PLANTED = (
    "Arms of relabelled runs have their distances multiplied by a known ratio, or outcomes turned until the rate is "
    "another; sizes are those that are stated to be found so often with the noise of the pool."
)


def write_page(found: NullFindings, folder: Path) -> Path:
    """Write ``findings.md``, ``findings.html``, ``figures/*.png`` and ``tables/*.parquet``; returns the first.

    Raises:
        StorageError: where they cannot be written.
    """
    return write_document(page(found), folder, tables.frames(found))


def page(found: NullFindings) -> Document:
    """The whole page."""
    return Document(
        TITLE,
        [
            Section("In short", [Paragraph(sentences.basis(found)), Bullets(sentences.in_short(found))]),
            Section("Relabelled runs", _relabelled(found)),
            Section("Trained nulls", _trained(found)),
            Section("Planted effects", _planted(found)),
            Section("Limits", [Bullets(sentences.limits(found))]),
        ],
    )


def _relabelled(found: NullFindings) -> list[Block]:
    blocks: list[Block] = [Paragraph(ABOUT_RELABELLINGS)]
    if not found.relabelled:
        return [*blocks, Paragraph("Nothing can be relabelled yet.")]
    caption = (
        f"Share of false claims with Wilson's interval for {len(found.relabelled)} combinations of measure and pool; "
        f"{sentences.above(found)} of the intervals lie wholly above 5 %."
    )
    return [
        *blocks,
        tables.of_pools(found),
        tables.of_relabellings(found),
        *_figure("false_claims", caption, figures.false_claims(found)),
    ]


def _trained(found: NullFindings) -> list[Block]:
    blocks: list[Block] = [Paragraph(ABOUT_TRAINED)]
    if not any(study.verdicts for study in found.trained):
        return [*blocks, Paragraph("There are too few runs for an arm yet.")]
    blocks.append(tables.of_trained(found))
    for study in found.trained:
        for each in study.verdicts:
            if each.measure == DISTANCE:
                blocks += _figure(f"trained_{study.study}", _of_trained(study.study, each), figures.trained(each))
    return blocks


def _of_trained(study: str, found: Verdicts) -> str:
    return (
        f"Distance of each of {len(found.judged)} trained nulls of {study} over the baseline's with its 95 % interval, "
        f"from the smallest to the largest; {found.claims(is_corrected=False).count} are claimed without a correction. "
        "Dotted: the margin."
    )


def _planted(found: NullFindings) -> list[Block]:
    blocks: list[Block] = [Paragraph(ABOUT_PLANTED)]
    if not found.planted:
        return [*blocks, Paragraph("No configuration has enough runs yet.")]
    caption = (
        "Share of studies in which a planted ratio of distances was found, with Wilson's interval, over the stated."
    )
    return [*blocks, tables.of_planted(found), *_figure("planted", caption, figures.planted(found))]


def _figure(name: str, caption: str, png: bytes | None) -> list[Block]:
    return [] if png is None else [Figure(name, caption, png)]
