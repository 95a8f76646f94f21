"""``python -m gansearch.cli``: the same as ``gansearch``."""

from gansearch.cli import main

main()
