"""A database server that goes away and comes back is waited for."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from gansearch.study import reconnecting
from gansearch.study.reconnecting import connect, is_server, keep_trying


class Server:
    """A dialect whose server does not answer for some calls."""

    loaded_dbapi = SimpleNamespace(OperationalError=sqlite3.OperationalError)

    def __init__(self, refusals: int) -> None:
        self.calls = 0
        self._refusals = refusals

    def connect(self, *arguments: Any, **options: Any) -> tuple[Any, Any]:
        self.calls += 1
        if self.calls <= self._refusals:
            raise sqlite3.OperationalError("connection refused")
        return arguments, options


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconnecting, "AGAIN_S", 0.001)


def test_a_connection_is_tried_until_the_server_answers() -> None:
    server = Server(refusals=3)
    assert connect(server, None, ("somewhere",), {"user": "somebody"}) == (("somewhere",), {"user": "somebody"})
    assert server.calls == 4


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconnecting, "PATIENCE_S", 0.02)
    with pytest.raises(sqlite3.OperationalError, match="connection refused"):
        connect(Server(refusals=10**9), None, (), {})


def test_further_connections_of_an_engine_are_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/one.db")
    keep_trying(engine)
    real, calls = engine.dialect.connect, []

    def refusing_once(*arguments: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise sqlite3.OperationalError("the database system is starting up")
        return real(*arguments, **options)

    monkeypatch.setattr(engine.dialect, "connect", refusing_once)
    with engine.connect() as connection:
        assert connection.execute(text("select 1")).scalar() == 1
    assert len(calls) == 2
    engine.dispose()


def test_only_servers_are_restarted() -> None:
    assert is_server("postgresql+psycopg://somebody@host/name")
    assert not is_server("sqlite:////somewhere/one.db")
