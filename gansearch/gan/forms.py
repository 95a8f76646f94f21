"""Which form an operation takes: lane by lane on a CPU, all lanes at once on any other device.

An accelerator wants few large launches, whose number does not grow with the lanes. A CPU is faster lane by lane, and a
lane's bits are then those that it has alone.
"""

from __future__ import annotations

import torch


def takes_lanes_at_once(device: torch.device) -> bool:
    """Whether operations that have both forms take all lanes at once on a device."""
    return device.type != "cpu"
