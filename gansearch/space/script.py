"""A user's own training script as a search space holds it: the text itself, so that a study does not need the files.

The standard library alone: workers use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gansearch.records import Setting
from gansearch.storage.checksums import sha256_12

FILE: Final = "script.file"
FUNCTION: Final = "script.function"
HASH: Final = "script.sha256"
FOLDER: Final = "script"
"""Of a study's folder: the files that it keeps."""
PREFIX: Final = "parameters."
"""What the settings of a trial have before the name of a parameter of the script."""


@dataclass(frozen=True)
class Script:
    """What trains in place of the package's own networks."""

    file: str
    """Name of the file that is run."""
    function: str | None
    """The function of it that is called; None where the file is run as a program."""
    sources: Mapping[str, bytes]
    """Content of the file and of the modules that it imports, by name."""

    @property
    def sha256(self) -> str:
        """First 12 hex digits of the SHA-256 over all files."""
        return sources_hash(self.sources)


def sources_hash(sources: Mapping[str, bytes]) -> str:
    """First 12 hex digits of the SHA-256 over names and contents, whatever their order."""
    return sha256_12(
        b"".join(b"%b\0%d\0%b" % (name.encode(), len(sources[name]), sources[name]) for name in sorted(sources))
    )


def is_script(settings: Mapping[str, Setting]) -> bool:
    """Whether a trial with these settings runs a user's own training script."""
    return FILE in settings


def script_parameters(settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """The parameters that a trial gives to its script, by their own names."""
    return {path.removeprefix(PREFIX): value for path, value in settings.items() if path.startswith(PREFIX)}
