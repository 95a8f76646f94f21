"""Which browser the pages are looked at with: the system's Chromium, never one that is downloaded."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = f"needs a browser, one of {', '.join(NAMES)}, on PATH; on Debian: apt-get install chromium"
ARGUMENTS = ("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--disable-dev-shm-usage")
"""No name leads anywhere, so that a page that asks for something from elsewhere cannot get it."""


def executable() -> str | None:
    """Path of the browser, or None where the machine has none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def is_required() -> bool:
    """Whether a machine without a browser fails rather than skips: so on CI, where nobody reads what was skipped."""
    return os.environ.get("CI") == "true"
