"""Optimizers with one learning rate a lane, one file each."""
