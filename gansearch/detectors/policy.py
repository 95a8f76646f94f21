"""The stopping policy: detectors say what they see, the policy alone decides whether a trial ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from gansearch.detectors._base import Detector, Trace, detectors
from gansearch.dimensions import declared
from gansearch.errors import PluginError
from gansearch.plugins import did_you_mean
from gansearch.records import Finding, Setting

Mode: TypeAlias = Literal["off", "shadow", "enforce"]
DIVERGED = "diverged"
"""The one kind that needs neither grace nor patience: nothing recovers from a non-finite number."""


class PolicySettings(Protocol):
    """What a search space says about detectors."""

    @property
    def mode(self) -> Mode:
        """``off``: no detector looks; ``shadow``: findings are recorded; ``enforce``: they stop the trial."""
        ...

    @property
    def grace_epochs(self) -> float:
        """Epochs at the start in which only a non-finite number stops a trial."""
        ...

    @property
    def patience(self) -> int:
        """Checks in a row that must find the same kind before a trial is stopped."""
        ...

    @property
    def detectors(self) -> Mapping[str, Mapping[str, Setting]]:
        """Fields that differ from the default, by detector that watches; empty for every detector with its defaults."""
        ...


@dataclass(frozen=True)
class Verdict:
    """What a check came to."""

    findings: tuple[Finding, ...]
    stop: Finding | None
    """The finding, one of ``findings``, for which the trial must end."""


@dataclass(frozen=True)
class Policy:
    """Decides from the trace and from earlier findings alone: no state of its own is lost with a worker.

    Checks are made at the end of each epoch. A finding stops the trial where the mode is ``enforce``, more than
    ``grace_epochs`` have passed, and each of the last ``patience`` epochs (this one counted) has a finding of its kind.
    """

    mode: Mode
    grace_epochs: float
    patience: int
    detectors: tuple[Detector, ...]

    def decide(self, trace: Trace, history: Sequence[Finding]) -> Verdict:
        """What the detectors see now, and whether the trial must end.

        Args:
            trace: everything known so far.
            history: findings of earlier checks, in any order.
        """
        if self.mode == "off":
            return Verdict((), None)
        found = [finding for detector in self.detectors if (finding := detector.check(trace)) is not None]
        stops = [finding for finding in found if self._stops(finding, trace, history)]
        # A diverged run is diverged whatever else is seen in it.
        stops.sort(key=lambda finding: finding.kind != DIVERGED)
        return Verdict(tuple(found), stops[0] if stops else None)

    def _stops(self, finding: Finding, trace: Trace, history: Sequence[Finding]) -> bool:
        if self.mode != "enforce":
            return False
        if finding.kind == DIVERGED:
            return True
        epochs = {earlier.epoch for earlier in history if earlier.kind == finding.kind} | {trace.epoch}
        in_a_row = all(trace.epoch - back in epochs for back in range(self.patience))
        return in_a_row and trace.steps > self.grace_epochs * trace.steps_per_epoch


def policy_from_settings(settings: PolicySettings) -> Policy:
    """The policy that a search space asks for.

    Raises:
        PluginError: where a detector or one of its settings is unknown or out of its limits.
    """
    return Policy(settings.mode, settings.grace_epochs, settings.patience, default_detectors(settings.detectors))


def default_detectors(settings: Mapping[str, Mapping[str, Setting]] | None = None) -> tuple[Detector, ...]:
    """Every detector with its defaults; or, where some are named, those alone, with the fields that are set.

    Raises:
        PluginError: where a detector or one of its settings is unknown or out of its limits.
    """
    if not settings:
        return tuple(cls() for cls in detectors)
    return tuple(_configured(detectors.get(name), values) for name, values in settings.items())


def _configured(cls: type[Detector], values: Mapping[str, Setting]) -> Detector:
    fields = declared(cls)
    for name, value in values.items():
        where = f"detectors.{cls.name}.{name}"
        if name not in fields:
            raise PluginError(f"{where} is not a setting{did_you_mean(name, fields)}; there are {sorted(fields)}")
        if not fields[name].limits.contains(value):
            raise PluginError(f"{where} must be within {fields[name].limits}; got {value!r}")
    return cls(**values)
