"""Where and when trials run: Ray Tune, or this process. The only Ray code."""
