"""The tables of techniques at the head of the page of tricks, from ``gansearch/tricks/rows.toml``."""

from __future__ import annotations

from collections.abc import Iterator

from gansearch.tricks.rows import Row, groups

SOURCE = "../../"
"""From the page to the root of the repository."""


def sections() -> Iterator[str]:
    """One table for each heading."""
    yield "## Techniques"
    for group, rows in groups().items():
        head = ["| # | technique | switched on by | proven by | source |", "|---|---|---|---|---|"]
        yield f"### {group.capitalize()}\n\n" + "\n".join([*head, *map(_line, rows)])


def _line(row: Row) -> str:
    named = f"{row.title} ({', '.join(row.seeds)})" if row.seeds else row.title
    settings = ", ".join(f"`{setting}`" for setting in row.settings) or "always there"
    tests = ", ".join(_test(test) for test in row.tests)
    files = ", ".join(f"[{path.rpartition('/')[2]}]({SOURCE}{path})" for path in row.files)
    return f"| {row.number} | {named} | {settings}: {files} | {tests} | {row.citation} |"


def _test(test: str) -> str:
    path, _, name = test.partition("::")
    return f"[{name.replace('_', ' ').removeprefix('test ')}]({SOURCE}{path})"
