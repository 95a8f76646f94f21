"""What a report says of the best configuration."""

from __future__ import annotations

import json
from collections.abc import Sequence
from shlex import quote

from gansearch.records import MetricValue, NoiseFloor
from gansearch.reporting import noise_sentences, sentences
from gansearch.reporting.document import Block, Code, Figure, Paragraph, Table
from gansearch.reporting.interpolations import interpolation_blocks
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.pictures import Pixels, png
from gansearch.reporting.stored_samples import StoredSamples
from gansearch.reporting.wording import code, number, setting
from gansearch.space.dimension_values import text

_METRIC_HEADERS = ("metric", "value", "noise floor", "n generated", "n real", "extractor")


def best_blocks(material: StudyMaterial, samples: StoredSamples | None, confirmed: str | None = None) -> list[Block]:
    """The best run: parameters, metrics beside their noise floor, samples, and how to train it again.

    Args:
        material: the study.
        samples: those of the best run's last evaluation, where it has any.
        confirmed: whether the configuration is confirmed, in one sentence.
    """
    best = material.best
    if best is None:
        return [Paragraph(sentences.best(material))]
    blocks: list[Block] = [
        Paragraph(sentences.best(material)),
        *([] if confirmed is None else [Paragraph(confirmed)]),
        Table(("parameter", "value"), [(code(name), code(setting(value))) for name, value in best.parameters.items()]),
    ]
    done = best.last_evaluation
    if done is not None:
        blocks.append(Paragraph(sentences.measured(done)))
        blocks.append(Table(_METRIC_HEADERS, [_metric(m, material.noise_floors) for m in done.metrics]))
    if samples is not None:
        shown = samples.picture()
        caption = f"Samples of {code(best.identity)} at its end, the latents being fixed; {below(samples)}"
        blocks.append(Figure("best_samples", caption, png(shown, enlarged(shown))))
    blocks += interpolation_blocks(best, samples)
    return [*blocks, *_reproduce(material, best)]


def below(samples: StoredSamples) -> str:
    """What a picture of samples has beside the generated ones."""
    return "bottom row: real ones." if samples.is_images else "grey, real points."


def enlarged(picture: Pixels) -> int:
    """How often a pixel is repeated so that a small picture can be seen."""
    return 2 if picture.shape[1] <= 400 else 1


def _reproduce(material: StudyMaterial, best: TrialMaterial) -> list[Block]:
    again = f"gansearch launch space.yaml --name {material.name}-again --seed {material.seed}"
    whole: list[Block] = [
        Paragraph("To run the whole study again, from the `space.yaml` in its folder:"),
        Code("sh", again),
    ]
    if material.space.script is not None:
        return [*_with_script(material, best), *whole]
    settings = json.dumps(dict(best.settings), indent=2, sort_keys=True)
    snippet = (
        "import json\n\nimport gansearch\n\n"
        f"settings = json.loads(r'''{settings}''')\n"
        f"trained = gansearch.train(settings, seed={best.seed})\n"
        "print(trained.curve.evaluations[-1].metrics)\nimages = trained.sample(60)"
    )
    return [
        Paragraph(
            "To train it again (with the same versions on the same kind of machine, and one lane, it gives the same "
            "curve; data sets that are files need `data_dir=`):"
        ),
        Code("python", snippet),
        *whole,
    ]


def _with_script(material: StudyMaterial, best: TrialMaterial) -> list[Block]:
    """The best run's parameters as a launch of that one configuration; its own seed belongs to its number."""
    fixed = [f"--set {quote(f'{path}={text(value)}')}" for path, value in best.parameters.items()]
    words = ["gansearch launch space.yaml", f"--name {material.name}-best", "--trials 1", *fixed]
    return [
        Paragraph("To train this configuration again by its script, with another seed, from the study's folder:"),
        Code("sh", " \\\n  ".join(words)),
    ]


def _metric(metric: MetricValue, floors: Sequence[NoiseFloor]) -> tuple[str, ...]:
    protocol = metric.protocol
    extractor = protocol.extractor + (f" {protocol.extractor_hash}" if protocol.extractor_hash else "")
    real = f"{protocol.real_samples:,} ({protocol.real_split})" if protocol.real_samples else "none needed"
    floor = noise_sentences.noise_floor(metric, floors)
    return code(metric.name), number(metric.value), floor, f"{protocol.samples:,}", real, extractor
