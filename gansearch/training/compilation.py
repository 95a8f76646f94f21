"""A recorded step's operations as one Python function, with what can be spared left out.

Operations that nothing reads are dropped, results are laid over numbers that nobody reads again, and what is only made
to be laid beside others is made where it is to lie. None of it changes a bit of what the step leaves behind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

import torch
from torch import Tensor

from gansearch.training.operations import Line, Value, leaves, place_of

_ATEN: Final = torch.ops.aten
_IN_PLACE: Final[Mapping[Any, Any]] = MappingProxyType(
    {
        _ATEN.add.Tensor: _ATEN.add_.Tensor,
        _ATEN.sub.Tensor: _ATEN.sub_.Tensor,
        _ATEN.mul.Tensor: _ATEN.mul_.Tensor,
        _ATEN.div.Tensor: _ATEN.div_.Tensor,
        _ATEN.neg.default: _ATEN.neg_.default,
        _ATEN.relu.default: _ATEN.relu_.default,
        _ATEN.leaky_relu.default: _ATEN.leaky_relu_.default,
        _ATEN.tanh.default: _ATEN.tanh_.default,
    }
)
"""Operations that can lay their result over their first argument."""
_OUT: Final[Mapping[Any, Any]] = MappingProxyType(
    {_ATEN.bmm.default: _ATEN.bmm.out, _ATEN.sum.dim_IntList: _ATEN.sum.IntList_out}
)
"""Operations that make parts of a gradient, and their forms that make it where they are told to."""


def compiled(lines: Sequence[Line]) -> Callable[[], None]:
    """The lines that matter as one Python function: no table is read and nothing is decided while it runs."""
    kept = _overlaid(_without_dead(_direct(lines)))
    last = {value.name: index for index, line in enumerate(kept) for value in line.values()}
    names = _Names()
    text = ["def program():"]
    for index, line in enumerate(kept):
        text.append(f"    {_targets(line)}{names.call(line)}")
        done = sorted({value.name for value in line.values() if last[value.name] == index})
        if done:
            text.append(f"    {' = '.join(done)} = None")
    exec("\n".join(text), names.space)  # the text is made of names and numbers that this module has given
    # Taken out of its own names, so that what a pack held is free as soon as the pack is.
    run: Callable[[], None] = torch.inference_mode()(names.space.pop("program"))
    return run


def _targets(line: Line) -> str:
    """What stands before the operation in the program's text."""
    if not line.operation._schema.returns:
        return ""
    names = ", ".join("_" if value is None else value.name for value in line.made)
    return f"{names}{',' if line.is_sequence else ''} = "


def _without_dead(lines: Sequence[Line]) -> list[Line]:
    """The lines that change something that was there before, and those whose values they read."""
    needed: set[str] = set()
    kept: list[Line] = []
    for line in reversed(lines):
        if line.changes or any(value is not None and value.name in needed for value in line.made):
            needed.update(value.name for value in line.values())
            kept.append(line)
    return kept[::-1]


def _direct(lines: Sequence[Line]) -> list[Line]:
    """The lines with parts of a concatenation made where they are to lie, in what outlives the step."""
    readers = Counter(value for line in lines for value in {*line.values()} - {*line.made})
    makers = {value: index for index, line in enumerate(lines) for value in line.made if value is not None}
    changed = [[line] for line in lines]
    for index, line in enumerate(lines):
        if line.operation is not _ATEN.cat.out or not isinstance(line.kwargs["out"], Tensor) or line.args[1:] != (1,):
            continue
        changed[index] = []
        for part, slot in _slots(line):
            source = _source(part, lines, makers, readers)
            made = None if source is None else _made_at(lines[source], slot)
            if source is None or made is None or _touched(slot, lines[source + 1 : index]):
                changed[index].append(Line(_ATEN.copy_.default, (slot, part), {}, (None,), False, True))
            else:
                changed[source] = [made]
    return [line for group in changed for line in group]


def _slots(line: Line) -> Iterator[tuple[Any, Tensor]]:
    """What a concatenation lays beside each other, and where."""
    start = 0
    for part in line.args[0]:
        size = (part.tensor if isinstance(part, Value) else part).shape[1]
        yield part, line.kwargs["out"].narrow(1, start, size)
        start += size


def _source(part: Any, lines: Sequence[Line], makers: Mapping[Value, int], readers: Mapping[Value, int]) -> int | None:
    """The line that makes the numbers of ``part``, in their order and for nothing else; None where there is none."""
    count = part.tensor.numel() if isinstance(part, Value) else 0
    while isinstance(part, Value) and readers[part] == 1 and _is_whole(part, count):
        index = makers[part]
        if lines[index].operation in _OUT:
            return index
        if not lines[index].operation.is_view:
            return None
        part = lines[index].args[0]
    return None


def _is_whole(part: Value, count: int) -> bool:
    """Whether all of a value's numbers, and no others, are wanted in their order."""
    return part.tensor.is_contiguous() and part.tensor.numel() == count


def _made_at(line: Line, slot: Tensor) -> Line | None:
    """The line with its result made in the slot, where it has the form of one row a lane."""
    (made,) = line.made
    if made is None or made.tensor.shape[:1] != slot.shape[:1] or made.tensor.dtype != slot.dtype:
        return None
    target = slot.view(slot.shape[0], *made.tensor.shape[1:])
    kwargs = {**line.kwargs, "out": target}
    return replace(line, operation=_OUT[line.operation], kwargs=kwargs, made=(None,), changes=True)


def _touched(lasting: Tensor, lines: Sequence[Line]) -> bool:
    """Whether lines read or write the memory of what outlives the step."""
    storage = lasting.untyped_storage()._cdata
    given = (leaf for line in lines for leaf in leaves((line.args, tuple(line.kwargs.values()))))
    return any(isinstance(leaf, Tensor) and leaf.untyped_storage()._cdata == storage for leaf in given)


def _overlaid(lines: Sequence[Line]) -> list[Line]:
    """The lines with results laid over numbers that no later line reads: what is at hand need not be fetched."""
    last = {value.storage: index for index, line in enumerate(lines) for value in line.values()}
    return [
        replace(line, operation=_IN_PLACE[line.operation]) if _may_overlay(line, index, last) else line
        for index, line in enumerate(lines)
    ]


def _may_overlay(line: Line, index: int, last: Mapping[object, int]) -> bool:
    """Whether a line may lay its result over its first argument."""
    if line.operation not in _IN_PLACE:
        return False
    given, made, others = line.args[0], line.made[0], line.args[1:]
    if not isinstance(given, Value) or made is None or not given.is_own or last[given.storage] != index:
        return False
    if any(isinstance(other, Value) and other.storage == given.storage for other in others):
        return False
    return bool(place_of(given.tensor)[1:] == place_of(made.tensor)[1:])


class _Names:
    """What a program's text calls the tensors, numbers and operations that it uses."""

    def __init__(self) -> None:
        self.space: dict[str, Any] = {}
        self._known: dict[int, str] = {}

    def call(self, line: Line) -> str:
        """The text of one operation."""
        given = [self._text(each) for each in line.args]
        given += [f"{name}={self._text(each)}" for name, each in line.kwargs.items()]
        return f"{self._constant(line.operation._op)}({', '.join(given)})"

    def _text(self, given: Any) -> str:
        if isinstance(given, Value):
            return given.name
        if isinstance(given, (tuple, list)):
            return f"[{', '.join(self._text(each) for each in given)}]"
        if given is None or isinstance(given, (bool, int)):
            return repr(given)
        return self._constant(given)

    def _constant(self, given: Any) -> str:
        name = self._known.setdefault(id(given), f"c{len(self._known)}")
        self.space[name] = given
        return name
