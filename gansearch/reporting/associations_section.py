"""What a report says of how the objective goes with each searched dimension."""

from __future__ import annotations

from gansearch.reporting import sentences
from gansearch.reporting.analysis import Analysis
from gansearch.reporting.associations import Association
from gansearch.reporting.document import Block, Bullets, Paragraph, Table
from gansearch.reporting.material import StudyMaterial
from gansearch.reporting.noise_floor import objective_floors
from gansearch.reporting.statistics import FEWEST, Estimate
from gansearch.reporting.wording import code, correlation, interval

_RHO_HEADERS = (
    "dimension",
    "rho, completed",
    "n",
    "95 % interval",
    "p",
    "p (Holm)",
    "rho, stopped last",
    "n ",
    "95 % interval ",
)


def association_blocks(material: StudyMaterial, analysis: Analysis) -> list[Block]:
    """A table of correlations and a sentence per dimension, for each objective."""
    under, floors = sentences.under(material), objective_floors(material)
    blocks: list[Block] = []
    for found in analysis.associations.values():
        numeric = [each for each in found if each.rho is not None and each.rho.interval is not None]
        if numeric:
            blocks.append(Paragraph(sentences.ABOUT_RHO))
            blocks.append(Table(_RHO_HEADERS, [_rho_row(each) for each in numeric]))
        unseen = [each for each in numeric if not sentences.seen(each)]
        few = [each for each in found if each.n < FEWEST]
        said = [
            sentences.association(each, under, floors.get(each.metric))
            for each in found
            if each not in unseen and each not in few
        ]
        if unseen:
            said.append(sentences.none_seen(unseen, under))
        if few:
            said.append(sentences.too_few(few))
        if said:
            blocks.append(Bullets(said))
    return blocks


def _rho_row(found: Association) -> tuple[str, ...]:
    rho, censored = found.rho, found.rho_censored
    assert rho is not None
    p, corrected = ("" if value is None else f"{value:.2g}" for value in (found.p, found.p_holm))
    return (code(found.path), *_rho(rho), p, corrected, *(("", "", "") if censored is None else _rho(censored)))


def _rho(estimate: Estimate) -> tuple[str, str, str]:
    return (
        correlation(estimate.value),
        str(estimate.n),
        interval(estimate.interval, "correlation").removeprefix("95 % interval "),
    )
