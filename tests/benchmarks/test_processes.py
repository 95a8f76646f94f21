"""Processes that train at once, and what becomes of one that fails."""

from __future__ import annotations

import pytest

from benchmarks.cases import RingCase
from benchmarks.processes import Job, WorkerError, Workers
from benchmarks.sides import Setting

TINY = RingCase(width=8, batch_size=16)


def test_a_job_that_fails_leaves_its_process_to_the_next_one() -> None:
    refused, pack = Job(TINY.with_r1(), 5, None, Setting()), Job(TINY, 5, 4, Setting())
    with Workers(1) as workers:
        with pytest.raises(WorkerError, match="ValueError: the ring's peer has neither bfloat16 nor R1"):
            workers.rate(refused, 0.2)
        rate = workers.rate(pack, 0.2)
        (process,) = workers._processes
        process.kill()
        process.join()
        with pytest.raises(WorkerError, match="ended before it answered"):
            workers.rate(pack, 0.2)

    assert 20 < rate < 1e6
    assert not process.is_alive()


def test_a_process_that_is_not_ready_in_time_is_ended() -> None:
    workers = Workers(1, start_up_s=0.0)

    with pytest.raises(WorkerError, match="did not answer within 0 s"):
        workers.__enter__()
    assert not any(process.is_alive() for process in workers._processes)


def test_a_jobs_epoch_says_its_lane_steps() -> None:
    assert Job(TINY, 5, None, Setting()).epoch()[1] == 5
    assert Job(TINY, 5, 3, Setting()).epoch()[1] == 15
