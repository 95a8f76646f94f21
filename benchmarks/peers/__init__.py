"""The loops that ours is measured against: plain PyTorch, one file each, as its users write it."""
