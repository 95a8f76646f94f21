"""A machine of the cluster, as its processes see it: with a HOME, a GANSEARCH_HOME and a working folder of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_NOT_HANDED_ON = ("GANSEARCH_", "MLFLOW_", "RAY_", "AWS_", "PG")
"""How variables begin that whoever runs the tests may have set, and that no machine knows of."""


@dataclass(frozen=True)
class Machine:
    """The machine whose files lie in ``folder``; no other machine is told of that folder."""

    folder: Path

    def make(self, token: str) -> Machine:
        """Make its folders, and leave Ray's token where Ray looks for it."""
        for folder in (self.home, self.work):
            folder.mkdir(parents=True)
        self.token.parent.mkdir(mode=0o700)
        self.token.touch(mode=0o600)
        self.token.write_text(token, encoding="ascii")
        return self

    @property
    def home(self) -> Path:
        """HOME."""
        return self.folder / "home"

    @property
    def gansearch_home(self) -> Path:
        """GANSEARCH_HOME, which gansearch makes."""
        return self.folder / "gansearch"

    @property
    def work(self) -> Path:
        """Where its processes start."""
        return self.folder / "work"

    @property
    def token(self) -> Path:
        """Ray's token."""
        return self.home / ".ray" / "auth_token"

    def environment(self, services: Mapping[str, str]) -> dict[str, str]:
        """Of its processes; ``services`` says how to reach what all machines share."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_HANDED_ON)}
        return {
            **own,
            **services,
            "HOME": str(self.home),
            "GANSEARCH_HOME": str(self.gansearch_home),
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN_PATH": str(self.token),
            "OMP_NUM_THREADS": "1",
        }
