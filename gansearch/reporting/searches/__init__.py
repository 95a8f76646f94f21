"""What replays of recorded searches show: which way to search finds good configurations sooner."""
