"""Runs the steps of a pack: as they stand at first, then as programs that are recorded once and replayed.

A GAN's step is hundreds of small operations. On CUDA a host that launches them one by one leaves the device idle most
of the time; a program is then a CUDA graph (as in the guide of ``torch.cuda.graph``). On a CPU what leads to the
operations takes a fifth of the step of a small network; a program is then a straight line of them (``program``).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import torch
from torch import Tensor

from gansearch.errors import TrainingError
from gansearch.training.program import Program, recorded
from gansearch.training.seeded_streams import Drawn, SeededStreams
from gansearch.training.step import Step, Variant

logger = logging.getLogger(__name__)

WARM_UP: Final = 3
"""Steps of a variant before its CUDA graph is recorded: libraries choose their algorithms meanwhile."""

RECORD_AFTER: Final = 50
"""Steps of a variant after which a program for the CPU pays for the time that recording it takes."""


class Runner(Protocol):
    """Carries out steps."""

    def __call__(self, variant: Variant) -> None:
        """Train for one step."""
        ...


class GraphRunner:
    """Records one CUDA graph for each variant of a step and replays it.

    The warm-up trains as well: it is the variant's first steps. A graph holds nothing that a step could not find where
    it left it, so replaying differs from running in nothing but time.
    """

    def __init__(self, step: Step) -> None:
        self._step = step
        self._device = step.position.device
        self._graphs: dict[Variant, torch.cuda.CUDAGraph] = {}
        self._runs: Counter[Variant] = Counter()
        with torch.cuda.device(self._device):
            self._stream: torch.cuda.Stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
            self._pool = torch.cuda.graph_pool_handle()

    def __call__(self, variant: Variant) -> None:
        """As ``Runner``."""
        with torch.cuda.device(self._device):  # streams and graphs are those of the present device
            self._take(variant)

    def _take(self, variant: Variant) -> None:
        if variant in self._graphs:
            self._graphs[variant].replay()
        elif self._runs[variant] < WARM_UP:
            self._runs[variant] += 1
            self._run_aside(variant)
        else:
            self._graphs[variant] = self._recorded(variant)
            self._graphs[variant].replay()

    def _run_aside(self, variant: Variant) -> None:
        """On the stream that will be recorded, whose memory is apart from that of all else."""
        present = torch.cuda.current_stream()
        self._stream.wait_stream(present)
        with torch.cuda.stream(self._stream):
            self._step(variant)
        present.wait_stream(self._stream)

    def _recorded(self, variant: Variant) -> torch.cuda.CUDAGraph:
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool, stream=self._stream):
            self._step(variant)
        return graph


class ProgramRunner:
    """Records one program for each variant of a step that comes often, proves it on another step, and replays it.

    Where a step cannot be recorded, or its program does not do what the step does next, to the bit, the pack's steps
    are run as they stand from then on: a hook then keeps something that the program knows nothing of.
    """

    def __init__(self, step: Step, streams: SeededStreams, record_after: int) -> None:
        self._step = step
        self._streams = streams
        # The first step of a kind makes what the others find where it is: room for its random numbers, say.
        self._record_after = max(2, record_after)
        self._runs: Counter[Variant] = Counter()
        self._unproven: dict[Variant, _Recording] = {}
        self._recordings: dict[Variant, _Recording] = {}
        self._is_recordable = True

    @property
    def variants(self) -> frozenset[Variant]:
        """Those that are replayed."""
        return frozenset(self._recordings)

    def __call__(self, variant: Variant) -> None:
        """As ``Runner``."""
        recording = self._recordings.get(variant)
        if recording is not None:
            self._streams.draw_again(recording.drawn)
            recording.program.run()
            return
        self._runs[variant] += 1
        if variant in self._unproven:
            self._prove(variant, self._unproven.pop(variant))
        elif self._is_recordable and self._runs[variant] >= self._record_after:
            self._record(variant)
        else:
            self._step(variant)

    def _record(self, variant: Variant) -> None:
        """Take the step and note how."""
        changing = self._step.changing()
        try:
            program = recorded(lambda: self._step(variant), self._streams.has_drawn)
        except TrainingError as error:
            self._give_up(str(error))
            return
        own = {tensor.untyped_storage()._cdata for tensor in changing}
        if [id(tensor) for tensor in self._step.changing()] != [id(tensor) for tensor in changing]:
            self._give_up("a trick puts other tensors into its state")
        elif not all(key in own or self._streams.has_drawn(tensor) for key, tensor in program.written.items()):
            self._give_up("a trick changes tensors that are not in its state")
        else:
            self._unproven[variant] = _Recording(program, self._streams.drawn())

    def _prove(self, variant: Variant, recording: _Recording) -> None:
        """Take the step; then take it back, and take it again as the program of an earlier one."""
        changing = self._step.changing()
        before = _Snapshot(changing)
        self._step(variant)
        after = _Snapshot(changing)
        before.restore()
        self._streams.draw_again(recording.drawn)
        try:
            recording.program.run()
        except Exception as error:  # noqa: BLE001 - told; the step itself has been taken, and stays taken
            after.restore()
            self._give_up(f"a recorded one cannot be run: {type(error).__name__}: {error}")
            return
        if after.is_present():
            self._recordings[variant] = recording
        else:
            after.restore()
            self._give_up("a recorded one did not do the same")

    def _give_up(self, reason: str) -> None:
        logger.warning("steps are run as they stand: %s", reason)
        self._is_recordable = False
        self._unproven.clear()
        self._recordings.clear()


@dataclass(frozen=True, eq=False)
class _Recording:
    """A program and the random numbers that it finds drawn."""

    program: Program
    drawn: tuple[Drawn, ...]


class _Snapshot:
    """Copies of tensors at one moment."""

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self._copies = [(tensor, tensor.clone()) for tensor in tensors]

    def restore(self) -> None:
        """Set the tensors to what they were."""
        for tensor, copy in self._copies:
            tensor.copy_(copy)

    def is_present(self) -> bool:
        """Whether the tensors are what they were, to the bit; a NaN equals itself."""
        return all(torch.equal(_bytes(tensor), _bytes(copy)) for tensor, copy in self._copies)


def _bytes(tensor: Tensor) -> Tensor:
    # A copy in order: a single number may have any stride, which a view as bytes refuses.
    return tensor.clone(memory_format=torch.contiguous_format).flatten().view(torch.uint8)


def runner_for(step: Step, record_after: int | None) -> Runner:
    """CUDA graphs where there is CUDA, programs for seeded streams; elsewhere the step as it stands.

    Args:
        step: of a pack.
        record_after: steps of a variant after which a program for the CPU is recorded; None takes what pays.
    """
    if step.position.device.type == "cuda":
        return GraphRunner(step)
    if isinstance(step.streams, SeededStreams):
        return ProgramRunner(step, step.streams, RECORD_AFTER if record_after is None else record_after)
    return step
