"""The end of a connection to Ray."""

from __future__ import annotations

import subprocess
import sys

import pytest

GARBAGE = """
import os
import threading
import ray
from gansearch.executors.ray_session import TOKEN, ray_session

class Circle:
    '''Garbage that only a collection frees, with a reference to an object of Ray's.'''
    def __init__(self):
        self.me = self
        self.reference = ray.put(None)

def collect():
    while not ended.is_set():
        circles = [[] for _ in range(100)]
        for circle in circles:
            circle.append(circle)

ended = threading.Event()
other = threading.Thread(target=collect)
with ray_session(None):
    print({node["NodeManagerAddress"] for node in ray.nodes()}, ray.get_runtime_context().gcs_address.split(":")[0])
    for _ in range(3000):
        Circle()
    other.start()
ended.set()
other.join()
print(oct(TOKEN.expanduser().stat().st_mode & 0o777))
print(os.environ.get("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"), "ended in peace")
"""
SAID = "{'127.0.0.1'} 127.0.0.1\n0o600\nNone ended in peace\n"
"""It listens on loopback alone, and what that takes is undone."""


@pytest.mark.verify
def test_garbage_that_another_thread_collects_does_not_end_the_process_and_nobody_else_reaches_it() -> None:
    ended = subprocess.run([sys.executable, "-c", GARBAGE], capture_output=True, text=True, timeout=200, check=False)
    assert (ended.returncode, ended.stdout) == (0, SAID), ended.stderr
