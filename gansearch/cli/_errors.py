"""What a user can mend is told in a sentence on stderr, without a traceback; anything else is a bug and keeps it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from gansearch.errors import GansearchError, SpaceError

MENDABLE = 1
"""Exit status of an error that the user can mend; usage errors exit with 2."""
INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells count it: 128 + SIGINT."""


@contextmanager
def without_traceback() -> Iterator[None]:
    """Turn a ``GansearchError`` into a message and exit status 1, and Ctrl-C into 130.

    Raises:
        SystemExit: in both cases.
    """
    try:
        yield
    except GansearchError as error:
        sys.stderr.write(f"{message(error)}\n")
        raise SystemExit(MENDABLE) from None
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


def message(error: GansearchError) -> str:
    """The error as a user reads it: a space's problems one a line with their number, anything else as it is."""
    if isinstance(error, SpaceError):
        count = len(error.problems)
        return f"{error}\n{count} problem{'s' if count != 1 else ''}; nothing was started"
    return f"error: {error}"
