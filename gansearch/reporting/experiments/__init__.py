"""Studies of arms: recorded runs by arm, the hypotheses that were asked of them, and verdicts."""
