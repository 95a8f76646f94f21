"""What is measured, and against which peer; ``README.md`` says how to read it."""
