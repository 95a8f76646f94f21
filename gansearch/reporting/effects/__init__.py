"""The statistics of a study of arms: what a setting does to a metric, and which verdict that allows.

Numbers in, frozen dataclasses out: nothing here reads a file or writes a sentence.
"""
