"""How far a running study has come, told from its folder alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gansearch.curves import Curve, read_curve
from gansearch.errors import StudyNotFoundError
from gansearch.records import TrialIdentity
from gansearch.storage import Storage
from gansearch.storage.place import study_storage
from gansearch.study.study_reader import open_readonly


@dataclass(frozen=True)
class StudyFolder:
    """The folder of the study called ``name``, wherever studies lie."""

    name: str

    @property
    def storage(self) -> Storage:
        """The folder."""
        return study_storage(self.name)

    @property
    def is_study(self) -> bool:
        """Whether there is a whole study, which can be resumed."""
        try:
            open_readonly(self.name, self.storage).close()
        except StudyNotFoundError:
            return False
        return True

    @property
    def evaluations(self) -> int:
        """Evaluations made so far; one that is made again counts once."""
        return sum(path.endswith(".npz") for path in self.storage.list("samples"))

    def over(self, trials: int) -> int:
        """How many of the first ``trials`` trials are over by their records."""
        storage = self.storage
        records = (read_curve(storage, TrialIdentity(self.name, number))[0] for number in range(trials))
        ends = (Curve.of(each).end for each in records)
        return sum(end is not None and end.end.is_final for end in ends)

    def change_of(self, path: str) -> Callable[[], bool]:
        """Tells whether something below ``path`` has changed since this call; of a folder on this machine."""
        before = self._state_of(path)
        return lambda: self._state_of(path) != before

    def _state_of(self, path: str) -> list[tuple[str, int, int]]:
        """Every file and folder with its size and time."""
        root = self.storage.local_path(path)
        assert root is not None
        found = []
        for each in [root, *root.rglob("*")]:
            try:
                stat = each.stat()
            except FileNotFoundError:  # gone since it was listed
                continue
            found.append((str(each), stat.st_size, stat.st_mtime_ns))
        return sorted(found)
