"""Which networks of a search space can only be trained in packs of one lane, told before the search starts."""

from __future__ import annotations

from collections.abc import Mapping

from gansearch.dimensions import Choice
from gansearch.gan import Network
from gansearch.records import Setting
from gansearch.space import SearchSpace
from gansearch.space.configuration import resolve

PLAYERS = ("generator", "discriminator")


def single_lane_reasons(space: SearchSpace) -> tuple[str, ...]:
    """Why, a sentence fragment for each such network at its default fields; nothing where packs have one lane anyway.

    Raises:
        PluginError: where a network of the space is unknown.
    """
    if space.resources.lanes == 1 or space.script is not None:
        return ()
    settings = space.settings(space.default_parameters())
    found = [_reason(player, other) for player in PLAYERS for other in _with_each_architecture(space, settings, player)]
    return tuple(dict.fromkeys(reason for reason in found if reason is not None))


def _reason(player: str, settings: Mapping[str, Setting]) -> str | None:
    configuration = resolve(settings)
    network: Network = getattr(configuration, player)
    return network.one_lane_reason(configuration.dataset.geometry)


def _with_each_architecture(
    space: SearchSpace, settings: Mapping[str, Setting], player: str
) -> list[Mapping[str, Setting]]:
    """The default settings, and those with each other architecture of a player; its fields then at their defaults."""
    switch = f"{player}.architecture"
    searched = next((one.dimension for one in space.parameters if one.path == switch), None)
    others = searched.choices if isinstance(searched, Choice) else ()
    rest = {path: value for path, value in settings.items() if not path.startswith(f"{player}.")}
    return [settings, *({**rest, switch: name} for name in others if name != settings.get(switch))]
