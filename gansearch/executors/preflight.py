"""What is checked before a study is made or changed: whether what the launch names can be reached at all."""

from __future__ import annotations

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from gansearch.errors import ExecutorError
from gansearch.storage.masking import shown
from gansearch.tracking import check_uri, is_server

CONNECT_S = 5.0
_NAMED = ("auto", "local")
"""Addresses that Ray itself resolves."""


def check_address(address: str | None) -> None:
    """Whether a Ray cluster listens at ``address``; Ray itself would try for minutes.

    Args:
        address: HOST:PORT, ray://HOST:PORT, ``auto``, or None.

    Raises:
        ExecutorError: where the address has another form, or nobody listens there.
    """
    if address is None or address in _NAMED:
        return
    host, port = _host_and_port(address.removeprefix("ray://"))
    if host is None or port is None:
        raise ExecutorError(f"the address of a Ray cluster must be HOST:PORT, ray://HOST:PORT or auto; got {address!r}")
    try:
        socket.create_connection((host, port), CONNECT_S).close()
    except OSError as error:
        raise ExecutorError(
            f"no Ray cluster listens at {address}: {error}; start one with ray start --head, or leave --address out"
        ) from error


def check_tracking(uri: str, say: Callable[[str], None]) -> None:
    """Whether MLflow can use ``uri``; a server that does not answer yet is only told of: the search does not need it.

    Raises:
        TrackingError: where no store of MLflow has such an address.
    """
    check_uri(uri)
    if not is_server(uri):
        return
    parts = urlsplit(uri)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 80), CONNECT_S).close()
    except OSError as error:
        where = shown(uri)
        say(f"MLflow does not answer at {where} ({error}); the search goes on, and what it records is kept for later")


def _host_and_port(text: str) -> tuple[str | None, int | None]:
    try:
        parts = urlsplit(f"//{text}")
        return parts.hostname, parts.port
    except ValueError:
        return None, None
