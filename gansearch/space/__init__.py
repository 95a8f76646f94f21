"""Search spaces: YAML in, frozen ``SearchSpace`` out."""
