"""Operations are counted where they were called, those of a backward pass where their forward one was."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from benchmarks.cases import MlpCase
from benchmarks.parts import REST, Event, by_part, part_of, parts
from benchmarks.sides import as_it_stands


@dataclass
class Seen:
    """An event as the profiler gives it."""

    name: str
    cpu_parent: Event | None = None
    self_cpu_time_total: float = 0.0
    sequence_nr: int = -1


def line(path: str, function: str, parent: Event | None = None) -> Seen:
    return Seen(f"gansearch/{path}(7): {function}", parent)


@pytest.mark.parametrize(
    ("operation", "place", "part"),
    [
        ("aten::baddbmm", "gan/layers.py: linear", "products"),
        ("aten::convolution_backward", "", "products"),
        ("aten::mul", "gan/layers.py: linear", "products"),
        ("aten::mul", "gan/layers.py: __call__", "dropout masks"),
        ("aten::ge", "training/streams.py: keep_mask", "dropout masks"),
        ("aten::normal_", "training/seeded_streams.py: normal", "random numbers"),
        ("aten::leaky_relu_backward", "gan/layers.py: elementwise", "activations"),
        ("aten::native_batch_norm", "gan/normalisation.py: batch", "normalisation"),
        ("aten::_fused_adam_", "training/descent/adam.py: update", "optimizer"),
        ("aten::cat", "training/flat.py: gather", "gathering gradients"),
        ("aten::index", "training/batches.py: at", "gathering batches"),
        ("aten::mean", "training/step.py: _generator_signals", "signals"),
        ("aten::softplus", "gan/cross_entropy.py: cross_entropy", "losses"),
        ("aten::cat", "training/step.py: _scores", "other operations"),
        ("aten::add", "", "other operations"),
    ],
)
def test_the_part_of_an_operation(operation: str, place: str, part: str) -> None:
    assert part_of(operation, place) == part


def test_only_operations_own_time_counts() -> None:
    caller = line("training/signals.py", "spread")
    outer = Seen("aten::mean", caller, 3.0)
    inner = Seen("aten::sum", outer, 4.0)

    assert by_part([caller, outer, inner]) == {"signals": 7.0}


def test_random_bytes_of_a_mask_belong_to_the_mask() -> None:
    outer = line("training/streams.py", "keep_mask")
    drawn = Seen("aten::random_", line("training/seeded_streams.py", "words", outer), 5.0)

    assert by_part([drawn]) == {"dropout masks": 5.0}


def test_a_gradients_operation_belongs_to_the_forward_one() -> None:
    forward = Seen("aten::softplus", line("gan/cross_entropy.py", "cross_entropy"), 1.0, sequence_nr=12)
    node = Seen("autograd::engine::evaluate_function: SoftplusBackward0", line("training/step.py", "step"))
    inner = Seen("SoftplusBackward0", node, sequence_nr=12)
    backward = Seen("aten::softplus_backward", inner, 2.0)
    orphan = Seen("aten::add", Seen("AddBackward0", node, sequence_nr=99), 4.0)

    assert by_part([backward, forward, orphan]) == {"losses": 3.0, "other operations": 4.0}


def test_the_parts_of_a_real_step_are_all_found() -> None:
    case = MlpCase(width=32, batch_size=16)
    found = parts(as_it_stands(case, 5).train_epoch, 5)

    expected = {"products", "dropout masks", "activations", "optimizer", "gathering batches", "gathering gradients"}
    assert expected | {"signals", "random numbers", "losses", REST} <= found.keys()
    assert all(ms >= 0 for ms in found.values())
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert found["other operations"] < 0.4 * sum(found.values())
