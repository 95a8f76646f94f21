"""The stopping policy: detectors say what they see, the policy alone decides whether a trial ends."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from gansearch.detectors._base import Detector, Mode, Trace, detectors
from gansearch.dimensions import declared
from gansearch.errors import PluginError
from gansearch.plugins import did_you_mean
from gansearch.records import Finding, Setting

__all__ = [
    "DIVERGED",
    "Combine",
    "Mode",
    "Policy",
    "Verdict",
    "default_detectors",
    "mode_of_finding",
    "policy_from_settings",
]

DIVERGED = "diverged"
"""The one kind that needs neither grace nor patience: nothing recovers from a non-finite number."""

Combine: TypeAlias = Literal["any", "all"] | int
"""How many detectors must agree: any one of them; all that watch for one kind; or so many, of whatever kinds."""


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
        """Checks in a row that must have a finding of a kind before it counts."""
        ...

    @property
    def combine(self) -> Combine:
        """How many detectors must agree."""
        ...

    @property
    def kinds(self) -> Mapping[str, Mode]:
        """Modes of single kinds; of the others their detectors say it."""
        ...

    @property
    def audit(self) -> float:
        """Share, in [0, 1], of the trials to be stopped that go on to their end."""
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
    would_stop: Finding | None = None
    """The finding for which it had to end if the mode were ``enforce``; ``stop`` itself where it is."""
    in_shadow: Finding | None = None
    """Where that is None, the finding of a kind in shadow mode for which it had to end if such kinds were enforced."""


@dataclass(frozen=True)
class Policy:
    """Decides from the trace and from earlier findings alone: no state of its own is lost with a worker.

    Checks are made at the end of each epoch. What a detector finds counts once more than ``grace_epochs`` have passed
    and each of the last ``patience`` epochs (this one counted) has a finding of its kind. The trial ends when enough
    detectors whose kinds are enforced find something that counts: see ``combine``.
    """

    mode: Mode
    grace_epochs: float
    patience: int
    detectors: tuple[Detector, ...]
    combine: Combine = "any"
    kinds: Mapping[str, Mode] = field(default_factory=dict)
    audit: float = 0.0

    def decide(self, trace: Trace, history: Sequence[Finding]) -> Verdict:
        """What the detectors see now, and whether the trial must end.

        Args:
            trace: everything known so far.
            history: findings of earlier checks, in any order.
        """
        if self.mode == "off":
            return Verdict((), None)
        watching = [detector for detector in self.detectors if self.mode_of(detector) != "off"]
        found = [finding for detector in watching if (finding := detector.check(trace)) is not None]
        called = self._calling(found, trace, history, ("enforce",))
        if called:
            return Verdict(tuple(found), called[0] if self.mode == "enforce" else None, called[0])
        doubted = {detector.name for detector in watching if self.mode_of(detector) == "shadow"}
        agreed = self._calling(found, trace, history, ("enforce", "shadow"))
        return Verdict(tuple(found), None, None, next((each for each in agreed if each.detector in doubted), None))

    def mode_of(self, detector: Detector) -> Mode:
        """What findings of a detector do, but for ``mode``, which bounds it."""
        return self.kinds.get(detector.kind, detector.default_mode)

    def calls_for(self, finding: Finding) -> bool:
        """Whether findings like this one end a trial where the mode is ``enforce``, their kind not being in shadow."""
        enforced = {detector.name for detector in self.detectors if self.mode_of(detector) == "enforce"}
        return finding.kind == DIVERGED or finding.detector in enforced

    def spares(self, seed: int) -> bool:
        """Whether a trial of this seed goes on to its end though detectors stop it: ``audit`` of them do.

        It follows from the seed alone, so that a trial that is begun again is treated as before.
        """
        digest = hashlib.sha256(f"{seed}:audit".encode()).digest()
        return int.from_bytes(digest[:8], "big") < self.audit * 2**64

    def _calling(
        self, found: Sequence[Finding], trace: Trace, history: Sequence[Finding], modes: Sequence[Mode]
    ) -> list[Finding]:
        """The findings that together call for the end if kinds of these modes are enforced; empty where none do."""
        # A diverged run is diverged whatever else is seen in it.
        diverged = [finding for finding in found if finding.kind == DIVERGED]
        if diverged or not found or trace.steps <= self.grace_epochs * trace.steps_per_epoch:
            return diverged
        heard = [each for each in self.detectors if self.mode_of(each) in modes and each.kind != DIVERGED]
        names = {each.name for each in heard}
        agreed = [each for each in found if each.detector in names and self._is_patient(each, trace, history)]
        if self.combine == "all":
            watch = {kind: sum(each.kind == kind for each in heard) for kind in {each.kind for each in agreed}}
            return [each for each in agreed if sum(one.kind == each.kind for one in agreed) == watch[each.kind]]
        return agreed if len(agreed) >= (1 if self.combine == "any" else self.combine) else []

    def _is_patient(self, finding: Finding, trace: Trace, history: Sequence[Finding]) -> bool:
        epochs = {earlier.epoch for earlier in history if earlier.kind == finding.kind} | {trace.epoch}
        return all(trace.epoch - back in epochs for back in range(self.patience))


def mode_of_finding(finding: Finding, kinds: Mapping[str, Mode]) -> Mode:
    """What findings like this one do in a study, but for its ``mode``.

    Args:
        finding: of any detector; of one that this process does not know, as ``enforce``, which most are.
        kinds: the modes of single kinds that the study sets.
    """
    if finding.kind in kinds or finding.detector not in detectors.names():
        return kinds.get(finding.kind, "enforce")
    return detectors.get(finding.detector).default_mode


def policy_from_settings(settings: PolicySettings) -> Policy:
    """The policy that a search space asks for.

    Raises:
        PluginError: where a detector or one of its settings is unknown or out of its limits.
    """
    return Policy(
        settings.mode,
        settings.grace_epochs,
        settings.patience,
        default_detectors(settings.detectors),
        settings.combine,
        settings.kinds,
        settings.audit,
    )


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
