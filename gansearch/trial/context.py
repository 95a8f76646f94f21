"""What every trial of a study shares, as plain values that travel to workers."""

from __future__ import annotations

from dataclasses import dataclass

from gansearch.space.plan import DetectorSettings


@dataclass(frozen=True)
class TrialContext:
    """Where a trial reads and writes, and by which rules it is judged."""

    storage_url: str
    """The study's folder, an fsspec URL or a path."""
    data_dir: str | None
    cache_dir: str
    """Where reference extractors trained for other data sets are kept."""
    detectors: DetectorSettings
    use_average: bool
    """Whether to evaluate the averaged generator where a trial has one."""
    final_evaluation: bool
    """Whether every trial that completes is measured with the protocol of the end."""
    plugins: tuple[str, ...]
    """Addresses of the plug-in files to import, in order: the study's own copies, which every worker can read."""
    threads: int
    """CPU threads of one trial; part of what makes a run repeatable to the bit."""
    device: str
    memory_share: float = 1.0
    """Share of a GPU's memory that one pack may take, in (0, 1]: several packs may share the GPU."""
    objectives: tuple[str, ...] = ()
    """Metrics without which the study can do nothing: every evaluation of a script must give them."""
    also: tuple[str, ...] = ()
    """Metrics that are asked for beside those that every end of a trial is measured with."""
    inception_weights: str | None = None
    """The user's file of Inception weights, or None where there is none."""
    heartbeat_s: float = 1.0
    """Seconds after which a pack hands control back between epochs, so that it can be told to stop."""
