"""The page on detectors, as a document: every sentence and table from the numbers of one assessment."""

from __future__ import annotations

from collections.abc import Sequence

from gansearch.reporting.calibration import figures, tables
from gansearch.reporting.calibration.assessment import ALL, Assessment
from gansearch.reporting.calibration.claims import Claim, claims, claims_of_stops, of_recovery, recovered_and_stopped
from gansearch.reporting.calibration.equal_compute import BUDGET
from gansearch.reporting.calibration.outcomes import LIMITS, SUCCESS_LARGEST, SUCCESS_QUALITY
from gansearch.reporting.calibration.truths import Truths
from gansearch.reporting.document import Block, Bullets, Document, Figure, Paragraph, Section
from gansearch.reporting.wording import number, percent, plural

TUNED = {"dataset": "data set", "loss": "loss"}


def page(found: Assessment) -> Document:
    """The whole page."""
    sections = [
        Section("In short", [Paragraph(_about(found)), Bullets(_in_short(found))]),
        Section("What was recorded", _recorded(found)),
        Section("The policy", _policy(found)),
        Section("Each detector", _detectors(found)),
        Section("On data and losses that thresholds were not tuned on", _held_out(found)),
        Section("Against the baselines", _baselines(found)),
        Section("Do collapsed runs recover?", _recovery(found)),
        Section("Limits", [Bullets(_limits(found))]),
    ]
    return Document("How often the detectors are right", sections)


def _about(found: Assessment) -> str:
    truths = found.truths
    about = (
        f"{plural(len(truths), 'run')} of {plural(len(set(truths.datasets.tolist())), 'data set')} "
        f"({', '.join(sorted(set(truths.datasets.tolist())))}) and "
        f"{plural(len(set(truths.losses.tolist())), 'loss family')} ({', '.join(sorted(set(truths.losses.tolist())))}) "
        "went on to their full budget while nothing stopped them; what the detectors would have stopped is compared "
        "with what became of it. "
    ).replace("familys", "families")
    if found.plan.tuned_on and not found.plan.leaves_tuned_out:
        return about + (
            f"The thresholds were tuned on {found.plan.tuned_on}, which are among these runs: rates on those flatter "
            "the policy."
        )
    if found.plan.tuned_on:
        return about + (
            f"The thresholds were tuned on {found.plan.tuned_on}, of which "
            f"{plural(len(found.everyone) - len(truths), 'run')} are left out here."
        )
    return about + "The thresholds were tuned on none of these runs."


def _in_short(found: Assessment) -> list[str]:
    said = [str(claim) for claim in claims(found)]
    for fold in found.held_out:
        said += [f"Tuned without the {TUNED[fold.by]}: {claim}" for claim in claims_of_stops(fold.truths, fold.stops)]
    return [*said, of_recovery(found.everyone.runs, "Recovery")]


def _recorded(found: Assessment) -> list[Block]:
    limits = "; ".join(
        f"of {classes}: total up to {each.total}, partial up to {each.partial} or a largest share above {each.largest},"
        f" success from {each.well}"
        for classes, each in sorted(LIMITS.items())
    )
    left = len(found.everyone.left_out)
    return [
        tables.of_runs(found.everyone),
        Paragraph(
            "Outcomes are those of the final samples by a second classifier, which no detector sees. Classes covered "
            f"divide them ({limits}). A success has also a largest share of at most {SUCCESS_LARGEST}, at least "
            f"{percent(SUCCESS_QUALITY)} of samples near a mode where modes are known, and a distance of at most twice "
            "the usual one of its data set: the median of the runs with all other marks of a success, as a corpus of "
            "many configurations has no baseline arm. A run that ended in a non-finite value diverged."
            + (f" {plural(left, 'run')} without a known end {_is(left)} left out." if left else "")
        ),
    ]


def _policy(found: Assessment) -> list[Block]:
    policy = found.policy
    return [
        Paragraph(
            f"Checks at the end of each epoch, {number(policy.grace_epochs)} epochs of grace, patience "
            f"{policy.patience}, combined by {policy.combine!r}. A false kill is a stopped run of the best quarter of "
            "its data set by final distance. Seconds are spread evenly over the steps of a run."
        ),
        tables.of_policy(found),
        Paragraph("How early the total collapses were stopped; the collapse begins at the first evaluation of it:"),
        tables.of_lead_time(found),
        *_figure(
            "stops",
            "Share of total collapses that the policy has stopped, over the run.",
            figures.stops_over_time(found),
        ),
    ]


def _detectors(found: Assessment) -> list[Block]:
    blocks: list[Block] = [
        Paragraph(
            "Each detector alone, under the same grace and patience, as if it enforced: in how many runs of each "
            "outcome it fired before the end. Precision and recall are about the outcomes that its kind foretells: "
            "diverged, total collapse, or total and partial collapse; for every other kind, any failure."
        )
    ]
    blocks += [
        tables.of_detectors(found.confusions[ALL], found),
        Paragraph("The same by data set and by loss, as counts; their intervals are in `tables/rates.csv`."),
        tables.by_group(found),
    ]
    return blocks + _figure(
        "thresholds",
        "Thresholds over the ranges that their fields declare, each detector alone: share of total collapses stopped, "
        "and of the best quarters. Those that change neither are in tables/thresholds.csv alone.",
        figures.thresholds(found.sweeps),
    )


def _held_out(found: Assessment) -> list[Block]:
    if not found.held_out:
        return [Paragraph("Nothing was held out: thresholds were not tuned here.")]
    return [
        Paragraph(
            f"Thresholds were tuned on all data sets but one, or all losses but one, with {found.plan.trials} settings "
            "of each detector, and judged on the one left out. A setting was admitted only where its detector stopped "
            "no run of the best quarter of the tuning part and no success; of these the one was taken that stopped "
            "most total collapses and saved most of their steps. Kinds with a detector without such a setting are in "
            "shadow; kinds that are in "
            "shadow by default stay there where their detectors stopped no total collapse."
        ),
        tables.of_folds(found.held_out),
        Paragraph("The rule on d_loss alone, tuned and judged in the same way:"),
        Bullets(
            [
                f"Without the {TUNED[fold.by]}: {claim}"
                for fold in found.thumb_held_out
                for claim in claims_of_stops(fold.truths, fold.stops)
            ]
        ),
    ]


def _baselines(found: Assessment) -> list[Block]:
    return [
        Paragraph(
            "The same runs in the same orders, one after the other. Random stops are as many as the policy's, after "
            "the same shares of a run. ASHA and the median rule compare Frechet distances at evaluations, as Optuna's "
            "pruners do with their defaults. The rule on d_loss and the non-finite rule have the policy's grace and "
            "patience. Regret is the best distance among completed runs over the best of all, minus 1: the geometric "
            f"mean over data sets and {found.plan.draws} orders (in brackets the middle 95 %)."
        ),
        tables.of_ways(found.ways),
        *_figure(
            "regret",
            f"Regret over the share of all steps that may be used; words compare at {percent(BUDGET)}.",
            figures.regret(found.ways),
        ),
    ]


def _recovery(found: Assessment) -> list[Block]:
    everyone = found.everyone
    names = sorted(set(everyone.datasets.tolist()))
    said = [of_recovery(everyone.where(everyone.datasets == name).runs, name) for name in names]
    return [
        Paragraph(
            "A run collapses when at least 2 evaluations in a row are a total collapse after one that had reached "
            "6 of 10 classes (4 of 8 modes, 13 of 25). It has recovered where its last 3 evaluations have at least 9 "
            "(8, 23). One that never reached so many is born collapsed. Nothing was stopped, so that these rates are "
            "what early stopping may cost."
        ),
        Bullets([of_recovery(everyone.runs, "All data sets"), *said]),
        tables.of_recovery(everyone),
        Paragraph(recovered_and_stopped(found.truths, found.stops)),
    ]


def _limits(found: Assessment) -> list[str]:
    best = int(found.truths.is_best.sum())
    usual = found.everyone
    said = [
        f"None seen among n runs bounds a rate at about 3/n with 95 % confidence, no lower: among {best:,} runs of the "
        f"best quarters at {100 * min(1.0, 3 / max(1, best)):.1f} %.",
        "Rates are those of these configurations: a search that samples others, or trains longer, has others.",
        "Runs of one configuration and another are taken as independent; those of one grid are not wholly so.",
    ]
    lost = [name for name, size in _sizes(usual).items() if size < 20]
    if lost:
        said.append(f"Fewer than 20 runs: {', '.join(lost)}; their own rates say little.")
    return said


def _sizes(truths: Truths) -> dict[str, int]:
    names = truths.datasets.tolist()
    return {name: names.count(name) for name in sorted(set(names))}


def _figure(name: str, caption: str, png: bytes | None) -> list[Block]:
    return [] if png is None else [Figure(name, caption, png)]


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def verdicts(every: Sequence[Claim]) -> list[str]:
    """Claims as a terminal shows them."""
    return [str(claim).replace("`", "") for claim in every]
