"""Samples of the arms of a study side by side at equal latents, with real ones below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from gansearch.reporting.document import Block, Figure, Paragraph
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.samples_side_by_side import ArmSamples, side_by_side
from gansearch.reporting.stored_samples import StoredSamples
from gansearch.reporting.wording import code, plural
from gansearch.space.arms import ARM

MOST_ARMS = 24
"""In the figure, in the order of the plan."""

Samples = Callable[[TrialMaterial], "StoredSamples | None"]


def arm_samples_blocks(material: StudyMaterial, samples: Samples) -> list[Block]:
    """The figure with what is to be seen in it; nothing without arms, or where fewer than two have samples."""
    arms = [arm.name for arm in material.space.arms]
    replicate, runs = shared_replicate(material.trials, arms)
    found = [ArmSamples(arm, kept) for arm in arms if (kept := samples(runs[arm]) if arm in runs else None) is not None]
    if len(found) < 2:
        return []
    shown = [each for each in found if each.samples.fake.shape[1:] == found[0].samples.fake.shape[1:]][:MOST_ARMS]
    blocks: list[Block] = [Figure("arms_side_by_side", _caption(shown, replicate), side_by_side(shown))]
    lacking = [arm for arm in arms if arm not in {each.arm for each in shown}]
    return [*blocks, Paragraph(_lacking(lacking, len(arms)))] if lacking else blocks


def shared_replicate(trials: Sequence[TrialMaterial], arms: Sequence[str]) -> tuple[int, dict[str, TrialMaterial]]:
    """The replicate of which most arms have samples, and its runs by arm: equal seeds have equal latents."""
    kept = [trial for trial in trials if trial.curve.samples and trial.parameters.get(ARM) in arms]
    counts = Counter(trial.identity.replicate or 0 for trial in kept)
    replicate = min(counts, key=lambda each: (-counts[each], each), default=0)
    own = [trial for trial in kept if (trial.identity.replicate or 0) == replicate]
    return replicate, {str(trial.parameters[ARM]): trial for trial in own}


def _caption(shown: Sequence[ArmSamples], replicate: int) -> str:
    what = (
        f"a row per arm and a column per latent, all of one seed (replicate {replicate}), at the last evaluation of "
        "each run; the bottom row shows real images"
        if shown[0].samples.is_images
        else f"a panel per arm, blue, with real points grey, all of one seed (replicate {replicate})"
    )
    return f"Samples of {plural(len(shown), 'arm')} at equal latents (n = 1 run each): {what}."


def _lacking(lacking: Sequence[str], arms: int) -> str:
    named = ", ".join(code(arm) for arm in lacking[:6]) + (" and others" if len(lacking) > 6 else "")
    return (
        f"Not shown: {len(lacking)} of {plural(arms, 'arm')}, which kept no such samples or are beyond the first "
        f"{MOST_ARMS} ({named})."
    )
