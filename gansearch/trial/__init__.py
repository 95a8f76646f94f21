"""One pack of trials from start to end."""
