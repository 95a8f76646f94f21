"""What a user is told of a trial that could not be measured at the end of a search."""

from __future__ import annotations

from gansearch.records import TrialIdentity


def unmeasured(identity: TrialIdentity, reason: str) -> str:
    """A sentence with the reason, and with what is to be done."""
    how = f"gansearch resume {identity.study} measures what is missing"
    return f"{identity} has not been measured with the samples of the end: {reason}; {how}"
