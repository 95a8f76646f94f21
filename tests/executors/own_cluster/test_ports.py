"""Ports are free, different, and the same as at the last start."""

from __future__ import annotations

import socket

import pytest

from gansearch.errors import ExecutorError
from gansearch.executors.own_cluster import ports
from gansearch.executors.own_cluster.layout import Layout
from gansearch.executors.own_cluster.ports import RANGE, choose_ports, is_free, listens, read_remembered


def test_each_name_has_a_port_of_its_own() -> None:
    names = [str(number) for number in range(50)]

    chosen = choose_ports(names, {})

    assert set(chosen) == set(names)
    assert len(set(chosen.values())) == 50
    assert all(port in RANGE for port in chosen.values())


def test_a_remembered_port_is_taken_again_unless_somebody_has_it() -> None:
    before = choose_ports(["mlflow", "head"], {})
    assert choose_ports(["mlflow", "head", "worker"], before).items() > before.items()

    with socket.create_server(("127.0.0.1", before["head"])):
        assert listens(before["head"])
        assert not is_free(before["head"])
        now = choose_ports(["mlflow", "head"], before)

    assert now["mlflow"] == before["mlflow"]
    assert now["head"] != before["head"]


def test_where_all_are_taken_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda _: False)

    with pytest.raises(ExecutorError, match=r"no free port for mlflow on 127\.0\.0\.1: 2000 of those"):
        choose_ports(["mlflow"], {})


@pytest.mark.parametrize("content", ["", "[1]", '{"mlflow": "x", "head": 80, "worker": true}', "\x00"])
def test_ports_that_are_none_are_forgotten(folder: Layout, content: str) -> None:
    folder.ports.write_text(content)

    assert read_remembered(folder.ports) == {}
