"""Whoever joins a cluster of another Ray or Python is told which versions differ, and what to do."""

from __future__ import annotations

import pytest
from ray._private.utils import check_version_info, compute_version_info

from gansearch.executors.cluster_versions import other_versions

RAY, PYTHON = compute_version_info()


def refusal(ray: str, python: str) -> str:
    """What Ray itself says."""
    with pytest.raises(RuntimeError, match="Version mismatch") as raised:
        check_version_info({"ray_version": ray, "python_version": python}, "here", python_version_match_level="patch")
    return str(raised.value)


def test_another_ray_is_named_with_what_to_install() -> None:
    said = other_versions(refusal("2.9.3", PYTHON), "10.0.0.2:6379")
    assert said is not None
    assert said.startswith(
        f"the Ray cluster at 10.0.0.2:6379 runs Ray 2.9.3 and Python {PYTHON}, and this process Ray {RAY}"
    )
    assert "(pip install ray==2.9.3)" in said
    assert said.endswith("or as a job, which runs with the cluster's own: --address http://HEAD:8265")


def test_another_python_is_named() -> None:
    said = other_versions(refusal(RAY, "3.8.1"), "auto")
    assert said is not None
    assert "(an environment with Python 3.8.1)" in said
    both = other_versions(refusal("2.9.3", "3.8.1"), "auto")
    assert both is not None
    assert "(pip install ray==2.9.3 and an environment with Python 3.8.1)" in both


def test_another_error_says_nothing_of_versions() -> None:
    assert other_versions("The current node timed out during startup.", "auto") is None
