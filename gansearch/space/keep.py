"""What a study keeps of its runs' files when it has ended: ``keep``. Records, the curves themselves, always stay."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from gansearch.plugins import nearest
from gansearch.space.nodes import Node
from gansearch.space.problems import Problems
from gansearch.space.shells import KeepShell, validate

Amount: TypeAlias = int | Literal["all", "last", "none"]
"""``best_N`` as the number N; or a word."""

WORDS: Final = {"checkpoints": ("all", "none"), "artifacts": ("all", "last", "none")}
"""The words that each key takes beside ``best_N``."""
_BEST: Final = re.compile(r"best_([1-9]\d{0,8})")


@dataclass(frozen=True)
class Keep:
    """How much of what runs have written stays once the study has ended."""

    checkpoints: Amount = "all"
    """`all`, `best_N` (those of the N best completed trials, by the first objective) or `none`."""
    artifacts: Amount = "all"
    """Samples and post-mortems: `all`, `best_N`, `last` (each run's last samples and its post-mortem) or `none`."""

    @property
    def is_everything(self) -> bool:
        """Whether nothing is ever removed."""
        return self.checkpoints == self.artifacts == "all"

    def __str__(self) -> str:
        return f"checkpoints: {amount_text(self.checkpoints)}, artifacts: {amount_text(self.artifacts)}"


def read_keep(node: Node | None, problems: Problems) -> Keep:
    """The section; what is left out stays."""
    shell = None if node is None else validate(KeepShell, node, problems)
    if shell is None or node is None:
        return Keep()
    found: dict[str, Amount] = {}
    for key, child in node.entries.items():
        amount = amount_of(key, child.content) if isinstance(child.content, str) else None
        if amount is None:
            likely = nearest(str(child.content), (*WORDS[key], "best_5")) if child.is_scalar else None
            problems.add(child, rule(key), suggestion=likely)
        else:
            found[key] = amount
    return Keep(checkpoints=found.get("checkpoints", "all"), artifacts=found.get("artifacts", "all"))


def amount_of(key: str, text: str) -> Amount | None:
    """What ``text`` means for ``key``, or None where it means nothing."""
    best = _BEST.fullmatch(text)
    if best is not None:
        return int(best[1])
    return text if text in WORDS[key] else None  # type: ignore[return-value]


def amount_text(amount: Amount) -> str:
    """The amount as the file has it."""
    return f"best_{amount}" if isinstance(amount, int) else amount


def rule(key: str) -> str:
    """What a value of ``key`` must be."""
    return f"must be {', '.join(WORDS[key])}, or best_N with a whole number N of at least 1, as best_5"
