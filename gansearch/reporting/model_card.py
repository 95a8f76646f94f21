"""The model card of an exported generator: what it is, how it came about, how good it is, and what it is not for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gansearch.curves import Curve
from gansearch.curves.origin import origin, said
from gansearch.records import Evaluation, Protocol, Setting, TrialIdentity
from gansearch.reporting.document import Block, Bullets, Code, Document, Figure, Paragraph, Section, Table, to_markdown

PICTURE = "samples"
"""Name of the sample grid's file, without ending."""
_USE = """\
from generator import load, sample

samples = sample(64, seed=0)      # [64, {shape}]{bounds}
generator = load()                # the torch.nn.Module itself"""


@dataclass(frozen=True, eq=False)
class CardFacts:
    """What a card tells of."""

    identity: TrialIdentity
    seed: int
    settings: Mapping[str, Setting]
    """The whole configuration, flat."""
    curve: Curve
    step: int
    """Generator updates of the checkpoint that was exported."""
    parameters: int
    """Numbers that were learned."""
    shape: tuple[int, ...]
    """Of one sample."""
    is_bounded: bool
    """Whether samples lie in [-1, 1]."""
    is_averaged: bool
    """Whether it is the average of the parameters over training."""
    couples_batch: bool
    """Whether samples that are drawn together influence each other."""
    picture: bytes | None
    """The sample grid as PNG, or None."""
    classes: int
    """That samples can be asked for; 0 where the generator is not told any, or is not told by a one-hot vector."""
    gap: float
    """Largest difference between samples of the exported module and of the run's own generator."""


def model_card(facts: CardFacts) -> str:
    """The card as markdown."""
    sections = [
        Section("What it is", [Paragraph(_what(facts))]),
        *_samples(facts),
        Section("How to draw samples", _use(facts)),
        Section("How it was trained", [Paragraph(_ended(facts)), _settings(facts)]),
        Section("How good it is", _measured(facts)),
        Section("Where it comes from", [_origin(facts)]),
        Section("Limits and intended use", [Bullets(_limits(facts))]),
    ]
    return to_markdown(Document(f"Generator of {facts.identity}", sections, figures_folder="."))


def _what(facts: CardFacts) -> str:
    settings, data = facts.settings, origin(facts.curve)
    average = "the average over training of its parameters, which was evaluated" if facts.is_averaged else "as trained"
    return (
        f"A generator of a generative adversarial network, trained on the data set `{settings.get('dataset.name')}` "
        f"(checksum of its training split: `{said(data.get('data.checksum', ()))}`). Architecture "
        f"`{settings.get('generator.architecture', 'mlp')}`, {facts.parameters:,} parameters, samples of "
        f"shape `{list(facts.shape)}`. It is {average}, after {facts.step:,} generator updates of the run "
        f"`{facts.identity}`. Plain PyTorch: it needs torch and safetensors. The exported module gives the "
        f"samples of the run's own generator; the largest difference found was {facts.gap:.1e}."
    )


def _samples(facts: CardFacts) -> list[Section]:
    if facts.picture is None:
        return []
    caption = "Samples of `sample(60, seed=0)`, and below them real ones of the data set."
    if len(facts.shape) != 3:
        caption = "Samples of `sample(1000, seed=0)` in blue over real points in grey: the first two coordinates."
    return [Section("Samples", [Figure(PICTURE, caption, facts.picture)])]


def _use(facts: CardFacts) -> list[Block]:
    bounds = ", in [-1, 1]" if facts.is_bounded else ""
    blocks: list[Block] = [Code("python", _USE.format(shape=", ".join(map(str, facts.shape)), bounds=bounds))]
    if facts.classes:
        text = (
            "`sample` leaves the classes to chance; `sample_classes(labels, seed=0)` draws a sample of each of the "
            f"`labels`, whole numbers from 0 to {facts.classes - 1}."
        )
        blocks.append(Paragraph(text))
    if facts.couples_batch:
        text = (
            "Its normalisation takes the statistics of the samples that are drawn together, in training and here "
            "alike: draw some hundreds at once, as the evaluations did. A few alone come out differently."
        )
        blocks.append(Paragraph(text))
    return blocks


def _ended(facts: CardFacts) -> str:
    end, epochs = facts.curve.end, facts.settings.get("training.epochs")
    if end is None:
        return f"The run has no end yet; it was exported from its last checkpoint, of {epochs} planned epochs."
    return (
        f"The run ended as `{end.end}` after {end.epoch} of {epochs} epochs, at step {end.step:,}: {end.reason}. "
        f"Its last checkpoint, of step {facts.step:,}, was exported."
    )


def _settings(facts: CardFacts) -> Table:
    rows = [(f"`{path}`", f"`{value}`") for path, value in sorted(facts.settings.items())]
    return Table(("setting", "value"), rows)


def _measured(facts: CardFacts) -> list[Block]:
    """The evaluations of the exported checkpoint."""
    done = [evaluation for evaluation in facts.curve.evaluations if evaluation.step == facts.step]
    if not done:
        return [Paragraph("It was not evaluated at this checkpoint.")]
    rows = [row for evaluation in done for row in _metric_rows(evaluation)]
    headers = ("metric", "value", "generator", "generated", "real", "extractor", "extractor hash")
    note = (
        "One run, one seed: a value says how this generator is, and not how others of its configuration would be. "
        "Values compare only where the protocol is the same: extractor and its hash, numbers of samples, split."
    )
    return [Table(headers, rows), Paragraph(note)]


def _metric_rows(evaluation: Evaluation) -> list[tuple[str, ...]]:
    return [
        (
            f"`{metric.name}`",
            f"{metric.value:.6g}",
            evaluation.generator,
            f"{metric.protocol.samples:,}",
            _real(metric.protocol),
            metric.protocol.extractor,
            metric.protocol.extractor_hash or "-",
        )
        for metric in evaluation.metrics
    ]


def _real(protocol: Protocol) -> str:
    """The real samples that generated ones were compared with; some metrics need none."""
    return f"{protocol.real_samples:,} ({protocol.real_split})" if protocol.real_samples else "-"


def _origin(facts: CardFacts) -> Table:
    found = {"run": str(facts.identity), "seed": str(facts.seed)}
    found |= {name: said(values) for name, values in origin(facts.curve).items()}
    return Table(("", ""), [(name, f"`{value}`") for name, value in found.items()])


def _limits(facts: CardFacts) -> list[str]:
    limits = [
        "It is meant for study: to look at, to compare with other generators, to build on. It was made in a search "
        "over configurations, not for use where samples must be true or fair.",
        "It can show nothing that its data set lacks, shows some of it more often than the data do, and may repeat "
        "training samples.",
        "Its licence is that of its data set and of the code that it was trained with.",
    ]
    precision = facts.settings.get("training.precision", "fp32")
    if precision != "fp32":
        limits.append(f"It was trained with products in {precision}; the exported module computes in fp32.")
    return limits
