"""Commands of gansearch on the head of a Ray cluster, run by its job server: what ``--address http://HEAD:8265`` means.

The head runs the very package that submits: it travels with the job, as do the search space and plug-in files. Whatever
is secret stays in the environment of the head, since anyone who may see a cluster's jobs sees what comes with them.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shlex
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import AuthenticationError
from ray.job_submission import JobDetails, JobStatus, JobSubmissionClient

import gansearch
from gansearch.errors import ExecutorError
from gansearch.storage.masking import shown

STUDY = "gansearch_study"
"""Key of a job's metadata: the study that it drives."""
STORAGE = "gansearch_storage"
"""And where that lies, where it was named."""
ENTRY = "Running entrypoint for job "
"""Begins the last line that Ray itself writes into a job's log."""
SCHEMES = ("http://", "https://")
OVERRIDING = ("RAY_ADDRESS", "RAY_API_SERVER_ADDRESS")
"""Variables that Ray prefers to an address that is given."""
ASKED_AT = "GANSEARCH_ASKED_AT"
"""Environment variable of a job: the address of its job server, as whoever submitted it knows it."""
POLL_S = 0.5
NOISY = (
    "ray.dashboard.modules.dashboard_sdk",
    "ray.dashboard.modules.job.sdk",
    "ray._private.runtime_env.packaging",
)
"""Loggers that tell of every upload and every connection."""


class JobServer:
    """The job server of a cluster.

    Args:
        address: ``http://HOST:PORT`` of the head's dashboard. A token comes from the environment, as Ray reads it.

    Raises:
        ExecutorError: where the address is another, no such server answers, it refuses, or its Ray has another version.
    """

    def __init__(self, address: str) -> None:
        if not address.startswith(SCHEMES):
            raise ExecutorError(
                f"the address must be that of the head's job server, as http://HEAD:8265; got {shown(address)!r}"
            )
        self.shown = shown(address)
        """The address without what is secret in it."""
        for name in NOISY:
            logging.getLogger(name).setLevel(logging.WARNING)
        with self._explained(), _no_other_address():
            self._client = JobSubmissionClient(address)
            theirs = self._client._server_ray_version
        if theirs != ray.__version__:
            raise ExecutorError(
                f"the cluster at {self.shown} must run the Ray of this machine, {ray.__version__}; it runs {theirs}. "
                "Install the same version on one of them"
            )

    def submit(
        self,
        arguments: Sequence[str],
        *,
        files: Mapping[str, bytes],
        study: str | None = None,
        storage: str | None = None,
    ) -> str:
        """Run ``gansearch ARGUMENTS`` on the head, in a folder that holds ``files``.

        Args:
            arguments: of the command line.
            files: content by path.
            study: that the command drives; None where it drives none.
            storage: URL under which it lies; None where the head says.

        Returns:
            The job.

        Raises:
            ExecutorError: where the server refuses, or the command holds a secret.
        """
        if any(shown(word) != word for word in arguments):
            raise ExecutorError(
                "a password must not travel with a job, where others can read it: leave it out of the addresses, and "
                "set it in the environment of the head"
            )
        with tempfile.TemporaryDirectory(prefix="gansearch-job-") as folder, self._explained():
            for path, content in {"README": b"What gansearch was told to run.\n", **files}.items():
                place = Path(folder, path)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            job: str = self._client.submit_job(
                entrypoint=shlex.join(["python", "-m", "gansearch.cli", *arguments]),
                runtime_env={
                    "working_dir": folder,
                    "py_modules": [str(Path(gansearch.__file__).parent)],
                    "excludes": ["__pycache__"],
                    "env_vars": {ASKED_AT: self.shown},
                },
                metadata={key: word for key, word in ((STUDY, study), (STORAGE, storage)) if word is not None},
            )
        return job

    def follow(self, job: str, say: Callable[[str], None]) -> int:
        """Pass on what a job prints until it has ended; its exit status.

        Raises:
            ExecutorError: where the server goes away.
        """
        with self._explained():
            asyncio.run(self._tail(job, say))
            while not (details := self._client.get_job_info(job)).status.is_terminal():
                time.sleep(POLL_S)
        return _exit_status(details)

    def output(self, arguments: Sequence[str]) -> tuple[str, int]:
        """What ``gansearch ARGUMENTS`` prints on the head, and its exit status."""
        job = self.submit(arguments, files={})
        with self._explained():
            while not (details := self._client.get_job_info(job)).status.is_terminal():
                time.sleep(POLL_S)
            return _printed(self._client.get_job_logs(job)), _exit_status(details)

    def jobs(self, study: str) -> list[JobDetails]:
        """The jobs that drive or drove a study, the newest first."""
        with self._explained():
            found = [job for job in self._client.list_jobs() if (job.metadata or {}).get(STUDY) == study]
        return sorted(found, key=lambda job: job.start_time or 0, reverse=True)

    def storage(self, study: str) -> str | None:
        """Where the study lies, as it was said when it was last submitted; None where it was not."""
        found = self.jobs(study)
        return (found[0].metadata or {}).get(STORAGE) if found else None

    def storages(self) -> list[str]:
        """Every place of studies that was named when one was submitted, sorted."""
        with self._explained():
            found = {(job.metadata or {}).get(STORAGE) for job in self._client.list_jobs()}
        return sorted(place for place in found if place is not None)

    def newest(self, study: str) -> str:
        """The job that drives a study, or drove it last.

        Raises:
            ExecutorError: where none did.
        """
        found = self.jobs(study)
        if not found:
            raise ExecutorError(f"no job at {self.shown} has driven a study called {study!r}")
        return str(found[0].submission_id)

    def logs(self, job: str) -> str:
        """What a job has printed so far."""
        with self._explained():
            return _printed(self._client.get_job_logs(job))

    async def _tail(self, job: str, say: Callable[[str], None]) -> None:
        async for lines in self._client.tail_job_logs(job):
            say(lines)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except AuthenticationError as error:
            raise ExecutorError(
                f"the cluster at {self.shown} refuses: it wants a token, and this one is missing or wrong. Set "
                "RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH"
            ) from error
        except (ConnectionError, OSError) as error:
            raise ExecutorError(
                f"no job server of a Ray cluster answers at {self.shown}: {error}; it is the address of the "
                "dashboard, as http://HEAD:8265"
            ) from error
        except RuntimeError as error:
            raise ExecutorError(f"the job server at {self.shown} refuses: {error}") from error


@contextmanager
def _no_other_address() -> Iterator[None]:
    hidden: dict[str, Any] = {name: os.environ.pop(name) for name in OVERRIDING if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _printed(log: str) -> str:
    """What the command printed, without what Ray says before."""
    before, entry, after = log.rpartition(ENTRY)
    return after.partition("\n")[2] if entry else before + after


def _exit_status(details: JobDetails) -> int:
    if details.driver_exit_code is not None:
        return int(details.driver_exit_code)
    return 0 if details.status is JobStatus.SUCCEEDED else 1
