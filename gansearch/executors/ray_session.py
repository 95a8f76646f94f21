"""A connection to Ray for the length of one launch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import ray

from gansearch.errors import ExecutorError

# Read by Ray when it starts: its own result files and progress tables are off (ours say more and cost less), and
# Ctrl-C is handled by `interrupt`, which lets trials write their checkpoints.
ENVIRONMENT = {
    "RAY_AIR_NEW_OUTPUT": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",
    "TUNE_WARN_EXCESSIVE_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S": "0",
}


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
    try:
        ray.init(address=address, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, ValueError) as error:
        raise ExecutorError(f"the Ray cluster at {address!r} cannot be reached: {error}") from error
    try:
        yield
    finally:
        ray.shutdown()
