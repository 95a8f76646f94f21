"""Mutations of a file's bytes: bad disks, writes that were cut short, mixed-up copies, forged headers."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TypeAlias

Mutation: TypeAlias = Callable[[bytes, bytes, Random], bytes]
"""Takes the content, another whole file of the same kind, and chance."""


def mutated(content: bytes, other: bytes, chance: Random) -> bytes:
    """``content`` after one to three mutations.

    Args:
        content: of a whole file.
        other: of another file of the same kind, for splices.
        chance: decides.
    """
    for _ in range(chance.choice((1, 1, 2, 3))):
        content = chance.choice(MUTATIONS)(content, other, chance)
    return content


def _span(content: bytes, chance: Random) -> tuple[int, int]:
    """Two offsets in order; often near each other."""
    start = chance.randrange(len(content) + 1)
    length = chance.choice((1, 8, 64, len(content)))
    return start, min(len(content), start + chance.randint(0, length))


def _flip(content: bytes, _: bytes, chance: Random) -> bytes:
    changed = bytearray(content)
    for _time in range(chance.choice((1, 1, 8))):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut_end(content: bytes, _: bytes, chance: Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _cut_out(content: bytes, _: bytes, chance: Random) -> bytes:
    start, end = _span(content, chance)
    return content[:start] + content[end:]


def _insert(content: bytes, _: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    new = chance.choice(
        (chance.randbytes(chance.randint(1, 100)), bytes(40), b"\n", b"[" * 50_000, content[at : at + 90])
    )
    return content[:at] + new + content[at:]


def _swap(content: bytes, _: bytes, chance: Random) -> bytes:
    one, two, three, four = sorted(chance.randrange(len(content) + 1) for _time in range(4))
    return content[:one] + content[three:four] + content[two:three] + content[one:two] + content[four:]


def _zeros(content: bytes, _: bytes, chance: Random) -> bytes:
    start, end = _span(content, chance)
    return content[:start] + bytes(end - start) + content[end:]


def _splice(content: bytes, other: bytes, chance: Random) -> bytes:
    at = chance.randrange(min(len(content), len(other)) + 1)
    return content[:at] + other[at:]


def _join(content: bytes, other: bytes, chance: Random) -> bytes:
    return chance.choice((content + other, other + content, content + content))


def _same_lines(content: bytes, other: bytes, chance: Random) -> bytes:
    """Whole lines lost, doubled, swapped or taken from the other file."""
    own, foreign = content.split(b"\n"), other.split(b"\n")
    at = chance.randrange(len(own))
    to = chance.randrange(len(own))
    kind = chance.randrange(4)
    if kind == 0:
        del own[at:to]
    elif kind == 1:
        own[at:at] = own[min(at, to) : max(at, to)]
    elif kind == 2:
        own[at], own[to] = own[to], own[at]
    else:
        own[at:] = foreign[at:]
    return b"\n".join(own)


def _forged_length(content: bytes, _: bytes, chance: Random) -> bytes:
    """The first eight bytes as another number: the length of a safetensors header."""
    length = chance.choice((0, 1, 2**63, 2**64 - 1, 10**18, len(content), chance.randrange(2**20)))
    return length.to_bytes(8, "little") + content[8:]


def _other_number(content: bytes, _: bytes, chance: Random) -> bytes:
    """Another digit in the place of one: an offset, a shape, a length."""
    places = [at for at, byte in enumerate(content) if 0x30 <= byte <= 0x39][:400]
    if not places:
        return content
    at = chance.choice(places)
    return content[:at] + chance.choice((b"0", b"9", b"-1", b"1e9", b'"1"', b"null", b"9" * 30)) + content[at + 1 :]


MUTATIONS: tuple[Mutation, ...] = (
    *(_flip, _flip, _cut_end, _cut_out, _insert, _swap, _zeros, _splice, _join, _same_lines),
    *(_forged_length, _other_number),
)
