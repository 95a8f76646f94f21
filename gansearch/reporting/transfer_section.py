"""What a search took over from another study, where it did."""

from __future__ import annotations

from gansearch.errors import CorruptFileError
from gansearch.reporting.document import Bullets, Section
from gansearch.reporting.wording import plain
from gansearch.storage import Storage
from gansearch.study.transfer_sentences import sentences
from gansearch.study.transferred import read_transferred

TITLE = "What the search began with"


def transfer_section(storage: Storage) -> Section:
    """The configurations of another study that came first; without blocks where there were none.

    Args:
        storage: the study's folder.
    """
    try:
        transferred = read_transferred(storage)
    except CorruptFileError as error:
        return Section(TITLE, [Bullets([f"What it began with cannot be read: {plain(str(error))}."])])
    said = [] if transferred is None else sentences(transferred)
    return Section(TITLE, [Bullets([f"{each[0].upper()}{each[1:]}." for each in said])] if said else [])
