"""What a report says of importance: both evaluators beside each other, and where they disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gansearch.reporting.document import Block, Bullets, Paragraph, Table
from gansearch.reporting.importances import points
from gansearch.reporting.material import StudyMaterial
from gansearch.reporting.sentences import under
from gansearch.reporting.wording import code, percent, plural
from gansearch.study.importance import FANOVA, FEWEST, PED_ANOVA, Importances, Share

WHAT = {
    PED_ANOVA: "what sets the best tenth of the configurations apart",
    FANOVA: "shares of the variance over the whole space, by a random forest",
}


def importance_blocks(material: StudyMaterial, found: Mapping[str, tuple[Importances, ...]]) -> list[Block]:
    """The section's blocks; none of a study of arms, or of fewer than two dimensions."""
    if material.space.arms or len(material.space.parameters) < 2:
        return []
    blocks: list[Block] = []
    for index, (metric, each) in enumerate(found.items()):
        if not each:
            blocks.append(Paragraph(refusal(metric, len(points(material.completed, index)))))
            continue
        blocks.append(Paragraph(about(metric, each, under(material))))
        blocks.append(_table(each))
        blocks.append(Bullets([*(said(one, metric) for one in each), *disagreement(each), *left_out(each)]))
    return blocks


def refusal(metric: str, n: int) -> str:
    """Why nothing is said, and how many configurations are missing."""
    if n < FEWEST:
        return (
            f"Importance for {code(metric)} is reported from {FEWEST} completed configurations on; there are n = {n}, "
            f"so {FEWEST - n} are missing."
        )
    return f"Importance for {code(metric)} is not reported: its values do not vary (n = {n} completed configurations)."


def about(metric: str, found: Sequence[Importances], under_what: str) -> str:
    """What the numbers are, and what they are not."""
    kinds = "; ".join(f"{each.evaluator}, {WHAT[each.evaluator]} ({each.resamples} resamples)" for each in found)
    return (
        f"How much of {code(metric)} goes with each dimension, as a share of all of them, from n = {found[0].n} "
        f"completed configurations {under_what}, with 95 % intervals over resampled configurations: {kinds}. These are "
        "associations under that sampler and no effects: a dimension that it hardly varied cannot have a large share."
    )


def said(found: Importances, metric: str) -> str:
    """Which dimensions have more than an equal share by one evaluator."""
    equal, n = percent(1 / len(found.shares)), f"n = {found.n}"
    if not found.outstanding:
        return (
            f"By {found.evaluator} no dimension's share in {code(metric)} lies above an equal one of {equal} with its "
            f"whole interval ({n})."
        )
    parts = ", ".join(f"{code(each.path)} ({percent(each.value)}, {_interval(each)})" for each in found.outstanding)
    return f"By {found.evaluator} more than an equal share of {equal} in {code(metric)} goes with {parts}; {n}."


def disagreement(found: Sequence[Importances]) -> list[str]:
    """Where two evaluators part, among the dimensions that both weigh."""
    if len(found) < 2:
        return []
    ped, fanova = found
    both = {each.path for each in fanova.shares}
    first = [next(each.path for each in one.shares if each.path in both) for one in found]
    ours, theirs = ({each.path for each in one.outstanding} & both for one in found)
    n = f"n = {ped.n}"
    if first[0] == first[1] and ours == theirs:
        return [f"Both agree on which dimension comes first, {code(first[0])}, and on which stand out ({n})."]
    parts = []
    if first[0] != first[1]:
        parts.append(f"{ped.evaluator} puts {code(first[0])} first, {fanova.evaluator} {code(first[1])}")
    for name, only in ((ped.evaluator, ours - theirs), (fanova.evaluator, theirs - ours)):
        if only:
            parts.append(f"only by {name} {', '.join(map(code, sorted(only)))} stands out")
    return [
        f"They disagree: {'; '.join(parts)} ({n}). What sets the best tenth apart need not be what moves the value "
        "over the whole space."
    ]


def left_out(found: Sequence[Importances]) -> list[str]:
    """The dimensions that only some configurations have."""
    return [
        f"{each.evaluator} says nothing of {', '.join(map(code, each.left_out))}: "
        f"{plural(len(each.left_out), 'dimension')} that not every configuration has (n = {each.n})."
        for each in found
        if each.left_out
    ]


def _table(found: Sequence[Importances]) -> Table:
    headers = ["dimension"]
    for each in found:
        headers += [f"{each.evaluator}, share", f"95 % interval{' ' * (len(headers) // 2)}"]
    by_path = [{share.path: share for share in each.shares} for each in found]
    rows = [[code(path), *(cell for each in by_path for cell in _cells(each.get(path)))] for path in by_path[0]]
    return Table(headers, rows)


def _cells(share: Share | None) -> tuple[str, str]:
    return ("-", "-") if share is None else (percent(share.value), _interval(share).removeprefix("95 % interval "))


def _interval(share: Share) -> str:
    return f"95 % interval {percent(share.low)} to {percent(share.high)}"
