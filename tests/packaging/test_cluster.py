"""cluster.yaml is valid for Ray's cluster launcher and fits the rest of the package."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import ray.autoscaler
import yaml

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "cluster.yaml").read_text(encoding="utf-8")


@pytest.fixture(name="cluster")
def _cluster() -> dict[str, Any]:
    loaded = yaml.safe_load(TEXT)
    assert isinstance(loaded, dict)
    return loaded


def ray_schema() -> Any:
    return json.loads((Path(ray.autoscaler.__file__).parent / "ray-schema.json").read_text(encoding="utf-8"))


def test_it_fulfils_rays_own_schema(cluster: dict[str, Any]) -> None:
    jsonschema.validate(cluster, ray_schema())


def test_the_schema_refuses_an_unknown_key(cluster: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError, match="max_wrokers"):
        jsonschema.validate(cluster | {"max_wrokers": 2}, ray_schema())


def test_the_head_runs_no_trials_and_workers_come_and_go(cluster: dict[str, Any]) -> None:
    types = cluster["available_node_types"]
    head = types.pop(cluster["head_node_type"])

    assert head["resources"] == {"CPU": 0, "GPU": 0}
    assert types
    for worker in types.values():
        assert worker["min_workers"] == 0
        assert 0 < worker["max_workers"] <= cluster["max_workers"]


def test_nodes_have_the_ray_and_the_python_that_are_pinned(cluster: dict[str, Any]) -> None:
    (pinned,) = re.findall(r"^ray==(\S+)$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)

    for image in (cluster["docker"]["image"], cluster["docker"]["head_image"]):
        assert image.startswith(f"rayproject/ray:{pinned}-py311")


def test_it_installs_the_pinned_versions(cluster: dict[str, Any]) -> None:
    assert any("--constraint constraints.txt" in command for command in cluster["setup_commands"])


def test_it_holds_no_secret() -> None:
    found = re.findall(r"AKIA[0-9A-Z]{12,}|secret\w*:|password|token|BEGIN [A-Z ]*PRIVATE KEY", TEXT)

    assert found == []


def test_what_a_user_must_choose_is_marked() -> None:
    for line in TEXT.splitlines():
        if re.match(r"\s*(region|InstanceType):", line):
            assert "CHOOSE" in line
