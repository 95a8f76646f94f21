"""Groups of tricks that can be on together."""

from __future__ import annotations

from gansearch.testing.companies import companies
from gansearch.tricks import tricks


def test_every_trick_has_one_company_without_what_excludes_it() -> None:
    groups = companies(tricks)
    assert sorted(cls.name for group in groups for cls in group) == sorted(tricks.names())
    for group in groups:
        slots = [cls.slot for cls in group if cls.slot is not None]
        assert len(slots) == len(set(slots))
        assert not (
            any(cls.facts.packs_samples for cls in group) and any(cls.facts.needs_single_samples for cls in group)
        )
        assert sum(cls.facts.makes_scores for cls in group) <= 1
        assert sum(cls.facts.shapes_latents for cls in group) <= 1
    assert len(groups) < len(tricks.names()) / 3
