"""Nodes that cannot see a study are told before anything is trained."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ray.cluster_utils import Cluster

from gansearch.errors import ExecutorError
from gansearch.executors.node_check import NodeView, _difference, check_nodes
from gansearch.executors.ray_session import ray_session
from gansearch.storage import Storage

HERE = NodeView("3.11.7", "2.15.0", None)


@pytest.fixture
def two_nodes() -> Iterator[None]:
    """This process is a driver on the first."""
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    cluster.add_node(num_cpus=1)
    try:
        with ray_session(cluster.address):
            yield
    finally:
        cluster.shutdown()


@pytest.mark.verify
@pytest.mark.usefixtures("two_nodes")
def test_every_node_must_see_the_study(tmp_path: Path) -> None:
    check_nodes(Storage(tmp_path))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]

    unshared = Storage("memory://of-this-process/rings")
    with pytest.raises(ExecutorError, match=r"trials cannot be run on .*: memory://of-this-process/rings/preflight/"):
        check_nodes(unshared)
    assert unshared.list() == []


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (HERE, None),
        (NodeView("3.12.1", "2.15.0", None), "it has Python 3.12.1, and the driver 3.11.7"),
        (NodeView("3.11.7", "2.14.0", None), "it has torch 2.14.0, and the driver 2.15.0"),
        (NodeView("3.11.7", "2.15.0", "s3://b/x cannot be read"), "Studies must lie where every node sees them"),
    ],
)
def test_a_difference_is_named(theirs: NodeView, said: str | None) -> None:
    found = _difference(theirs, HERE)
    assert found is None if said is None else found is not None and said in found
