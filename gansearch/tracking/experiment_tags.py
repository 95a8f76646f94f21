"""The tags of an experiment: the note on its page, unless somebody has written one of their own."""

from __future__ import annotations

from collections.abc import Mapping

from gansearch.storage.checksums import sha256_12

NOTE = "mlflow.note.content"
DIGEST = "gansearch.note"
"""Tag: a hash of the note as it was written last, which tells whether somebody has changed it since."""


def experiment_tags(note: str, known: Mapping[str, str]) -> dict[str, str]:
    """The tags that an experiment has to be given.

    Args:
        note: markdown.
        known: the tags that it has. A note that is not ours is left as it is.
    """
    shown = known.get(NOTE)
    is_ours = not shown or sha256_12(shown.encode()) == known.get(DIGEST)
    return {NOTE: note, DIGEST: sha256_12(note.encode())} if is_ours and shown != note else {}
