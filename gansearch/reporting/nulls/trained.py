"""Trained nulls: one configuration's runs cut into a baseline and arms, which a page of hypotheses judges.

Nobody relabels anything here: every run is used once, as the seeds gave it. All arms share one baseline, as in a study,
so that a baseline that happens to lie off is seen by all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gansearch.curves.corpus import CorpusRun
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.sample import BASELINE_RUNS
from gansearch.reporting.effects.shares import Share, share_of
from gansearch.reporting.effects.verdicts import Claim, Verdict, judge
from gansearch.reporting.experiments.hypotheses import Comparison, Hypothesis
from gansearch.reporting.experiments.judging import JudgedComparison, judged
from gansearch.reporting.experiments.runs import Experiments, experiments
from gansearch.reporting.experiments.samples import Selection
from gansearch.reporting.statistics import FEWEST
from gansearch.space import SearchSpace
from gansearch.space.arms import ARM, Arm
from gansearch.space.experiments_reader import BASELINE

ARMS: Final = 40
NULLS: Final = "nulls"
"""The experiment that all arms are of."""
MEASURES: Final = ("frechet_distance", "success", "total_collapse", "classes_covered")
PRECISION: Final = Precision(permutations=999, bootstraps=999)
"""A tenth of what pages of hypotheses have: p of .001 are told apart, which Holm over 40 needs."""
SHOWN: Final = (Verdict.SUPPORTED, Verdict.CONTRADICTED)
"""Of "better": an effect is claimed in one direction or the other."""


@dataclass(frozen=True)
class Verdicts:
    """What was said of the trained nulls by one measure: each is claimed to be better than the baseline."""

    measure: str
    judged: tuple[JudgedComparison, ...]

    def counted(self, *, is_corrected: bool) -> Mapping[Verdict, int]:
        """How many arms have which verdict."""
        said = [each.verdict if is_corrected else uncorrected(each) for each in self.judged]
        return {verdict: said.count(verdict) for verdict in Verdict}

    def claims(self, *, is_corrected: bool) -> Share:
        """The share of arms that are claimed to be better or worse: all of them falsely."""
        said = [each.verdict if is_corrected else uncorrected(each) for each in self.judged]
        return share_of("claims of an effect", (verdict in SHOWN for verdict in said))


@dataclass(frozen=True)
class Trained:
    """The trained nulls, as far as their runs are there."""

    study: str
    there: int
    """Runs of the configuration that are stored."""
    wanted: int
    arms: int
    """With all of their 8 runs."""
    baseline: int
    """Runs of it."""
    steps: int
    """Of each run; 0 without runs."""
    verdicts: tuple[Verdicts, ...]
    """By measure; none without an arm."""


def trained(space: SearchSpace, runs: Sequence[CorpusRun], measures: Sequence[str] = MEASURES) -> Trained:
    """Cut the runs of a study into a baseline of 20 and arms of 8, in the order of their seeds, and judge each arm.

    Args:
        space: of one configuration.
        runs: stored, of this study or of any.
        measures: what is judged, each with its own correction.

    Raises:
        ReportError: where a run was recorded with other settings than the space has.
    """
    own = sorted((run for run in runs if run.study == space.name), key=lambda run: run.replicate or 0)
    arms = min(ARMS, max(0, len(own) - BASELINE_RUNS) // FEWEST)
    found = _cut(space, own, arms) if arms else None
    return Trained(
        study=space.name,
        there=len(own),
        wanted=space.plan.replicates,
        arms=arms,
        baseline=min(len(own), BASELINE_RUNS),
        steps=max((run.total_steps for run in own), default=0),
        verdicts=() if found is None else tuple(_judged(found, arms, measure) for measure in measures),
    )


def uncorrected(found: JudgedComparison) -> Verdict:
    """The verdict that the comparison would have alone."""
    return judge(found.effect, found.comparison.claim, found.effect.p)


def _judged(study: Experiments, arms: int, measure: str) -> Verdicts:
    asked = [
        Hypothesis(name, f"{name} is better.", "nobody", (Comparison(Selection((name,)), Claim.BETTER, measure),))
        for name in (f"{NULLS}/{_name(place)}" for place in range(arms))
    ]
    found = judged(asked, study, {}, PRECISION)
    return Verdicts(measure, tuple(comparison for each in found for comparison in each.comparisons))


def _cut(space: SearchSpace, runs: Sequence[CorpusRun], arms: int) -> Experiments:
    """A study of arms that are all the same configuration; a plan would have made one arm of them."""
    settings = space.settings(space.default_parameters())
    named = [Arm(f"{NULLS}/{_name(place)}", settings, {NULLS: _name(place)}) for place in range(arms)]
    plan = replace(space.plan, replicates=FEWEST, baseline_replicates=BASELINE_RUNS)
    study = replace(space, plan=plan, arms=(Arm(BASELINE, settings, {}), *named))
    return experiments(
        study, [_labelled(run, place) for place, run in enumerate(runs[: BASELINE_RUNS + FEWEST * arms])]
    )


def _labelled(run: CorpusRun, place: int) -> CorpusRun:
    if place < BASELINE_RUNS:
        return replace(run, parameters={ARM: BASELINE}, replicate=place)
    arm, replicate = divmod(place - BASELINE_RUNS, FEWEST)
    return replace(run, parameters={ARM: f"{NULLS}/{_name(arm)}"}, replicate=replicate)


def _name(place: int) -> str:
    return f"{place + 1:02d}"
