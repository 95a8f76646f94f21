"""What the processes of one machine are told, and what they are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster.machine import Machine


def test_a_machine_has_its_own_homes_and_nothing_of_the_callers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANSEARCH_STORAGE", "s3://elsewhere")
    monkeypatch.setenv("RAY_ADDRESS", "elsewhere:6379")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://elsewhere")
    one, other = (Machine(tmp_path / name).make("0" * 64) for name in ("one", "other"))
    said = one.environment({"AWS_ENDPOINT_URL": "http://127.0.0.1:9000"})
    assert said["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9000"
    assert not {"GANSEARCH_STORAGE", "RAY_ADDRESS"} & said.keys()
    assert said["HOME"] != other.environment({})["HOME"]
    assert said["GANSEARCH_HOME"] != other.environment({})["GANSEARCH_HOME"]
    token = Path(said["RAY_AUTH_TOKEN_PATH"])
    assert token.is_relative_to(one.home)
    assert token.read_text(encoding="ascii") == "0" * 64
    assert token.stat().st_mode & 0o777 == 0o600
