"""Which files the cluster of a home consists of: ``$GANSEARCH_HOME/cluster``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gansearch.storage.home import home

LOOPBACK = "127.0.0.1"
"""The one address that every part listens on."""


@dataclass(frozen=True)
class Layout:
    """Where each thing lies; nothing of it need exist yet."""

    folder: Path
    """Absolute."""

    @property
    def state(self) -> Path:
        """What has been started; absent while nothing is."""
        return self.folder / "state.json"

    @property
    def ports(self) -> Path:
        """The ports of the last start, taken again where they are free: studies remember their database's address."""
        return self.folder / "ports.json"

    @property
    def token(self) -> Path:
        """Ray's token, mode 600."""
        return self.folder / "ray_token"

    @property
    def passfile(self) -> Path:
        """PostgreSQL's password, in the form of its own client library, mode 600."""
        return self.folder / "pgpass"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's folder; its data lie in ``data`` below, since it wants that one for itself."""
        return self.folder / "postgres"

    @property
    def mlflow_database(self) -> Path:
        """Runs, where there is no PostgreSQL."""
        return self.folder / "mlflow.db"

    @property
    def decisions_database(self) -> Path:
        """Studies, where there is no PostgreSQL."""
        return self.folder / "decisions.db"

    @property
    def artifacts(self) -> Path:
        """What MLflow's server keeps beside its database."""
        return self.folder / "mlartifacts"

    @property
    def logs(self) -> Path:
        """One file a process, and a folder of Ray's own files for each node that has ended."""
        return self.folder / "logs"

    def log(self, part: str) -> Path:
        """What the part called ``part`` has said."""
        return self.logs / f"{part}.log"

    def make(self) -> None:
        """Make the folders, for their owner alone."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        for folder in (self.folder, self.logs, self.artifacts):
            folder.mkdir(mode=0o700, exist_ok=True)


def layout() -> Layout:
    """That of ``$GANSEARCH_HOME``."""
    return Layout(home() / "cluster")
