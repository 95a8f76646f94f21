"""Files that say where a study's configurations come from: from a search that it confirms, or from another study.

They are written just before the study is made, so that there is none without them; and what an earlier launch under the
name has left, which failed before there was a study, goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gansearch.storage import Storage

CONFIRMS: Final = "confirms.json"
TRANSFER: Final = "transfer.json"
NAMES: Final = (CONFIRMS, TRANSFER)


def keep(storage: Storage, files: Mapping[str, bytes]) -> None:
    """Keep these of ``NAMES`` in the study's folder, and no others.

    Raises:
        StorageError: where they cannot be written.
    """
    for name in NAMES:
        if name in files:
            storage.write(name, files[name])
        elif storage.exists(name):
            storage.delete(name)
