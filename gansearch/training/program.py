"""A step as a straight line of operations: recorded once while it runs, then carried out without what led to them.

On a CPU a third of a small step is not arithmetic but bookkeeping: the automatic gradient, the hooks, views of tensors
that never move. The operations that reach torch's dispatcher are the same at every step, so they are noted with the
tensors that they were given. A tensor that an operation of the step made is made anew each time; any other one is taken
as it is: the pack's state, its data, the random numbers of the step, all of which stay where they are in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from gansearch.errors import TrainingError

Place: TypeAlias = tuple[object, ...]

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


@dataclass(frozen=True, eq=False)
class Program:
    """What a step did, to be done again."""

    run: Callable[[], None]
    written: Mapping[object, Tensor]
    """The tensors that outlive the step and that it changes, one of each storage."""


def recorded(step: Callable[[], None], is_drawn: Callable[[Tensor], bool]) -> Program:
    """Carry out ``step`` and return it as a program that does the same to what it finds.

    Args:
        step: reads and changes tensors that outlive it; which operations it takes must not depend on their numbers.
        is_drawn: whether random numbers are written into this tensor from outside before each run; drawing them is
            then no part of the program.

    Raises:
        TrainingError: where the step reads a number from a tensor, or draws random numbers of its own. The step itself
            has been carried out.
    """
    tape = _Tape(is_drawn)
    with tape:
        step()
    if tape.objection is not None:
        raise TrainingError(tape.objection)
    return Program(_compiled(tape.lines), tape.written)


@dataclass(frozen=True, eq=False)
class _Value:
    """What an operation of the step has made."""

    name: str
    tensor: Tensor
    """Kept while recording, so that nothing else comes to lie in its place."""
    is_own: bool
    """Whether it lies in memory of the step's own, not in what outlives it."""

    @property
    def storage(self) -> object:
        """What it shares with its views."""
        return self.tensor.untyped_storage()._cdata


@dataclass(frozen=True, eq=False)
class _Line:
    """One operation; tensors that the step made stand as values among its arguments."""

    operation: Any
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    made: tuple[_Value | None, ...]
    """What it returns; None for what is no tensor."""
    is_sequence: bool
    """Whether it returns several things, or a list."""
    changes: bool
    """Whether it writes into memory that was there before."""

    def values(self) -> Iterator[_Value]:
        """Everything that it makes or reads."""
        given = (self.made, self.args, tuple(self.kwargs.values()))
        yield from (leaf for leaf in _leaves(given) if isinstance(leaf, _Value))


class _Tape(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes operations as they are carried out."""

    def __init__(self, is_drawn: Callable[[Tensor], bool]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.lines: list[_Line] = []
        self.written: dict[object, Tensor] = {}
        self.objection: str | None = None
        self._is_drawn = is_drawn
        self._values: dict[Place, _Value] = {}
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
        if not (is_random and self._is_drawn(args[0])):
            self.objection = self.objection or _objection(function, args)
            self._note(function, args, kwargs, result)
        return result

    def _note(self, function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> None:
        made = [each if isinstance(each, Tensor) else None for each in _leaves(result)]
        given = _mapped(args, self._value_of), {name: _mapped(each, self._value_of) for name, each in kwargs.items()}
        changes = function._schema.is_mutable
        if changes:
            self._note_written(function, args, kwargs)
        elif function.is_view:
            if not any(isinstance(leaf, _Value) for leaf in _leaves(given[0])):
                self._lasting.update((_place(each), each) for each in made if each is not None)
                return
            if all(each is None or _place(each) in self._values for each in made):
                return
        values = tuple(None if each is None else self._new_value(each) for each in made)
        self.lines.append(_Line(function, *given, values, isinstance(result, (tuple, list)), changes))

    def _note_written(self, function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        names = (argument.name for argument in function._schema.arguments)
        named = {**dict(zip(names, args, strict=False)), **kwargs}
        for argument in function._schema.arguments:
            if argument.alias_info is not None and argument.alias_info.is_write and argument.name in named:
                for tensor in _leaves(named[argument.name]):
                    if isinstance(tensor, Tensor) and _place(tensor) in self._lasting:
                        self.written.setdefault(tensor.untyped_storage()._cdata, tensor)

    def _new_value(self, tensor: Tensor) -> _Value:
        """A value; what writes in place gives back the one that it was given."""
        place = _place(tensor)
        known = self._values.get(place)
        if known is not None:
            return known
        is_own = all(place[0] != lasting[0] for lasting in self._lasting)
        value = _Value(f"v{len(self._values)}_{len(self.lines)}", tensor, is_own)
        if place not in self._lasting:
            self._values[place] = value
        return value

    def _value_of(self, leaf: Any) -> Any:
        if not isinstance(leaf, Tensor):
            return leaf
        place = _place(leaf)
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
        reads = any(isinstance(leaf, Tensor) and leaf.dtype == torch.bool for leaf in _leaves(args[1]))
    elif torch.Tag.dynamic_output_shape in function.tags:
        reads = True
    return f"a step must not depend on numbers that it reads from tensors; it calls {function}" if reads else None


def _place(tensor: Tensor) -> Place:
    """Where and how a tensor lies in memory."""
    storage = tensor.untyped_storage()._cdata
    return storage, tensor.storage_offset(), tensor.shape, tensor.stride(), tensor.dtype


def _leaves(given: Any) -> Iterator[Any]:
    if isinstance(given, (tuple, list)):
        for each in given:
            yield from _leaves(each)
    else:
        yield given


def _mapped(given: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(given, (tuple, list)):
        return type(given)(_mapped(each, change) for each in given)
    return change(given)


def _compiled(lines: Sequence[_Line]) -> Callable[[], None]:
    """The lines that matter as one Python function: no table is read and nothing is decided while it runs."""
    kept = _in_place(_without_dead(lines))
    last = {value.name: index for index, line in enumerate(kept) for value in line.values()}
    names = _Names()
    text = ["def program():"]
    for index, line in enumerate(kept):
        text.append(f"    {_targets(line)}{names.call(line)}")
        done = sorted({value.name for value in line.values() if last[value.name] == index})
        if done:
            text.append(f"    {' = '.join(done)} = None")
    exec("\n".join(text), names.space)  # the text is made of names and numbers that this module has given
    run: Callable[[], None] = torch.inference_mode()(names.space["program"])
    return run


def _targets(line: _Line) -> str:
    """What stands before the operation in the program's text."""
    if not line.operation._schema.returns:
        return ""
    names = ", ".join("_" if value is None else value.name for value in line.made)
    return f"{names}{',' if line.is_sequence else ''} = "


def _without_dead(lines: Sequence[_Line]) -> list[_Line]:
    """The lines that change something that was there before, and those whose values they read."""
    needed: set[str] = set()
    kept: list[_Line] = []
    for line in reversed(lines):
        if line.changes or any(value is not None and value.name in needed for value in line.made):
            needed.update(value.name for value in line.values())
            kept.append(line)
    return kept[::-1]


def _in_place(lines: Sequence[_Line]) -> list[_Line]:
    """The lines with results laid over numbers that no later line reads: what is at hand need not be fetched."""
    last = {value.storage: index for index, line in enumerate(lines) for value in line.values()}
    return [
        replace(line, operation=_IN_PLACE[line.operation]) if _may_overlay(line, index, last) else line
        for index, line in enumerate(lines)
    ]


def _may_overlay(line: _Line, index: int, last: Mapping[object, int]) -> bool:
    """Whether a line may lay its result over its first argument."""
    if line.operation not in _IN_PLACE:
        return False
    given, made, others = line.args[0], line.made[0], line.args[1:]
    if not isinstance(given, _Value) or made is None or not given.is_own or last[given.storage] != index:
        return False
    if any(isinstance(other, _Value) and other.storage == given.storage for other in others):
        return False
    return _place(given.tensor)[1:] == _place(made.tensor)[1:]


class _Names:
    """What a program's text calls the tensors, numbers and operations that it uses."""

    def __init__(self) -> None:
        self.space: dict[str, Any] = {}
        self._known: dict[int, str] = {}

    def call(self, line: _Line) -> str:
        """The text of one operation."""
        given = [self._text(each) for each in line.args]
        given += [f"{name}={self._text(each)}" for name, each in line.kwargs.items()]
        return f"{self._constant(line.operation._op)}({', '.join(given)})"

    def _text(self, given: Any) -> str:
        if isinstance(given, _Value):
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
