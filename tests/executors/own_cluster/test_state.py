"""What was started is kept whole; a file that does not say it is refused."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gansearch.errors import ExecutorError
from gansearch.executors.own_cluster.identity import Identity, identity
from gansearch.executors.own_cluster.layout import Layout
from gansearch.executors.own_cluster.ports import choose_ports
from gansearch.executors.own_cluster.state import Part, State, read_state, write_state

STATE = State(
    database="sqlite",
    database_reason="it was asked for",
    mlflow_database="sqlite:////home/mlflow.db",
    decisions_database="sqlite:////home/decisions.db",
    workers=2,
    num_cpus=1,
    num_gpus=0,
    ray_folder=str(Path(tempfile.gettempdir()) / "gansearch-ray-test"),
    ports={"mlflow": 20_001},
    versions={"ray": "2.60.0"},
    parts=(Part("head", Identity(7, 70), 20_002, "head.log", members=(Identity(8, 80), Identity(9, 90))),),
)


def test_a_state_is_read_as_it_was_written(folder: Layout) -> None:
    write_state(folder.state, STATE)

    assert read_state(folder.state) == STATE


def test_where_nothing_is_up_there_is_none(folder: Layout) -> None:
    assert read_state(folder.state) is None


def test_of_an_earlier_boot_no_process_is_left(folder: Layout) -> None:
    write_state(folder.state, replace(STATE, boot="another"))

    assert read_state(folder.state) == replace(STATE, parts=())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 2}, "its format must be 1; got 2"),
        ({"ray_folder": "/home"}, "ray_folder must be gansearch-ray-* in "),
        ({"workers": "two"}, "at workers: Input should be a valid integer"),
        ({"parts": [{"name": "head"}]}, "at parts.0.process: Field required"),
    ],
)
def test_a_state_that_is_none_is_refused(folder: Layout, change: dict[str, Any], said: str) -> None:
    write_state(folder.state, STATE)
    folder.state.write_text(json.dumps(json.loads(folder.state.read_text()) | change))

    with pytest.raises(ExecutorError, match=r"does not say what was started.*nothing was done") as refused:
        read_state(folder.state)
    assert said in str(refused.value)


def test_half_a_file_is_refused(folder: Layout) -> None:
    write_state(folder.state, STATE)
    folder.state.write_bytes(folder.state.read_bytes()[:-40])

    with pytest.raises(ExecutorError, match="at its beginning: Invalid JSON"):
        read_state(folder.state)


def test_a_part_takes_the_place_of_the_one_of_its_name() -> None:
    (head,) = STATE.parts
    both = STATE.having(replace(head, name="worker-1")).having(replace(head, port=20_003))

    assert [(part.name, part.port) for part in both.parts] == [("head", 20_003), ("worker-1", 20_002)]
    assert both.part("head") == replace(head, port=20_003)
    assert both.without("head").part("head") is None


def test_a_process_that_listens_nowhere_does_not_answer() -> None:
    own = identity(os.getpid())
    assert own is not None

    assert not Part("head", own, choose_ports(["head"], {})["head"], "head.log").answers()
