"""Graphs of the steps: when each is recorded and replayed, with a list of operations in the place of a CUDA graph.

As on CUDA, what is recorded is not carried out meanwhile, and a replay finds nothing but what the tensors hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

import numpy as np
import pytest
import torch
from torch import Tensor

from gansearch.testing.capture import Operations, lanes_at_once
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.data import TinyImages
from gansearch.training import Lane, Pack
from gansearch.training.recording import WARM_UP, GraphRunner, ProgramRunner
from gansearch.training.step import Step, Variant
from gansearch.tricks.ema import Ema
from gansearch.tricks.r1_penalty import R1Penalty

CUDA = "gansearch.training.recording.torch.cuda"


@dataclass(eq=False)
class Graph:
    """Operations in the place of a CUDA graph."""

    replays: int = 0
    operations: Operations = field(default_factory=Operations)

    def replay(self) -> None:
        self.replays += 1
        with torch.no_grad():
            for operation in self.operations.all:
                operation.again()


@dataclass(eq=False)
class Stream:
    """Waits for nothing, since a CPU has done what it has been told."""

    waited: int = 0

    def wait_stream(self, other: Stream) -> None:
        self.waited += 1


@pytest.fixture
def graphs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Graph]]:
    """Those that have been recorded, in order."""
    made: list[Graph] = []
    changing: list[Callable[[], Sequence[Tensor]]] = []

    @contextmanager
    def record(graph: Graph, *, pool: object, stream: Stream) -> Iterator[None]:
        assert (pool, type(stream)) == ("pool", Stream)
        before = [(tensor, tensor.clone()) for tensor in changing[0]()]
        with graph.operations:
            yield
        made.append(graph)
        for tensor, copy in before:
            tensor.copy_(copy)

    @contextmanager
    def aside(stream: Stream) -> Iterator[None]:
        assert stream.waited == 1, "the stream must wait for what was done before"
        yield
        stream.waited = 0

    original = GraphRunner.__init__

    def noted(self: GraphRunner, step: Step) -> None:
        changing.append(step.changing)
        original(self, step)

    monkeypatch.setattr(GraphRunner, "__init__", noted)
    for name, stand_in in (
        ("Stream", Stream),
        ("current_stream", Stream),
        ("CUDAGraph", Graph),
        ("graph_pool_handle", lambda: "pool"),
        ("graph", record),
        ("stream", aside),
        ("device", nullcontext),
    ):
        monkeypatch.setattr(f"{CUDA}.{name}", stand_in)
    with lanes_at_once():
        yield made


def pack() -> Pack:
    tricks = R1Penalty(every=4), Ema(decay=0.9)
    return Pack(
        [Lane(tiny_configuration(*tricks), seed) for seed in range(3)], TinyImages(train_samples=192).load(None)
    )


def test_a_pack_of_graphs_trains_as_one_of_steps_to_the_bit(graphs: list[Graph]) -> None:
    ordinary, recorded = pack(), pack()
    recorded._run = GraphRunner(recorded._program)

    for _ in range(5):
        assert np.array_equal(ordinary.train_epoch().values, recorded.train_epoch().values)

    for lane in range(3):
        theirs = recorded.lane_state(lane)
        assert theirs.step == 60
        for name, tensor in ordinary.lane_state(lane).tensors.items():
            assert torch.equal(theirs.tensors[name], tensor), name
    assert torch.equal(ordinary.sample(4, averaged=True), recorded.sample(4, averaged=True))
    # Of 12 steps an epoch, 0 measures and is due, 10 measures alone, 4 and 8 are due, and eight are neither.
    assert sorted(graph.replays for graph in graphs) == [count - WARM_UP for count in (5, 5, 10, 40)]


def test_every_variant_warms_up_before_it_is_recorded(graphs: list[Graph]) -> None:
    one = pack()
    runner = GraphRunner(one._program)
    one._start_epoch()
    first, second = Variant(measure=False, due=frozenset()), Variant(measure=True, due=frozenset())

    found = []
    for variant in [first] * WARM_UP + [second] * WARM_UP + [first, second, first]:
        runner(variant)
        one._streams.go_on()
        found.append((len(graphs), sum(graph.replays for graph in graphs)))

    assert found == [(0, 0)] * 2 * WARM_UP + [(1, 1), (2, 2), (2, 3)]
    assert one._program.position.item() == 2 * WARM_UP + 3


def test_the_cpu_records_programs_of_its_own_streams_and_no_graphs() -> None:
    plain = pack()
    with lanes_at_once():
        in_form = pack()

    assert isinstance(plain._run, ProgramRunner)
    assert in_form._run is in_form._program
