"""The command line: one small module per command. Heavy imports stand inside the commands, so that help is instant."""

from __future__ import annotations


def main() -> None:
    """Run the console script ``gansearch``; ends the process with its exit status."""
    from gansearch.cli._app import app
    from gansearch.cli._errors import without_traceback

    with without_traceback():
        app()


__all__ = ["main"]
