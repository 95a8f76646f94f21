"""What a study is to do and with what: plan, objectives, budget, resources and detectors, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from gansearch.records import Setting
from gansearch.space.ablation import Ablation

Statistic: TypeAlias = Literal["mean_last_3", "last", "best"]
Averaging: TypeAlias = Literal["ema", "live"]
Aim: TypeAlias = Literal["minimize", "maximize"]
Kind: TypeAlias = Literal["search", "grid", "ablation"]
Mode: TypeAlias = Literal["off", "shadow", "enforce"]
Combine: TypeAlias = Literal["any", "all"] | int
Deaths: TypeAlias = Literal["constraint", "pruned", "ignored"]
Device: TypeAlias = Literal["auto", "cpu"]

WILCOXON: Final = "wilcoxon"
"""The pruner that compares final values of replicates, not values at rungs."""
PROMOTION: Final = "promotion"
"""The one that lets trials wait at rungs, with a checkpoint, until they are among the best there."""


@dataclass(frozen=True)
class Objective:
    """One number per trial that the study improves."""

    metric: str
    """Name of a metric."""
    value: Statistic = "mean_last_3"
    """Which of the evaluations count: the mean of the last three (GANs peak and fall), the last, or the best."""
    generator: Averaging = "ema"
    """``ema``: the averaged generator where the trial has one, else the live one; ``live``: the live one."""
    direction: Aim = "minimize"


@dataclass(frozen=True)
class Plan:
    """What to try, and when to stop."""

    kind: Kind
    trials: int | None
    """Trials at most; None for no bound (a grid ends by itself)."""
    replicates: int
    """Runs per trial, each with its own seed; of arms, those of one number have one seed in all of them."""
    sampler: Mapping[str, Setting]
    """``name`` and the options that differ from the sampler's own defaults."""
    pruner: Mapping[str, Setting]
    """``name`` and the options; resources count epochs."""
    objectives: tuple[Objective, ...]
    enqueue: tuple[Mapping[str, Setting], ...]
    """Searched parameters of the trials that come first, complete."""
    seed: int = 0
    max_active_tricks: int | None = None
    """Tricks that a configuration has on at most; the switches that are left are then off. None for no limit."""
    baseline_replicates: int | None = None
    """Runs of the baseline of experiments or of an ablation; None: as many as of the other arms."""
    is_paired: bool = False
    """Whether equal replicates of all trials have equal seeds, as those of arms do."""
    deaths: Deaths = "constraint"
    """What the sampler is told of trials that collapsed or diverged. ``constraint``: that they break a constraint;
    ``pruned``: no more than of a pruned one; ``ignored``: nothing."""
    ablation: Ablation | None = None
    """What an ablation varies, and what its arms are compared with; None for every other kind."""


@dataclass(frozen=True)
class Budget:
    """What a study may use at most, over all launches and attempts; None for no bound."""

    hours: float | None = None
    """Wall-clock hours of driving the study."""
    gpu_hours: float | None = None
    """Wall-clock hours of every pack times ``resources.gpu``, summed."""
    epochs: int | None = None
    """Epochs, summed over all trials."""
    trials: int | None = None
    """Trials begun, also where ``resume --trials`` adds some; those of ``gansearch extend`` come on top."""
    cost_per_gpu_hour: float | None = None
    """Price of a GPU-hour, in any currency. By itself it bounds nothing."""
    cost: float | None = None
    """GPU-hours times ``cost_per_gpu_hour``, in that currency."""

    @property
    def is_bound(self) -> bool:
        """Whether it ends a study at all."""
        return any(bound is not None for bound in (self.hours, self.gpu_hours, self.epochs, self.trials, self.cost))

    def cost_of(self, gpu_hours: float) -> float | None:
        """What so many GPU-hours cost; None without a price."""
        return None if self.cost_per_gpu_hour is None else gpu_hours * self.cost_per_gpu_hour


@dataclass(frozen=True)
class Resources:
    """What one Ray Tune trial asks for, and how many run at a time."""

    cpu: float = 1.0
    gpu: float = 0.0
    device: Device = "auto"
    """Where trials train. ``auto``: on CUDA where ``gpu`` is above 0, else on the CPU; ``cpu``: on the CPU, though GPUs
    are asked for and held."""
    lanes: int | Literal["auto"] = "auto"
    """Configurations per pack; ``auto`` lets a probe decide."""
    concurrent: int | None = None
    """Packs at a time at most; None: what the cluster holds."""

    @property
    def trains_on(self) -> Literal["cpu", "cuda"]:
        """The device of every trial, as torch names it."""
        return "cuda" if self.gpu > 0 and self.device == "auto" else "cpu"


@dataclass(frozen=True)
class DetectorSettings:
    """Which detectors watch, and what their findings do."""

    mode: Mode = "enforce"
    """``off``: none watch; ``shadow``: findings are recorded; ``enforce``: findings stop a trial."""
    grace_epochs: float = 2.0
    """Epochs at the start in which no finding but a non-finite value stops a trial."""
    patience: int = 2
    """Checks in a row that must have a finding of a kind before it counts."""
    detectors: Mapping[str, Mapping[str, Setting]] = field(default_factory=dict)
    """Fields that differ from the default, by detector that watches; empty: every detector with its defaults."""
    combine: Combine = "any"
    """How many detectors must agree: any one of them; all that watch for one kind; or so many, of whatever kinds."""
    kinds: Mapping[str, Mode] = field(default_factory=dict)
    """What findings of a kind do; of the others their detectors say it. ``mode`` bounds it."""
    audit: float = 0.0
    """Share of the trials to be stopped that go on to their end, so that a search measures its own false kills."""
