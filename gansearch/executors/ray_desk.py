"""Where a pack fetches the study's answers. Its process starts beside the trials', so it imports next to nothing."""

from __future__ import annotations

from gansearch.trial.answer import Answer


class Desk:
    """An actor of the driver's: holds the answer to each pack's last reports until the pack fetches it."""

    def __init__(self) -> None:
        self._answers: dict[str, Answer] = {}

    def put(self, pack: str, answer: Answer) -> None:
        """Leave an answer."""
        self._answers[pack] = answer

    def take(self, pack: str) -> Answer:
        """Fetch it; an answer is fetched once."""
        return self._answers.pop(pack)
