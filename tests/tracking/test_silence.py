from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TWO_THREADS = """
import sys, threading, time
from gansearch.tracking.links import run_links
from gansearch.tracking.silence import quiet_thread

def track():
    with quiet_thread():
        pass

thread = threading.Thread(target=track)
thread.start()
while "mlflow" not in sys.modules:
    time.sleep(0)
assert run_links(sys.argv[1], "digits", pages="http://127.0.0.1:5000") == {}
thread.join()
"""


def test_two_threads_may_need_mlflow_first_at_once(tmp_path: Path) -> None:
    # A resumed study that only lacks its report: the tracker's thread and the driver import MLflow side by side.
    store = tmp_path / "mlflow.db"
    store.touch()
    done = subprocess.run(
        [sys.executable, "-c", TWO_THREADS, f"sqlite:///{store}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
