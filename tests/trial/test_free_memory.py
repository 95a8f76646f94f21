from __future__ import annotations

from pathlib import Path

import pytest

from gansearch.trial.free_memory import free_memory

MIB = 2**20
MEMINFO = f"MemTotal: {64 * 1024} kB\nMemFree: {8 * 1024} kB\nMemAvailable: {32 * 1024} kB\n"


def written(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="ascii")
    return root


def test_this_machine_says_something_sensible() -> None:
    free = free_memory("cpu")
    assert free is None or MIB < free < 2**50


def test_what_the_machine_can_give(tmp_path: Path) -> None:
    assert free_memory("cpu", root=written(tmp_path, {"proc/meminfo": MEMINFO})) == 32 * MIB


def test_a_system_that_does_not_say(tmp_path: Path) -> None:
    assert free_memory("cpu", root=tmp_path) is None


@pytest.mark.parametrize("group", ["/pod/mine", "/"])
def test_the_limits_of_control_groups_of_version_2(tmp_path: Path, group: str) -> None:
    folder = f"sys/fs/cgroup{group}".rstrip("/")
    files = {
        "proc/meminfo": MEMINFO,
        "proc/self/cgroup": f"0::{group}\n",
        f"{folder}/memory.max": f"{16 * MIB}\n",
        f"{folder}/memory.current": f"{10 * MIB}\n",
        f"{folder}/memory.stat": f"anon 1\ninactive_file {3 * MIB}\n",
    }
    assert free_memory("cpu", root=written(tmp_path, files)) == 9 * MIB


def test_a_group_above_binds_too(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "0::/pod/mine\n",
        "sys/fs/cgroup/pod/mine/memory.max": "max\n",
        "sys/fs/cgroup/pod/mine/memory.current": f"{MIB}\n",
        "sys/fs/cgroup/pod/memory.max": f"{4 * MIB}\n",
        "sys/fs/cgroup/pod/memory.current": f"{5 * MIB}\n",
    }
    assert free_memory("cpu", root=written(tmp_path, files)) == 0


def test_the_limits_of_control_groups_of_version_1(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "5:cpu:/a\n4:memory:/mine\n0::/\n",
        "sys/fs/cgroup/memory/mine/memory.limit_in_bytes": f"{8 * MIB}\n",
        "sys/fs/cgroup/memory/mine/memory.usage_in_bytes": f"{2 * MIB}\n",
        "sys/fs/cgroup/memory/mine/memory.stat": f"total_inactive_file {MIB}\n",
    }
    assert free_memory("cpu", root=written(tmp_path, files)) == 7 * MIB
