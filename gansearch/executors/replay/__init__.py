"""Recorded runs on a simulated clock: a search over a complete grid in seconds, with the study's own code."""
