"""Every sentence of a report. Each follows from numbers by a rule, and carries its n and its interval.

The words are those of an observer: "is associated with", "under this sampler"; a search shows no effects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from gansearch.records import End, Evaluation, NoiseFloor
from gansearch.reporting import noise_sentences
from gansearch.reporting.analysis import Compute, EndShare
from gansearch.reporting.associations import Association, Level
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.statistics import FEWEST, Estimate
from gansearch.reporting.wording import (
    code,
    correlation,
    counted,
    duration,
    interval,
    number,
    p_value,
    percent,
    plain,
    plural,
    setting,
)
from gansearch.space.plan import Objective

ENDS = {
    "completed": "trained to the end",
    "pruned": "pruned: worse than others after the same number of epochs",
    "collapsed": "collapsed: stopped by a detector",
    "diverged": "diverged: a value was no longer finite",
    "failed": "failed: an error",
    "out_of_memory": "failed: out of memory",
    "lost": "lost with its worker; goes on by itself",
    "preempted": "resting: its machine was taken away",
    "stopped_by_user": "resting: stopped by the user",
    "budget": "resting: the budget is spent",
    "paused": "resting: waits at a rung until it is among the best there",
}


# --- in short -----------------------------------------------------------------------------------------------------


def state(material: StudyMaterial) -> str:
    """How far the study has come."""
    runs, over = len(material.trials), sum(trial.end is not None for trial in material.trials)
    if runs == 0:
        return "No run has begun (n = 0): there is nothing to report yet."
    begun = len({trial.identity.number for trial in material.trials})
    of = "" if material.trials_wanted is None else f" of {material.trials_wanted} planned"
    noun = "trial" if (material.trials_wanted or begun) == 1 else "trials"
    said = f"{begun}{of} {noun} {'has' if begun == 1 else 'have'} begun"
    said += f" ({plural(runs, 'run')})" if runs != begun else ""
    if over < runs:
        return f"{said}; {plural(runs - over, 'run')} still going on, so this report is preliminary."
    is_short = material.trials_wanted is not None and begun < material.trials_wanted
    return f"{said}, and none is running{': the study has not finished' if is_short else ''}."


def end_share(found: EndShare) -> str:
    """How many runs ended in one way."""
    estimate = found.share
    count = round(estimate.value * estimate.n)
    return (
        f"{count} of {plural(estimate.n, 'run')} {_was(count)} {code(found.end)} "
        f"({percent(estimate.value)}, {counted(estimate, 'percent')})."
    )


def best(material: StudyMaterial) -> str:
    """Which run is best, by what, and what that rests on."""
    trial, objective = material.best, material.space.plan.objectives[0]
    if trial is None or trial.values is None:
        return f"No run has completed (n = 0), so there is no best configuration by {code(objective.metric)}."
    if trial.identity.replicate is not None and trial.standing is not None:
        return _best_of_replicates(material, trial, trial.standing[0])
    what = f"{code(objective.metric)} of {number(trial.values[0])} ({_of_evaluations(trial, objective)})"
    return (
        f"The best of {plural(len(material.completed), 'completed run')} is {code(trial.identity)} with a {what}. "
        "It is one run (n = 1), so there is no interval, and the best of many is better than it will be again."
    )


def _best_of_replicates(material: StudyMaterial, trial: TrialMaterial, standing: float) -> str:
    assert trial.values is not None
    objective = material.space.plan.objectives[0]
    whole = {each.identity.number for each in material.completed if each.standing}
    runs = sum(each.identity.number == trial.identity.number for each in material.completed)
    return (
        f"The best of {plural(len(whole), 'configuration')} whose replicates are complete is trial "
        f"{trial.identity.number} with a {code(objective.metric)} of {number(standing)} over {plural(runs, 'run')}; "
        f"its best run is {code(trial.identity)} with {number(trial.values[0])} ({_of_evaluations(trial, objective)}). "
        "The best of many is better than it will be again."
    )


def saved(compute: Compute) -> str:
    """What stopping runs early has saved."""
    if compute.stopped == 0:
        return f"No run was stopped early (n = {compute.runs}), so no computing time was saved."
    whole = compute.seconds + compute.saved_seconds
    return (
        f"Stopping {plural(compute.stopped, 'run')} of {compute.runs} early left out "
        f"{number(compute.saved_epochs)} of {number(compute.full_epochs)} epochs, about "
        f"{duration(compute.saved_seconds)} at each run's own pace ({percent(_ratio(compute.saved_seconds, whole))} of "
        f"the {duration(whole)} that whole runs would have taken)."
    )


def measured(done: Evaluation) -> str:
    """What the metrics of the best run rest on."""
    counts = Counter(metric.protocol.samples for metric in done.metrics)
    samples = counts.most_common(1)[0][0] if counts else 0  # single metrics look at more or fewer
    which = "averaged" if done.generator == "ema" else "live"
    protocol = "the protocol of the end" if done.final else "the protocol of a rung"
    return (
        f"Its metrics after {plural(done.epoch, 'epoch')} by {protocol}, of the {which} generator, from "
        f"n = {samples:,} generated samples (one run, so no interval). The noise floor is what the metric says of as "
        "many real samples in their place, mean ± standard deviation of a single value:"
    )


def unfinished(count: int, runs: int, links: Mapping[str, str]) -> str:
    """What the table of runs that did not train to their end is."""
    said = f"The {plural(count, 'run')} of {runs} that did not train to the end, and why"
    if any(url.startswith("http://127.0.0.1") for url in links.values()):
        return f"{said} (links lead to MLflow on this machine while `gansearch ui` runs):"
    return f"{said} (links lead to MLflow):" if links else f"{said}:"


# --- compute ------------------------------------------------------------------------------------------------------


def spent(compute: Compute) -> str:
    """What the study has cost."""
    return (
        f"The {plural(compute.runs, 'run')} trained {number(compute.epochs)} epochs in {duration(compute.seconds)} of "
        "run time (runs at the same time add up)."
    )


def evaluation_cost(compute: Compute) -> str:
    """What measuring has cost."""
    if compute.seconds <= 0:
        return f"Nothing was evaluated (n = {compute.runs} runs)."
    share = percent(_ratio(compute.evaluation_seconds, compute.seconds - compute.final_seconds))
    final = f"; the evaluations with the protocol of the end took a further {duration(compute.final_seconds)}"
    return (
        f"Evaluations at rungs took {share} of it ({duration(compute.evaluation_seconds)}, n = {compute.runs} runs)"
        f"{final if compute.final_seconds > 0 else ''}."
    )


# --- associations -------------------------------------------------------------------------------------------------


def association(found: Association, under: str, floor: NoiseFloor | None = None) -> str:
    """How the objective goes with one dimension.

    Args:
        found: the numbers.
        under: what chose the runs, as ``under this sampler (tpe)``.
        floor: of the objective's metric, where it was measured.
    """
    if found.n < FEWEST:
        return too_few([found])
    if found.rho is None:
        return f"{_categorical(found, under)}{noise_sentences.within_noise(found, floor)}"
    return _numeric(found, found.rho, under)


def too_few(every: Sequence[Association]) -> str:
    """The dimensions of which nothing can be said."""
    parts = ", ".join(f"{code(found.path)} (n = {found.n})" for found in every)
    return f"Too few completed runs to say anything, of at least {FEWEST} that are needed: {parts}."


def none_seen(every: Sequence[Association], under: str) -> str:
    """The numeric dimensions with which no association is seen, each with its numbers."""
    parts = [
        f"{code(found.path)} (rho {correlation(found.rho.value)}, {counted(found.rho, 'correlation')})"
        for found in every
        if found.rho is not None
    ]
    return f"No association with {code(every[0].metric)} is seen {under} for {', '.join(parts)}."


def seen(found: Association) -> bool:
    """Whether an association is seen: the interval leaves out 0, or the permutation test gives less than 5 %."""
    if found.rho is None:
        return found.p is not None and found.p < 0.05
    return found.rho.interval is not None and found.rho.interval.excludes(0.0)


def stands_out(found: Association) -> bool:
    """Whether it is seen, and still is after correction for the number of dimensions that were tested."""
    return seen(found) and found.p_holm is not None and found.p_holm < 0.05


def _numeric(found: Association, rho: Estimate, under: str) -> str:
    if rho.interval is None:
        return f"{code(found.path)}: nothing to say, it or the metric does not vary enough (n = {rho.n})."
    numbers = f"Spearman's rho {correlation(rho.value)}, {counted(rho, 'correlation')}{_p(found)}"
    metric, path = code(found.metric), code(found.path)
    if not seen(found):
        return none_seen([found], under)
    side = "larger" if rho.value > 0 else "smaller"
    return (
        f"Larger {path} is associated with {side} {metric} {under} ({numbers}).{_reservation(found)}{_censored(found)}"
    )


def _reservation(found: Association) -> str:
    """What must be added where an association is seen only as long as it is looked at alone."""
    if stands_out(found) or found.p_holm is None:
        return ""
    return " After correction for the number of dimensions it no longer stands out."


def _censored(found: Association) -> str:
    """The same with the stopped runs in it, where there are any."""
    other = found.rho_censored
    if other is None or other.interval is None or other.n == found.n:
        return ""
    stopped = plural(other.n - found.n, "stopped run")
    return f" With the {stopped} at the last rank rho is {correlation(other.value)} ({counted(other, 'correlation')})."


def _categorical(found: Association, under: str) -> str:
    levels = "; ".join(level(each) for each in found.levels)
    said = f"Median {code(found.metric)} by {code(found.path)}: {levels}."
    if found.p is None:
        return f"{said} Too few to compare them (n = {found.n} completed)."
    test = f"Kruskal and Wallis's test, n = {found.n}{_p(found)}"
    if seen(found):
        return (
            f"{said} {code(found.path)} is associated with {code(found.metric)} {under} ({test}).{_reservation(found)}"
        )
    return f"{said} No association is seen {under} ({test})."


def level(found: Level) -> str:
    """The median at one value of a categorical dimension."""
    stopped = f", {found.stopped} stopped" if found.stopped else ""
    estimate = found.median
    if estimate.n == 0:
        return f"{code(setting(found.value))} none completed (n = 0{stopped})"
    rest = interval(estimate.interval) if estimate.n >= FEWEST else "too few for an interval"
    return f"{code(setting(found.value))} {number(estimate.value)} (n = {estimate.n}, {rest}{stopped})"


def _p(found: Association) -> str:
    if found.p is None or found.p_holm is None:
        return ""
    return f"; p = {p_value(found.p)} by permutation, {p_value(found.p_holm)} after Holm's correction".replace(
        "= below", "below"
    )


ABOUT_RHO = (
    "Spearman's rho between a dimension and the objective, with bootstrap (BCa) intervals and permutation p values: "
    "first among the completed runs alone, then with the stopped runs at the last rank."
)


# --- limits -------------------------------------------------------------------------------------------------------


OBJECTIVE_VALUES = {
    "mean_last_3": "mean of the last three evaluations",
    "last": "last evaluation",
    "best": "best evaluation",
}
GENERATORS = {"ema": "averaged generator where a run has one", "live": "live generator"}


def limits(material: StudyMaterial) -> list[str]:
    """What the study cannot show, as far as its own numbers tell."""
    plan, trials = material.space.plan, material.trials
    completed, stopped = len(material.completed), len(material.stopped)
    said = [
        f"These are screening results and exploratory (n = {completed} completed): what they suggest is to be "
        "confirmed on fresh seeds, in a grid or an ablation."
    ]
    if plan.replicates == 1:
        said.append(
            "Every configuration ran with one seed (n = 1 each, so no interval): a difference between two of them can "
            "be the seed's."
        )
    if plan.kind == "search":
        said.append(
            f"The sampler `{plan.sampler['name']}` chose what to try (n = {len(trials)} runs); dimensions do not vary "
            "independently of each other, and importance is not reported below 50 completed runs."
        )
    if stopped:
        said.append(_censoring(material, stopped))
    if completed:
        said.extend(noise_sentences.limits(material))
    resting = [trial for trial in trials if trial.end is not None and not trial.end.is_final]
    if resting:
        said.append(f"{plural(len(resting), 'run')} of {len(trials)} rest and may still change the picture.")
    said.extend(_protocols(trials))
    damaged = [code(trial.identity) for trial in trials if not trial.is_readable]
    if damaged:
        said.append(f"The records of {', '.join(damaged)} (n = {len(damaged)}) are damaged; their curves are missing.")
    return said


def _censoring(material: StudyMaterial, stopped: int) -> str:
    collapsed = sum(trial.end is End.COLLAPSED for trial in material.stopped)
    said = (
        f"{plural(stopped, 'run')} of {len(material.trials)} {_was(stopped)} stopped early, without a value at the "
        "full budget: the first number of an association leaves such runs out, the second gives them the last rank. "
    )
    if collapsed:
        said += (
            f"Whether the {collapsed} that {_was(collapsed)} stopped as collapsed would have recovered is not known."
        )
    return said.strip()


def _protocols(trials: Sequence[TrialMaterial]) -> list[str]:
    """Values compare only under one protocol; say which there were."""
    protocols = {
        (metric.protocol.extractor, metric.protocol.extractor_hash, metric.protocol.samples, metric.protocol.real_split)
        for trial in trials
        for done in trial.curve.evaluations
        for metric in done.metrics
        if metric.protocol.extractor != "none"
    }
    return [
        f"Values with n = {samples:,} generated samples hold for the extractor {code(name)} (hash {code(digest)}) "
        f"against the {code(split)} split; they compare with no value of another n, extractor or split."
        + (" Against the training split they cannot tell learning from memorising." if split == "train" else "")
        for name, digest, samples, split in sorted(protocols)
    ]


# --- small parts --------------------------------------------------------------------------------------------------


def stop_reason(trial: TrialMaterial) -> str:
    """Why a run ended, in the words of what ended it."""
    return plain(trial.reason) or ENDS.get(trial.end_name, "")


def under(material: StudyMaterial) -> str:
    """What chose the runs."""
    plan = material.space.plan
    if material.space.arms:
        return "in these arms"
    return "in this grid" if plan.kind == "grid" else f"under this sampler (`{plan.sampler['name']}`)"


def _of_evaluations(trial: TrialMaterial, objective: Objective) -> str:
    """Which evaluations the value of a completed run comes from, and their n."""
    used = trial.evaluations_for(objective)
    if not used:
        return "its evaluations are not recorded"
    count = len(used)
    which = {
        "mean_last_3": f"mean of its last {count} evaluations" if count > 1 else "its only evaluation",
        "last": "its last evaluation",
        "best": f"the best of its {plural(len(used), 'evaluation')}",
    }[objective.value]
    samples = max((metric.protocol.samples for metric in used[-1].metrics), default=0)
    return f"{which}, n = {samples:,} generated samples each"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0
