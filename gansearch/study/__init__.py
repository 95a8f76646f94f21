"""What to try and what became of it: the only Optuna code."""
