"""Where a study is shown: the store, the experiment, and the place of its artifacts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gansearch.tracking.location import artifact_location
from gansearch.tracking.location import artifact_root as default_root


@dataclass(frozen=True)
class Experiment:
    """The MLflow experiment of one study."""

    uri: str
    """Of the tracking store or server."""
    study: str
    """Name of the study and of its experiment."""
    artifact_root: str | Path | None = None
    """Where the artifacts of all studies lie, a folder or a URL; None for ``mlartifacts`` in GANSEARCH_HOME. A server
    decides for itself."""
    study_id: str | None = None
    """What tells this study from an earlier one of the same name, or None; part of what finds a run again."""

    @property
    def artifact_location(self) -> str | None:
        """Where the study's artifacts go, or None where a server decides that itself."""
        root = default_root() if self.artifact_root is None else self.artifact_root
        return artifact_location(self.uri, root.resolve().as_uri() if isinstance(root, Path) else root, self.study)
