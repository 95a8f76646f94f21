"""Where and when trials run: Ray Tune, this process, or recorded runs on a simulated clock. The only Ray code."""
