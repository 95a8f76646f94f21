"""What to do where Ray refuses to join a cluster that runs another Ray or Python."""

from __future__ import annotations

import re


def other_versions(error: str, target: str) -> str | None:
    """What differs, and what to do; None where an error of Ray's is not about that.

    Args:
        error: what ``ray.init`` raised.
        target: the address of the cluster.
    """
    found = re.findall(r"Ray: (\S+)\s+Python: (\S+)", error)
    if "Version mismatch" not in error or len(found) != 2:
        return None
    (ray, python), (ray_here, python_here) = found
    wanted = [f"pip install ray=={ray}"] if ray != ray_here else []
    if python != python_here:
        wanted.append(f"an environment with Python {python}")
    return (
        f"the Ray cluster at {target} runs Ray {ray} and Python {python}, and this process Ray {ray_here} and Python "
        f"{python_here}; they must be the same. Launch from where they are ({' and '.join(wanted)}), or as a job, "
        "which runs with the cluster's own: --address http://HEAD:8265"
    )
