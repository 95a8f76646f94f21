"""What a plan will come to, before anything starts: its runs, their cost, and the effect that they can detect."""
