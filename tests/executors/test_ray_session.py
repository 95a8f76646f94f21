"""The end of a connection to Ray."""

from __future__ import annotations

import subprocess
import sys

import pytest

GARBAGE = """
import threading
import ray
from gansearch.executors.ray_session import ray_session

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
    for _ in range(3000):
        Circle()
    other.start()
ended.set()
other.join()
print("ended in peace")
"""


@pytest.mark.verify
def test_garbage_that_another_thread_collects_does_not_end_the_process() -> None:
    ended = subprocess.run([sys.executable, "-c", GARBAGE], capture_output=True, text=True, timeout=200, check=False)
    assert (ended.returncode, ended.stdout) == (0, "ended in peace\n"), ended.stderr
