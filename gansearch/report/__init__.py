"""Findings: pandas frames, statistics, figures, markdown and HTML."""
