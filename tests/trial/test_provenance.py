from __future__ import annotations

import os
import re

import pytest
import torch

from gansearch.trial import provenance


def test_versions_name_what_a_result_depends_on() -> None:
    found = provenance.versions()
    assert found["torch"] == torch.__version__.partition("+")[0] or found["torch"] == torch.__version__
    assert set(found) == {"python", "gansearch", *provenance.PACKAGES}


def test_the_commit_is_a_hash_or_absent() -> None:
    commit = provenance.commit()
    assert commit is None or re.fullmatch(r"[0-9a-f]{40}\+?", commit)


def test_hardware_names_the_device() -> None:
    assert provenance.hardware("cpu")["device"] == "cpu"
    assert "gpu" not in provenance.hardware("cpu")


@pytest.mark.parametrize("given", ["0", "1,2", ""])
def test_the_place_names_the_gpus_that_are_open_to_the_process(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", given)
    assert provenance.place()["cuda_visible_devices"] == given
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert provenance.place()["cuda_visible_devices"] is None
    assert provenance.place()["pid"] == os.getpid()
