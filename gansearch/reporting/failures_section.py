"""What a report says of failures: by kind, and where in the space they stand out."""

from __future__ import annotations

from collections.abc import Sequence

from gansearch.reporting.document import Block, Bullets, Paragraph, Table
from gansearch.reporting.failures import Concentration, FailureKind, Failures, LevelFailures
from gansearch.reporting.statistics import Estimate
from gansearch.reporting.wording import code, counted, interval, number, p_value, percent, plural

ALPHA = 0.05
MOST_LEVELS = 12
"""Rows of a dimension, those with the largest share of failures first: a study may have a hundred arms."""
_KINDS = ("kind", "runs", "share", "95 % interval", "ended by it", "median step", "median epoch")
_LEVELS = ("dimension", "value", "failed", "share", "95 % interval", "kinds")


def kinds_blocks(found: Failures) -> list[Block]:
    """How many runs failed in which way, and when."""
    if not found.runs:
        return []
    if not found.kinds:
        return [Paragraph(f"None of the {plural(found.runs, 'run')} that are over failed.")]
    return [Paragraph(counts(found)), Table(_KINDS, [_kind(each) for each in found.kinds])]


def places_blocks(found: Failures) -> list[Block]:
    """Where runs fail more often than elsewhere."""
    if not found.failed:
        return []
    if found.failed == found.runs:
        return [Paragraph(f"Every run that is over failed (n = {found.runs}): there is nowhere that they do less.")]
    outstanding = [each for each in found.concentrations if stands_out(each)]
    others = [each for each in found.concentrations if not stands_out(each)]
    said = [stands_out_there(each) for each in outstanding]
    blocks: list[Block] = [Paragraph(ABOUT), Bullets([*said, *nowhere(others)])]
    if outstanding:
        blocks.append(Table(_LEVELS, [row for each in outstanding for row in _levels(each)]))
    return blocks


ABOUT = (
    "Whether runs fail equally often at all values of a dimension (of one with many values, in each third of what was "
    "tried), by permutations of the configurations, with Holm's correction over the dimensions; of a study of arms, of "
    "the runs. The sampler chose where to look, so these are associations: a place where runs fail may be one that "
    "another dimension makes bad. Intervals are Wilson's, with replicates counted as if they were independent."
)


def counts(found: Failures) -> str:
    """How many runs failed, and what the table counts."""
    went_on = found.failed - sum(each.ended for each in found.kinds)
    said = f"{found.failed} of {plural(found.runs, 'run')} that are over failed, by the first thing that went wrong"
    spared = f"; {went_on} of them went on, since their detectors only watched" if went_on else ""
    return f"{said}{spared}. Steps are updates of the generator until then."


def stands_out(found: Concentration) -> bool:
    """Whether failures concentrate, after correction."""
    return found.p_holm is not None and found.p_holm < ALPHA


def stands_out_there(found: Concentration) -> str:
    """Where runs fail most, and how often elsewhere."""
    worst = max(found.levels, key=lambda level: level.share.value)
    others = [level for level in found.levels if level is not worst]
    failed, runs = sum(level.count for level in others), sum(level.share.n for level in others)
    assert found.p_holm is not None
    elsewhere = f"elsewhere {failed} of {runs}" if runs else "nothing else was tried"
    return (
        f"Runs fail most often at {code(found.path)} {worst.label}: {worst.count} of {worst.share.n} "
        f"({percent(worst.share.value)}, {counted(worst.share, 'percent')}); {elsewhere} "
        f"(p {_p(found.p_holm)} after Holm's correction)."
    )


def nowhere(found: Sequence[Concentration]) -> list[str]:
    """The dimensions over which no concentration is seen, with what that rests on."""
    tested = [f"{code(each.path)} (n = {each.n}, p {_p(each.p_holm)})" for each in found if each.p_holm is not None]
    few = [f"{code(each.path)} (n = {each.n})" for each in found if each.p_holm is None]
    said = []
    if tested:
        said.append(f"No concentration of failures is seen over {', '.join(tested)}.")
    if few:
        said.append(f"Too few runs to compare values of {', '.join(few)}.")
    return said


def _p(value: float) -> str:
    said = p_value(value)
    return said if said.startswith("below") else f"= {said}"


def _kind(found: FailureKind) -> tuple[str, ...]:
    steps = (f"{found.median_step:,.0f}", number(found.median_epoch))
    return (found.kind.replace("_", " "), str(found.count), *_share(found.share), str(found.ended), *steps)


def _levels(found: Concentration) -> list[tuple[str, ...]]:
    shown = found.levels
    if len(shown) > MOST_LEVELS:
        shown = tuple(sorted(shown, key=lambda level: -level.share.value)[:MOST_LEVELS])
    return [_level(found.path, each) for each in shown]


def _level(path: str, found: LevelFailures) -> tuple[str, ...]:
    kinds = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in sorted(found.kinds.items())) or "-"
    return code(path), found.label, f"{found.count} of {found.share.n}", *_share(found.share), kinds


def _share(found: Estimate) -> tuple[str, str]:
    return percent(found.value), interval(found.interval, "percent").removeprefix("95 % interval ")
