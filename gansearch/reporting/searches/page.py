"""The page on ways to search, as a document: every sentence and table from replayed searches."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from gansearch.reporting.document import Block, Bullets, Document, Figure, Paragraph, Section, Table
from gansearch.reporting.published import write_document
from gansearch.reporting.searches.comparison import (
    MARGIN,
    MOMENTS,
    SMALLEST,
    Against,
    compared,
    corrected,
    moment_s,
)
from gansearch.reporting.searches.figures import found_over_time
from gansearch.reporting.searches.replays import Question, Search
from gansearch.reporting.statistics import share
from gansearch.reporting.wording import code, duration, number, p_value, percent, plural

TITLES: Final[Mapping[str, str]] = {
    "deaths": "What the sampler is told of runs that died",
    "deaths_with_a_pruner": "The same where a pruner is at work",
    "pruners": "Pruners",
    "rungs": "The number of rungs",
    "detectors": "Detectors and samplers",
}


def write_page(questions: Sequence[Question], folder: Path) -> Path:
    """Write ``findings.md`` and ``figures/*.png`` into a folder; returns the page.

    Raises:
        StorageError: where they cannot be written.
    """
    return write_document(page(questions), folder, has_html=False)


def page(questions: Sequence[Question]) -> Document:
    """The whole page."""
    every = corrected([compared(question) for question in questions])
    sections = [Section("In short", [Paragraph(_method(questions)), Bullets(_in_short(questions, every))])]
    for question, found in zip(questions, every, strict=True):
        sections.append(Section(TITLES.get(question.name, question.name), _blocks(question, found)))
    sections.append(Section("Limits", [Bullets(_limits(questions))]))
    return Document("Which way to search finds good GANs sooner", sections)


def _method(questions: Sequence[Question]) -> str:
    question = questions[0]
    about = question.about
    counts = sorted({len(each) for asked in questions for each in asked.searches.values()})
    seeds = " to ".join(str(count) for count in dict.fromkeys((counts[0], counts[-1])))
    return (
        f"{about['cells']:,} configurations were trained to their full budget once, and searches are replayed over "
        f"them on a simulated clock with {plural(about['workers'], 'worker')}, {seeds} seeds for each way. Every "
        f"search has {duration(question.time_s)} of that clock, and so as many trials as fit. What it has found is the "
        "final Frechet distance of its best run over that of the grid's best one. Ways are compared by the mean of its "
        "logarithm over seeds with a permutation test (in pairs where equal seeds correlate by more than .3), "
        "corrected by Holm over all comparisons of this page; intervals are bootstrap BCa at 95 %. Less than "
        f"{percent(SMALLEST)} of the distance does not count."
    )


def _in_short(questions: Sequence[Question], every: Sequence[Sequence[Against]]) -> list[str]:
    said = []
    for question, found in zip(questions, every, strict=True):
        title = TITLES.get(question.name, question.name)
        said += [f"{title}: {sentence(each)}" for each in found if each.verdict in ("better", "worse")]
        rest = [each for each in found if each.verdict not in ("better", "worse")]
        if rest:
            said.append(f"{title}, no difference shown: {_listed(rest)}.")
    return said


def sentence(each: Against) -> str:
    """One comparison in words."""
    where = f"{code(each.name)} against {code(each.first)} {each.moment}"
    if each.found is None:
        return f"{where}: undecided, {plural(each.nothing, 'search')} had found nothing.".replace("searchs", "searches")
    inside = (
        f"{_change(each)}, {plural(each.found.n, 'seed')} each, p = {p_value(each.p) if each.p is not None else '-'}"
    )
    return f"{where}: {each.verdict} ({inside})."


def _change(each: Against) -> str:
    assert each.found is not None
    interval = each.found.interval
    bounds = "" if interval is None else f" [{_percents(interval.low)}, {_percents(interval.high)}]"
    return f"distance {_percents(each.found.value)}{bounds}"


def _percents(logarithm: float) -> str:
    return f"{100 * math.expm1(logarithm):+.0f} %"


def _listed(rest: Sequence[Against]) -> str:
    return "; ".join(f"{code(each.name)} {each.moment} ({each.verdict})" for each in rest)


def _blocks(question: Question, found: Sequence[Against]) -> list[Block]:
    about = question.about
    return [
        Paragraph(
            f"All ways have in common: {about['common']}. {code(next(iter(question.searches)))} is what the others are "
            "compared with."
        ),
        _table(question),
        Table(
            ("way", "compared", "distance [95 %]", "p (Holm)", "in pairs", "verdict"),
            [_row(each) for each in found],
        ),
        Figure(
            question.name, f"{TITLES.get(question.name, question.name)}: median over seeds.", found_over_time(question)
        ),
    ]


def _table(question: Question) -> Table:
    headers = (
        "way",
        "distance over the best, halfway",
        "at the end",
        "time to within 10 %",
        "trials",
        "good runs lost",
        "late bloomers lost",
        "ends",
    )
    times = [moment_s(question, moment) for moment in MOMENTS]
    return Table(headers, [_summary(name, every, times) for name, every in question.searches.items()])


def _summary(name: str, every: Sequence[Search], times: Sequence[float]) -> tuple[str, ...]:
    reached = [each.reached_s(1 + SMALLEST) for each in every]
    reached = sorted(moment if moment <= times[-1] else math.inf for moment in reached)
    there = sum(map(math.isfinite, reached))
    middle = median(reached)
    ends: dict[str, int] = {}
    for each in every:
        for end, count in each.ends.items():
            ends[end] = ends.get(end, 0) + count
    return (
        code(name),
        *(number(median(each.ratio_at(at_s) for each in every)) for at_s in times),
        f"{duration(middle) if math.isfinite(middle) else 'never'} ({there} of {len(every)})",
        number(median(sum(each.ends.values()) for each in every)),
        _lost([each.good for each in every]),
        _lost([each.late for each in every]),
        ", ".join(f"{count:,} {end}" for end, count in sorted(ends.items())),
    )


def _lost(pairs: Sequence[tuple[int, int]]) -> str:
    begun, lost = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    return f"{percent(share(lost, begun).value)} of {begun:,}" if begun else "none begun"


def _row(each: Against) -> tuple[str, ...]:
    found = each.found
    return (
        code(each.name),
        each.moment,
        "-" if found is None else _change(each).removeprefix("distance "),
        "-" if each.p is None else p_value(each.p),
        "-" if found is None else "yes" if found.is_paired else "no",
        each.verdict,
    )


def _limits(questions: Sequence[Question]) -> list[str]:
    widest = [
        (each.found.interval.high - each.found.interval.low) / 2
        for question in questions
        for each in compared(question)
        if each.found is not None and each.found.interval is not None
    ]
    said = [
        "One grid of small networks on the ring of eight, each configuration trained once: a search on other data may "
        "rank these ways otherwise, and each comparison is one among searches over the same recorded runs.",
        "The grid's best quarter is by the final distance; a late bloomer is one of it that was in the worse half of "
        "all runs after a tenth of the epochs. Lost is what was pruned, paused for good, or stopped by a detector.",
        "A simulated worker trains one run at a time at its recorded speed; what packs gain is not in it.",
    ]
    if widest:
        said.append(
            f"Half of the comparisons have an interval of at most {_percents(median(widest))} to either side; "
            f"equivalence needs one within {_percents(MARGIN)}."
        )
    return said
