"""Sentences on importance, from numbers that are given."""

from __future__ import annotations

from collections.abc import Sequence

from gansearch.reporting.document import Document, Section, to_markdown
from gansearch.reporting.importance_section import disagreement, importance_blocks, said
from gansearch.reporting.material import StudyMaterial
from gansearch.study.importance import FANOVA, PED_ANOVA, Importances, Share


def by(evaluator: str, *shares: tuple[str, float, float], left_out: Sequence[str] = ()) -> Importances:
    return Importances(
        evaluator, 80, 40, tuple(Share(path, value, low, value) for path, value, low in shares), tuple(left_out)
    )


PED = by(PED_ANOVA, ("lr", 0.7, 0.6), ("layers", 0.2, 0.1), ("width", 0.1, 0.0))
FAN = by(FANOVA, ("layers", 0.8, 0.7), ("lr", 0.2, 0.1), left_out=["width"])


def text(material: StudyMaterial, *found: Importances) -> str:
    blocks = importance_blocks(material, {"frechet_distance": found})
    return to_markdown(Document("", [Section("", blocks)]))


def test_a_refusal_says_how_many_are_missing(mixed_study: StudyMaterial) -> None:
    assert "from 50 completed configurations on; there are n = 10, so 40 are missing." in text(mixed_study)


def test_both_stand_side_by_side(mixed_study: StudyMaterial) -> None:
    page = text(mixed_study, PED, FAN)
    assert "| `lr` | 70 % | 60 % to 70 % | 20 % | 10 % to 20 % |" in page
    assert "| `width` | 10 % | 0 % to 10 % | - | - |" in page
    assert "These are associations under that sampler and no effects" in page
    assert "n = 80 completed configurations under this sampler (`random`)" in page
    assert "fANOVA says nothing of `width`: 1 dimension that not every configuration has (n = 80)." in page
    assert " effect of " not in page


def test_what_stands_out_follows_from_the_whole_interval() -> None:
    assert said(PED, "distance") == (
        "By PED-ANOVA more than an equal share of 33 % in `distance` goes with `lr` (70 %, 95 % interval 60 % to "
        "70 %); n = 80."
    )
    none = by(PED_ANOVA, ("lr", 0.7, 0.3), ("layers", 0.3, 0.1))
    assert said(none, "distance").startswith("By PED-ANOVA no dimension's share in `distance` lies above")


def test_disagreement_is_said() -> None:
    (sentence,) = disagreement([PED, FAN])
    assert "PED-ANOVA puts `lr` first, fANOVA `layers`" in sentence
    assert "only by PED-ANOVA `lr` stands out; only by fANOVA `layers` stands out (n = 80)" in sentence
    assert disagreement([PED, by(FANOVA, ("lr", 0.9, 0.8), ("layers", 0.1, 0.0))]) == [
        "Both agree on which dimension comes first, `lr`, and on which stand out (n = 80)."
    ]
    assert disagreement([PED]) == []
