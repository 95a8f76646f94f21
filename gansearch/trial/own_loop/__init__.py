"""A user's own training loop as a trial: what it calls, and what runs it."""
