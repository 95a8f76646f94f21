"""As many packs run at a time as the nodes hold, now or once the cluster has grown."""

from __future__ import annotations

import math

import pytest
import yaml

from gansearch.errors import ExecutorError
from gansearch.executors.capacity import Growth, NodeType, concurrency, growth_of, packs_on
from gansearch.space.plan import Resources

CLUSTER = """
cluster_name: gans
max_workers: 6
head_node_type: head
available_node_types:
  head: {resources: {CPU: 4}, node_config: {}}
  spot: {resources: {CPU: 8, GPU: 1}, min_workers: 0, max_workers: 4}
  cpus: {resources: {CPU: 16}, max_workers: 4}
  unknown: {node_config: {}}
"""


@pytest.mark.parametrize(
    ("node", "resources", "packs"),
    [
        ({"CPU": 2.0}, Resources(cpu=1), 2),
        ({"CPU": 2.0}, Resources(cpu=3), 0),
        ({"CPU": 0.3}, Resources(cpu=0.1), 3),  # 0.3 / 0.1 is 2.999...
        ({"CPU": 16.0, "GPU": 2.0}, Resources(cpu=1, gpu=0.25), 8),
        ({"CPU": 16.0, "GPU": 2.0}, Resources(cpu=1, gpu=0.4), 4),  # two on each: none lies on both
        ({"CPU": 16.0, "GPU": 4.0}, Resources(cpu=4, gpu=2), 2),
        ({"CPU": 2.0, "GPU": 4.0}, Resources(cpu=1, gpu=1), 2),
        ({"CPU": 16.0}, Resources(cpu=1, gpu=1), 0),
    ],
)
def test_packs_of_a_node(node: dict[str, float], resources: Resources, packs: int) -> None:
    assert packs_on(node, resources) == packs


def test_packs_of_all_nodes() -> None:
    assert concurrency(Resources(cpu=1), [{}, {"CPU": 2.0}, {"CPU": 3.0}]) == 5


def test_a_pack_must_fit_on_one_node() -> None:
    with pytest.raises(
        ExecutorError, match=r"cpu: 2 and gpu: 0 on one node .*; the Ray cluster has 3 CPUs and 0 GPUs on "
    ):
        concurrency(Resources(cpu=2), [{"CPU": 1.0}] * 3)
    with pytest.raises(ExecutorError, match=r"on 1 node\. Where it grows on demand, .*--set resources.concurrent=N$"):
        concurrency(Resources(cpu=1, gpu=1), [{"CPU": 2.0}])


def test_a_cluster_that_grows_counts_as_grown() -> None:
    growth = Growth((NodeType({"CPU": 8.0, "GPU": 1.0}, 4), NodeType({"CPU": 16.0}, 4)), most_workers=6)
    assert concurrency(Resources(cpu=1, gpu=0.5), [{}], growth) == 8
    assert concurrency(Resources(cpu=1), [{}], growth) == 4 * 16 + 2 * 8  # the larger nodes first
    assert concurrency(Resources(cpu=1), [{"CPU": 500.0}], growth) == 500
    with pytest.raises(ExecutorError, match=r"on 1 node, and no type of node that it may add has as much$"):
        concurrency(Resources(cpu=1, gpu=2), [{}], growth)
    assert concurrency(Resources(cpu=1), [{}], Growth((NodeType({"CPU": 8.0}, math.inf),))) == 8


def test_the_file_of_the_cluster_launcher_says_how_far_it_grows() -> None:
    spot, cpus = NodeType({"CPU": 8, "GPU": 1}, 4), NodeType({"CPU": 16}, 4)
    assert growth_of(yaml.safe_load(CLUSTER)) == Growth((spot, cpus), 6)


@pytest.mark.parametrize(
    "said", [None, [], {"max_workers": 2}, {"available_node_types": {"head": {}}, "head_node_type": "head"}]
)
def test_another_file_says_nothing(said: object) -> None:
    assert growth_of(said) is None
