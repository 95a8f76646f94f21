"""A connection to Ray for the length of one launch."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import ray
from ray._private import ray_constants, worker

from gansearch.errors import ExecutorError
from gansearch.executors.cluster_versions import other_versions

# Read by Ray when it starts: its own result files and progress tables are off (ours say more and cost less), and
# Ctrl-C is handled by `interrupt`, which lets trials write their checkpoints.
ENVIRONMENT = {
    "RAY_AIR_NEW_OUTPUT": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",
    "TUNE_WARN_EXCESSIVE_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S": "0",
}
CLUSTERS = ray_constants.ENABLE_RAY_CLUSTERS_ENV_VAR
TOKEN = Path("~/.ray/auth_token")
OWN = "local"
"""Tells Ray to start a cluster of its own: without an address it would join whatever ``/tmp/ray`` names last, which any
user of the machine may have written."""
NOISY = ("ray.tune.execution.tune_controller", "ray.tune.tune", "ray._private.worker")


@contextmanager
def ray_session(address: str | None) -> Iterator[None]:
    """Connect to a cluster, or start one on this machine; what was started is ended again.

    Args:
        address: of a running cluster; None takes ``RAY_ADDRESS`` where that is set, else starts one here.

    Raises:
        ExecutorError: where ``address`` cannot be reached.
    """
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if ray.is_initialized():
        yield
        return
    named = address or os.environ.get("RAY_ADDRESS")
    with nullcontext() if named else _on_loopback():
        yield from _connected(address, named or OWN)


def _connected(address: str | None, target: str) -> Iterator[None]:
    try:
        ray.init(address=target, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    except Exception as error:  # a node that does not come up in time is a bare Exception of Ray's
        where = "on this machine" if address is None else f"at {address!r}"
        unreachable = f"no Ray cluster could be started or joined {where}: {error}; try again later"
        raise ExecutorError(other_versions(str(error), target) or unreachable) from error
    _keep_token_private()
    try:
        with _quiet():
            yield
    finally:
        with _no_collection():
            ray.shutdown()


@contextmanager
def _on_loopback() -> Iterator[None]:
    """Let what Ray starts here answer this machine alone; by itself it listens on every address of the machine.

    Ray has this for the systems on which it has no clusters, as a variable that its processes read and, in this one, a
    constant that was set when it was imported.
    """
    before, was_enabled = os.environ.get(CLUSTERS), ray_constants.ENABLE_RAY_CLUSTER
    os.environ[CLUSTERS], ray_constants.ENABLE_RAY_CLUSTER = "0", False
    try:
        yield
    finally:
        ray_constants.ENABLE_RAY_CLUSTER = was_enabled
        if before is None:
            del os.environ[CLUSTERS]
        else:
            os.environ[CLUSTERS] = before


def _keep_token_private() -> None:
    """Let nobody else read the token that Ray makes for clusters of this user; it writes it as any other file."""
    with suppress(OSError):
        TOKEN.expanduser().chmod(0o600)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Collect garbage now, and not again until the block is left.

    While Ray shuts down, a reference to an object that is freed, in whatever thread, ends the process at once with
    status 1 (https://github.com/ray-project/ray/pull/19115). Garbage that refers to itself is freed by the thread that
    happens to collect it; ours that track and that keep the lease run on meanwhile.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    gc.collect()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out what Ray says of a worker that died, with tracebacks of its own: the driver says it in a line.

    What the cluster's head tells of nodes that died, Ray prints to stdout, whatever ``log_to_driver`` says.
    """
    loggers = [logging.getLogger(name) for name in NOISY]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    printing, worker.print_to_stdstream = worker.print_to_stdstream, lambda *_, **__: None
    try:
        yield
    finally:
        worker.print_to_stdstream = printing
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
