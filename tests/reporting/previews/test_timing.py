"""Steps and evaluations timed on this machine; ``test_plan_preview`` times whole plans."""

from __future__ import annotations

from pathlib import Path

import pytest

from gansearch.reporting.previews.planned_runs import Configuration
from gansearch.reporting.previews.timing import UntimedError, measured
from gansearch.space.plan import DetectorSettings
from gansearch.trial.context import TrialContext


def test_what_cannot_be_trained_is_not_timed(tmp_path: Path) -> None:
    context = TrialContext(
        storage_url=str(tmp_path),
        data_dir=None,
        cache_dir=str(tmp_path),
        detectors=DetectorSettings(),
        use_average=True,
        final_evaluation=False,
        plugins=(),
        threads=1,
        device="cpu",
    )
    wrong = Configuration({"dataset.name": "ring", "generator.architecture": "nosuch"}, 1.0)
    with pytest.raises(UntimedError, match=r"cannot be trained: .*nosuch"):
        measured([wrong], context, 1, is_final_due=False)
