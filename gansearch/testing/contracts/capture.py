"""What every step must be, so that an accelerator can record it once and replay it; all of it is shown on a CPU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode

from gansearch.data import Data
from gansearch.testing.capture import Operations, ReplayingRunner, lanes_at_once
from gansearch.testing.data import TinyImages
from gansearch.training import Lane, Pack
from gansearch.training.step import Variant

STEPS = 11
"""Of an epoch: one more than lies between two measurements."""
EPOCHS = 2
LANES = (1, 3, 8)
META = torch.device("meta")


def check_capturable(lanes: Sequence[Lane], *, is_variant: bool = False) -> None:
    """Everything that a recorded program asks of a step.

    Args:
        lanes: eight of one structure, in batches of 16 images of 8 x 8 pixels.
        is_variant: whether another structure of the same parts has passed: then what their operations do is enough.
    """
    data = TinyImages(train_samples=16 * STEPS).load(None)
    with lanes_at_once():
        check_operations(lanes, data)
        check_replay(lanes, data)
        if not is_variant:
            check_launches(lanes, data)
            check_places(lanes, data)
    if not is_variant:
        check_without_numbers(lanes, data)


def check_operations(lanes: Sequence[Lane], data: Data) -> None:
    """After a step for warming up, nothing waits for the device or comes from the host, and all steps are alike."""
    pack = _at_first_step(lanes[:3], data)
    for variant in _variants(pack):
        take_step(pack, variant)
        later = [recorded_step(pack, variant) for _ in range(3)]
        for step in later:
            found = step.obstacles()
            assert not found, f"{_said(lanes)}: the step must not do what cannot be recorded; got {found}"
            changed = _differences(later[0], step)
            assert not changed, f"{_said(lanes)}: every step must have the same operations; these differ: {changed}"
        _rewind(pack)


def check_launches(lanes: Sequence[Lane], data: Data) -> None:
    """The number of operations does not grow with the lanes; one lane may take fewer."""
    counts: list[int] = []
    for count in LANES:
        pack = _at_first_step(lanes[:count], data)
        variant = _variants(pack)[0]
        take_step(pack, variant)
        counts.append(recorded_step(pack, variant).launches)
    one, few, many = counts
    assert one <= few == many, f"{_said(lanes)}: {LANES} lanes must take as many launches; got {counts}"


def check_places(lanes: Sequence[Lane], data: Data) -> None:
    """Whatever lasts from step to step stays where it is in memory."""
    pack = Pack(lanes[:3], data)
    before = _places(pack)
    pack.train_epoch()
    pack._start_epoch()
    take_step(pack, _variants(pack)[0])
    after = _places(pack)
    moved = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    assert not moved, f"{_said(lanes)}: what a step changes must be changed in place; these moved: {moved}"


def check_replay(lanes: Sequence[Lane], data: Data) -> None:
    """Programs that are recorded once and replayed train as the step itself does, to the bit."""
    ordinary, replayed = (_at_first_step(lanes[:3], data) for _ in range(2))
    runner = ReplayingRunner(replayed._program)
    replayed._run = runner
    for _ in range(EPOCHS):
        expected, got = ordinary.train_epoch(), replayed.train_epoch()
        differ = [
            name
            for index, name in enumerate(expected.names)
            if not np.array_equal(expected.values[:, index], got.values[:, index], equal_nan=True)
        ]
        assert not differ, f"{_said(lanes)}: replaying must not differ from running; these signals do: {differ}"
    assert max(runner.runs.values()) > 2, "no step was replayed"
    ours, theirs = ordinary._training.tensors(), replayed._training.tensors()
    differ = [name for name, tensor in ours.items() if not torch.equal(tensor, theirs[name])]
    assert not differ, f"{_said(lanes)}: replaying must not differ from running; these tensors do: {differ}"


def check_without_numbers(lanes: Sequence[Lane], data: Data) -> None:
    """The step runs on tensors that have shapes and no numbers, and mixes nothing from the host with them."""
    mode = FakeTensorMode(allow_non_fake_inputs=True)
    train = replace(
        data.train,
        values=mode.from_tensor(data.train.values.to(META)),
        labels=mode.from_tensor(data.train.labels.to(META)),
    )
    with mode:
        pack = Pack(lanes[:3], replace(data, train=train), device=META)
        pack._start_epoch()
        most = _variants(pack)[0]
        try:
            take_step(pack, most)
            found = recorded_step(pack, most).obstacles()
        except RuntimeError as error:
            raise AssertionError(f"{_said(lanes)}: the step must do without numbers; {error}") from error
        assert not found, f"{_said(lanes)}: the step must keep to its device; got {found}"


def recorded_step(pack: Pack, variant: Variant) -> Operations:
    """What a step of the pack does."""
    operations = Operations()
    with operations:
        take_step(pack, variant)
    return operations


def take_step(pack: Pack, variant: Variant) -> None:
    """Train for one step, as ``Pack.train_epoch`` does."""
    pack._program(variant)
    pack._streams.go_on()


def _at_first_step(lanes: Sequence[Lane], data: Data) -> Pack:
    pack = Pack(lanes, data)
    pack._start_epoch()
    return pack


def _rewind(pack: Pack) -> None:
    pack._program.position.zero_()


def _variants(pack: Pack) -> list[Variant]:
    """The one that does the most, and the one that does the least."""
    everything = frozenset(trick.name for trick, _ in pack._hooks.bound)
    return [Variant(measure=True, due=everything), Variant(measure=False, due=frozenset())]


def _places(pack: Pack) -> dict[str, int]:
    """Where everything lies that a recorded program would read or write again, by name."""
    program, training = pack._program, pack._training
    kept: dict[str, Tensor] = {
        "clock": program.streams.clock,
        "position": program.position,
        "signals": program.signals.told,
        "measurements": program.signals.held,
        "batches": program.batches._orders,
    }
    for name, player in (("generator", training.generator), ("discriminator", training.discriminator)):
        kept |= {f"{name}.{key}": leaf for key, leaf in player.flat.leaves.items()}
        kept |= {f"{name}.gradients": player.flat.gradients, f"{name}.update_ratio": player.update_ratio}
    return {name: tensor.data_ptr() for name, tensor in (kept | training.tensors()).items()}


def _differences(first: Operations, other: Operations) -> list[str]:
    """The operations that two steps do not share, without their numbers."""
    ours, theirs = first.keys(), other.keys()
    if len(ours) != len(theirs):
        return [f"{len(ours)} operations and {len(theirs)}"]
    pairs = zip(ours, theirs, strict=True)
    return [f"{mine} and {its}" for mine, its in pairs if mine != its]


def _said(lanes: Sequence[Lane]) -> str:
    configuration = lanes[0].configuration
    names = [configuration.generator.name, configuration.generator_optimizer.name]
    return " ".join([*names, *(repr(trick) for trick in configuration.tricks)])
