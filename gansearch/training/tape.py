"""Notes the operations of a step while it is carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from gansearch.training.operations import Line, Place, Value, leaves, mapped, place_of


class Tape(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes operations as they are carried out.

    Args:
        is_drawn: as for ``program.recorded``.
    """

    def __init__(self, is_drawn: Callable[[Tensor], bool]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.lines: list[Line] = []
        self.written: dict[object, Tensor] = {}
        self.objection: str | None = None
        self._is_drawn = is_drawn
        self._values: dict[Place, Value] = {}
        self._lasting: dict[Place, Tensor] = {}

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """No compiler runs here; asking it to look away would import it, which takes seconds."""
        return False

    def __torch_dispatch__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        result = function(*args, **kwargs)
        is_random = torch.Tag.nondeterministic_seeded in function.tags
        if not (is_random and isinstance(args[0], Tensor) and self._is_drawn(args[0])):
            self.objection = self.objection or _objection(function, args)
            self._note(function, args, kwargs, result)
        return result

    def _note(self, function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> None:
        made = [each if isinstance(each, Tensor) else None for each in leaves(result)]
        given = mapped(args, self._value_of), {name: mapped(each, self._value_of) for name, each in kwargs.items()}
        changes = function._schema.is_mutable
        if changes:
            self._note_written(function, args, kwargs)
        elif function.is_view:
            if not any(isinstance(leaf, Value) for leaf in leaves(given[0])):
                self._lasting.update((place_of(each), each) for each in made if each is not None)
                return
            if all(each is None or place_of(each) in self._values for each in made):
                return
        values = tuple(None if each is None else self._new_value(each) for each in made)
        self.lines.append(Line(function, *given, values, isinstance(result, (tuple, list)), changes))

    def _note_written(self, function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        names = (argument.name for argument in function._schema.arguments)
        named = {**dict(zip(names, args, strict=False)), **kwargs}
        for argument in function._schema.arguments:
            if argument.alias_info is not None and argument.alias_info.is_write and argument.name in named:
                for tensor in leaves(named[argument.name]):
                    if isinstance(tensor, Tensor) and place_of(tensor) in self._lasting:
                        self.written.setdefault(tensor.untyped_storage()._cdata, tensor)

    def _new_value(self, tensor: Tensor) -> Value:
        """A value; what writes in place gives back the one that it was given."""
        place = place_of(tensor)
        known = self._values.get(place)
        if known is not None:
            return known
        is_own = all(place[0] != lasting[0] for lasting in self._lasting)
        value = Value(f"v{len(self._values)}_{len(self.lines)}", tensor, is_own)
        if place not in self._lasting:
            self._values[place] = value
        return value

    def _value_of(self, leaf: Any) -> Any:
        if not isinstance(leaf, Tensor):
            return leaf
        place = place_of(leaf)
        if place in self._values:
            return self._values[place]
        self._lasting[place] = leaf
        return leaf


def _objection(function: Any, args: tuple[Any, ...]) -> str | None:
    """Why a step that calls ``function`` cannot be recorded."""
    if torch.Tag.nondeterministic_seeded in function.tags:
        return f"a step must draw its random numbers from its streams; it calls {function}"
    reads = torch.Tag.data_dependent_output in function.tags
    if function is torch.ops.aten.index.Tensor:
        reads = any(isinstance(leaf, Tensor) and leaf.dtype == torch.bool for leaf in leaves(args[1]))
    elif torch.Tag.dynamic_output_shape in function.tags:
        reads = True
    return f"a step must not depend on numbers that it reads from tensors; it calls {function}" if reads else None
