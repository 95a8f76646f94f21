"""Optimizers with one learning rate a lane, one file each.

The package is not called ``optimizers``: a submodule would hide the registry of that name in ``gansearch.training``.
"""
