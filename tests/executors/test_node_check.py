"""Nodes that cannot see a study are told before anything is trained."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from ray.cluster_utils import Cluster

from gansearch.errors import ExecutorError
from gansearch.executors.data_places import DataPlaces, Found
from gansearch.executors.node_check import NodeView, _difference, check_nodes
from gansearch.executors.ray_session import ray_session
from gansearch.storage import Storage

HERE = NodeView("3.11.7", "2.15.0", "0.1.0", None)
FACES = DataPlaces(("/data/faces",))
MINE = Found(12, 4_000, "aa")


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

    (tmp_path / "faces").mkdir()  # a disk that every node sees
    check_nodes(Storage(tmp_path), DataPlaces((str(tmp_path / "faces"),)))


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (HERE, None),
        (replace(HERE, python="3.12.1"), "it has Python 3.12.1, and the driver 3.11.7"),
        (replace(HERE, torch="2.14.0"), "it has torch 2.14.0, and the driver 2.15.0"),
        (replace(HERE, package="0.2.0"), "it has gansearch 0.2.0, and the driver 0.1.0"),
        (replace(HERE, problem="s3://b/x cannot be read"), "Studies must lie where every node sees them"),
    ],
)
def test_a_difference_is_named(theirs: NodeView, said: str | None) -> None:
    found = _difference(theirs, HERE)
    assert found is None if said is None else found is not None and said in found


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (MINE, None),
        (None, "it cannot read /data/faces. These data do not go through Ray's object store"),
        (
            Found(10, 3_000, "bb"),
            "it has 10 files of 3,000 bytes in all at /data/faces, and the driver 12 files of 4,000",
        ),
        (
            Found(12, 4_000, "bb"),
            "it has other files at /data/faces than the driver. These data .* copy them to this path",
        ),
    ],
)
def test_data_that_a_node_does_not_have_are_named(theirs: Found | None, said: str | None) -> None:
    found = _difference(replace(HERE, data=(theirs,)), replace(HERE, data=(MINE,)), FACES)
    assert found is None if said is None else found is not None and re.search(said, found)
