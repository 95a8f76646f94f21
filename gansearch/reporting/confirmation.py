"""Whether a best configuration is confirmed: in the report of a search, and in that of the study that confirms it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gansearch.errors import GansearchError
from gansearch.records import End
from gansearch.reporting import confirmation_sentences as sentences
from gansearch.reporting.confirmed import Confirmed, ConfirmedConfiguration, confirmed
from gansearch.reporting.document import Block, Code, Paragraph, Section, Table
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.verdicts import Claim
from gansearch.reporting.experiments.hypotheses import Comparison
from gansearch.reporting.experiments.judging import JudgedComparison
from gansearch.reporting.experiments.samples import Selection
from gansearch.reporting.experiments.sentences import effect_text, p_text, runs_text, visible_text
from gansearch.reporting.loading import load_material
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.wording import code, plain
from gansearch.storage import Storage
from gansearch.study.confirms import beside, confirmations, read_confirms
from gansearch.study.contenders import identity_of

TITLE = "Confirmed on fresh seeds"
HEADERS = (
    "configuration",
    "the search said",
    "fresh seeds, median",
    "against the search",
    "runs",
    "against the baseline",
    "could have been seen",
    "p (Holm)",
    "verdict",
)


@dataclass(frozen=True)
class ConfirmationReport:
    """What a report says of confirmation."""

    section: Section
    """Without blocks where the study has no best configuration."""
    sentence: str | None
    """The same in one sentence, to stand wherever a best configuration is named; None where none is."""


@dataclass(frozen=True)
class _Loaded:
    """A study that confirms another, or why it cannot be read."""

    material: StudyMaterial
    found: Confirmed


def confirmation_section(material: StudyMaterial, storage: Storage) -> Section:
    """``confirmation(...).section``."""
    return confirmation(material, storage).section


def confirmation(material: StudyMaterial, storage: Storage, precision: Precision | None = None) -> ConfirmationReport:
    """What is confirmed of a study, or by it.

    Args:
        material: the study.
        storage: its folder; studies that confirm it lie beside it.
        precision: of the tests; None for what is published.
    """
    try:
        own = read_confirms(storage)
        if own is not None:
            found = confirmed(material, own, precision)
            return _report([*_blocks(found)], sentences.outcome(found))
        return _of_search(material, storage, precision)
    except GansearchError as error:  # what confirms a study must not keep its own report from being made
        return _report([], f"Whether the best configuration is confirmed cannot be read: {plain(str(error))}")


def _of_search(material: StudyMaterial, storage: Storage, precision: Precision | None) -> ConfirmationReport:
    if not material.completed:
        return ConfirmationReport(Section(TITLE, []), None)
    loaded = _loaded(material.study_id, storage, precision)
    if not loaded:
        command = Code("sh", f"gansearch confirm {material.name}")
        return _report(
            [Paragraph("To train the best ones again, on seeds that this study has not seen:"), command],
            sentences.unconfirmed(material.name, is_of_arms=bool(material.space.arms)),
        )
    found = [each.found for each in loaded]
    said = [sentences.outcome(each) for each in found] + _since(material, loaded)
    more = [Paragraph(sentences.several(found))] if len(found) > 1 else []
    return _report([*more, *(block for each in found for block in _blocks(each))], " ".join(said))


def _loaded(study_id: str, storage: Storage, precision: Precision | None) -> list[_Loaded]:
    """The studies that confirm this one."""
    found = []
    for each in confirmations(storage, study_id):
        place = beside(storage, each)
        material, confirms = load_material(each, place), read_confirms(place)
        assert confirms is not None  # confirmations() has read it
        found.append(_Loaded(material, confirmed(material, confirms, precision)))
    return found


def _since(material: StudyMaterial, loaded: Sequence[_Loaded]) -> list[str]:
    """What has become of the best configuration since it was confirmed; nothing where it still is."""
    best = _best(material)
    if best is None:
        return []
    wanted, trial = identity_of(best.settings), best.identity.number
    for each in loaded:
        baseline, *arms = each.material.space.arms
        if wanted == identity_of(baseline.settings):
            return [sentences.is_default(trial, each.found)]
        if any(wanted == identity_of(arm.settings) for arm in arms):
            return []
    return [sentences.has_changed(trial, [each.found for each in loaded])]


def _best(material: StudyMaterial) -> TrialMaterial | None:
    """A run of the trial with the best mean, none of whose runs was pruned."""
    sign = 1.0 if material.space.plan.objectives[0].direction == "minimize" else -1.0
    pruned = {trial.identity.number for trial in material.trials if trial.end is End.PRUNED}
    values: dict[int, list[float]] = {}
    for trial in material.completed:
        if trial.identity.number not in pruned and trial.values is not None:
            values.setdefault(trial.identity.number, []).append(sign * trial.values[0])
    if not values:
        return None
    number = min(values, key=lambda each: sum(values[each]) / len(values[each]))
    return next(trial for trial in material.completed if trial.identity.number == number)


def _report(blocks: Sequence[Block], sentence: str) -> ConfirmationReport:
    return ConfirmationReport(Section(TITLE, [Paragraph(sentence), *blocks]), sentence)


def _blocks(found: Confirmed) -> list[Block]:
    rows = [_row(found, each) for each in found.configurations]
    base = found.baseline
    first = (
        f"baseline: {sentences.against(found)}",
        "-",
        sentences.median_text(base),
        "-",
        str(base.median.n),
        *["-"] * 4,
    )
    blocks: list[Block] = [Table(HEADERS, [first, *rows]), Paragraph(sentences.basis(found))]
    if found.missing:
        blocks.append(Code("sh", f"gansearch resume {found.study}"))
    return blocks


def _row(found: Confirmed, each: ConfirmedConfiguration) -> tuple[str, ...]:
    comparison = Comparison(Selection((each.arm.arm,)), Claim.BETTER, found.measure.name)
    judged = JudgedComparison(
        comparison, each.judged.effect, each.judged.p_adjusted, each.judged.verdict, each.fresh.missing
    )
    return (
        code(f"trial {each.arm.number}"),
        sentences.searched_text(each),
        sentences.median_text(each.fresh),
        sentences.shrinkage_text(found, each),
        runs_text(judged),
        effect_text(judged),
        visible_text(judged),
        p_text(judged),
        str(each.judged.verdict),
    )
