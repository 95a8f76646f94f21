"""Turns flat settings into the objects that one lane trains. Needs neither YAML nor pydantic: workers use it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from gansearch.data import datasets
from gansearch.dimensions import Declared, declared
from gansearch.errors import TrainingError
from gansearch.gan import discriminators, generators, losses
from gansearch.gan.sizing import matched
from gansearch.plugins import Plugin, Registry, did_you_mean
from gansearch.records import Setting
from gansearch.space.dimension_values import coerce, rule, text
from gansearch.space.script import FILE, is_script
from gansearch.training import Configuration, TrainingSettings, optimizers
from gansearch.tricks import Trick, tricks

DEFAULTS: Mapping[str, str] = {
    "generator.architecture": "mlp",
    "discriminator.architecture": "mlp",
    "loss.name": "non_saturating",
    "optimizer.generator.name": "adam",
    "optimizer.discriminator.name": "adam",
}
"""What a search space leaves out."""

OFF = "off"
"""The choice of a slot that takes none of its tricks."""

P = TypeVar("P", bound=Plugin)
C = TypeVar("C")


def resolve(settings: Mapping[str, Setting]) -> Configuration:
    """The configuration with these settings; what they leave out is at its default.

    Args:
        settings: flat, as ``{"dataset.name": "mnist", "generator.layers": 3, ...}``.

    Raises:
        PluginError: where a name is unknown.
        TrainingError: where a field is unknown or out of its limits, the data set is not named, or a script trains.
    """
    if is_script(settings):
        raise TrainingError(
            f"the configuration must have networks of gansearch; it is trained by the script {settings[FILE]}, "
            "which has its own and runs within a study alone"
        )
    reader = _Reader(settings)
    dataset = reader.plugin("dataset", "name", datasets)
    generator = reader.plugin("generator", "architecture", generators)
    discriminator = reader.plugin("discriminator", "architecture", discriminators)
    configuration = Configuration(
        dataset=dataset,
        generator=generator,
        discriminator=matched(discriminator, generator, dataset.geometry),
        loss=reader.plugin("loss", "name", losses),
        generator_optimizer=reader.plugin("optimizer.generator", "name", optimizers),
        discriminator_optimizer=reader.plugin("optimizer.discriminator", "name", optimizers),
        tricks=reader.tricks(),
        training=reader.build(TrainingSettings, "training"),
    )
    reader.check_all_read()
    return configuration


def _checked(path: str, value: Setting, said: Declared) -> Setting:
    """``value`` in the field's own type.

    Raises:
        TrainingError: where it is out of the field's limits.
    """
    if value is None and said.optional:
        return None
    fitting = coerce(said.limits, value)
    if not said.limits.contains(fitting):
        raise TrainingError(f"{path} {rule(said.limits)}; got {text(value)}")
    return fitting


class _Reader:
    """Reads flat settings and remembers which it has read."""

    def __init__(self, settings: Mapping[str, Setting]) -> None:
        self._settings = settings
        self._read: set[str] = set()

    def plugin(self, section: str, key: str, registry: Registry[P]) -> P:
        """The plug-in that ``section`` names under ``key``, with its fields."""
        path = f"{section}.{key}"
        name = self._settings.get(path, DEFAULTS.get(path))
        self._read.add(path)
        if not isinstance(name, str):
            raise TrainingError(f"{path} must be one of {list(registry.names())}; got {name!r}")
        return self.build(registry.get(name), section)

    def tricks(self) -> tuple[Trick, ...]:
        """The enabled tricks, sorted by name."""
        enabled = {cls.name: cls for cls in tricks if self._is_on(cls)}
        return tuple(self.build(cls, f"tricks.{name}") for name, cls in sorted(enabled.items()))

    def build(self, cls: type[C], prefix: str) -> C:
        """An object of ``cls`` from the settings under ``prefix``, each checked against its limits."""
        fields: dict[str, Setting] = {}
        for name, said in declared(cls).items():
            path = f"{prefix}.{name}"
            if path not in self._settings:
                continue
            self._read.add(path)
            fields[name] = _checked(path, self._settings[path], said)
        return cls(**fields)

    def check_all_read(self) -> None:
        """Refuse what no plug-in knows."""
        for path in self._settings:
            if path not in self._read:
                near = did_you_mean(path, tuple(self._read))
                raise TrainingError(f"{path} must be a field of a plug-in that is in use; got {path!r}{near}")

    def _is_on(self, cls: type[Trick]) -> bool:
        if cls.slot is None:
            path = f"tricks.{cls.name}.enabled"
            self._read.add(path)
            return self._settings.get(path, False) is True
        path = f"tricks.{cls.slot}"
        self._read.add(path)
        chosen = self._settings.get(path, OFF)
        known = (OFF, *(trick.name for trick in tricks if trick.slot == cls.slot))
        if chosen not in known:
            raise TrainingError(f"{path} must be one of {list(known)}; got {chosen!r}")
        return chosen == cls.name
