"""Secrets, made once, in files that their owner alone can read; they are never printed and on no command line."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from gansearch.errors import ExecutorError


def ensure_secret(path: Path, form: str = "{}") -> None:
    """Make ``path`` with a new secret of 256 bits in it, or check the one that is there.

    Args:
        path: of the file, whose folder exists.
        form: what the file holds, with ``{}`` in place of the secret.

    Raises:
        ExecutorError: where others may read the file that is there, or it is empty.
    """
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        _check(path)
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(form.format(secrets.token_hex(32)))


def read_secret(path: Path) -> str:
    """What the file holds.

    Raises:
        ExecutorError: where it is absent, or others may read it.
    """
    _check(path)
    return path.read_text(encoding="ascii").strip()


def _check(path: Path) -> None:
    try:
        found = path.stat()
    except FileNotFoundError:
        raise ExecutorError(f"{path} is missing; end the cluster and start it again") from None
    mode = found.st_mode & 0o777
    if mode & 0o077:
        raise ExecutorError(
            f"{path} holds a secret, and only its owner may read it (mode 600); its mode is {mode:o}: "
            f"take it from the others with `chmod 600 {path}`, or remove the file to have a new secret made"
        )
    if found.st_size == 0:
        raise ExecutorError(f"{path} must hold a secret, and is empty; remove the file to have one made")
