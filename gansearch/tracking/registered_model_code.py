"""The model that MLflow loads: draws samples of an exported generator. It runs without gansearch.

MLflow keeps this file beside the exported folder and runs it to load the model, so nothing is pickled.
"""

from __future__ import annotations

import importlib.util
import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel

FOLDER = "generator"
"""Name of the exported folder among the model's artifacts."""


class SampledGenerator(PythonModel):  # type: ignore[misc]
    """Each row of a table asks for ``n`` samples with a ``seed``, of a class ``label`` where the generator has any."""

    def load_context(self, context: Any) -> None:
        """Import the generator's own code, and load its parameters."""
        folder = Path(context.artifacts[FOLDER])
        spec = importlib.util.spec_from_file_location("exported_generator", folder / "generator.py")
        assert spec is not None
        assert spec.loader is not None
        self._code = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self._code)
        self._generator = self._code.load(folder)
        self._config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._lock = threading.Lock()  # draws are made from torch's one global stream

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> Any:
        """Samples [sum of n, *shape] float32 of all rows, one after the other; images in [-1, 1].

        Args:
            context: of MLflow.
            model_input: the columns ``n``, 1 or more, and perhaps ``seed``, 0 unless given, and ``label``.
            params: of MLflow; there are none.

        Raises:
            ValueError: where ``n`` is less than 1, a seed below 0, or there is no such class.
        """
        rows = model_input.to_dict("records")
        with self._lock:
            drawn = [self._drawn(**{str(name): int(value) for name, value in row.items()}) for row in rows]
        return np.concatenate(drawn)

    def _drawn(self, n: int, seed: int = 0, label: int | None = None) -> Any:
        if n < 1 or seed < 0:
            raise ValueError(f"n must be 1 or more and seed 0 or more; got n {n} and seed {seed}")
        if label is None:
            return self._code.sample(n, seed, self._generator).numpy()
        return self._code.sample_classes([label] * n, seed, self._generator).numpy()


set_model(SampledGenerator())
