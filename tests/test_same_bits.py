"""What the package asks of MKL, so that equal runs have equal bits; tests/training looks at the bits themselves."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(("before", "after"), [(None, "AUTO"), ("COMPATIBLE", "COMPATIBLE")])
def test_mkl_is_reproducible_unless_the_user_chose(before: str | None, after: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "MKL_CBWR"}
    if before is not None:
        environment["MKL_CBWR"] = before
    code = "import os, sys, gansearch; print(os.environ['MKL_CBWR'], 'torch' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.split() == [after, "False"], "before torch is there, whose MKL reads it once"
