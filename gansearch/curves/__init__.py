"""The durable record of what happened: one append-only, checksummed record file per trial."""
