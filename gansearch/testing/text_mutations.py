"""Mutations of a search space's text: what slips of the hand, bad disks and ill will make of a file."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

ODD_VALUES = (
    *("", "~", "true", "off", "-0", "3", "0.5", "1e-4", "1e999", "-1e999", ".nan", ".inf", "1_000", "0x1F", "0o17"),
    *(str(2**31), str(2**63), str(-(2**63)), str(10**30), "9" * 400, "9" * 5000, "1e308", "5e-324", "1e-300"),
    *("[]", "{}", "[[]]", "[1, 2]", "[low, high]", "{int: [2, 3]}", "{float: [0.1, 0.5]}", "{choice: [1, true, 1.0]}"),
    *(
        "{int: [0, 1e18]}",
        f"{{int: [1, {10**18}]}}",
        f"{{int: [1, {10**18}], step: 1}}",
        "{float: [0, 1], step: 1e-12}",
    ),
    *("{float: [0.0, 0.9], step: 1e-300}", "{float: [1e-9, 1e9], log: true}", "{float: [.nan, 1]}", "{int: [7, 2]}"),
    *("{choice: []}", "{choice: {a: 1}}", "{choice: [off, off]}", "{int: [1, 2], float: [1, 2]}", "{int: 3}"),
    *("{choice: [.nan, .nan]}", "{int: [2, 7], when: {generator.layers: 3}}", "{when: {}}", "{int: [2, 4], when: 3}"),
    *("{int: [2, 7], step: 0}", "{int: [2, 7], step: 5, log: true}", "{int: [2, 7], log: 3}", "{name: {name: a}}"),
    *(
        "'quoted",
        '"a\\u0000b"',
        "'it''s'",
        "\u00e9\u00fc\u4e2d\U0001f600",
        "a b c",
        "a: b",
        "- a",
        "|",
        ">-",
        "? a",
        ": b",
    ),
    *("!!int 3", "!!int '1_0'", "!!float 'nan'", "!!null abc", "!!bool yes", "!!python/object:os.system x", "!<x> 1"),
    *(
        "!!set {a}",
        "!!binary aGk=",
        "! 5",
        "!!str 5",
        "!!map {a: 1}",
        "!!seq [1]",
        "&a 3",
        "*a",
        "&a [*a]",
        "&a {b: *a}",
    ),
    *("<<", "@at", "`tick", "%d", "\x00", "\x07", "\x85", "\u2028", "\ufeff", "\ud7ff", "a\tb", "#", "# comment"),
    *("[" * 60, "[" * 3000, "{a: " * 2000, "[" * 40 + "]" * 40, "- " * 1500, "{? " * 500, "x" * 20_000),
)
"""What may stand where a value is expected."""

ODD_LINES = (
    *("---", "...", "%YAML 1.1", "%TAG ! tag:x,2000:", "? a", ": b", "<<: *shared", "<<: {epochs: 3}", "- a", "\t"),
    *("training: {epochs: 3}", "generator:", "plan: {trials: 3}", "plan:", "name: again", "tricks: [ema]", "  x: 1"),
    *("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]",),
    *("optimizer: {generator: {lr: {float: [1e-5, 1e-3], step: 1e-15}}}", "detectors: {mode: off, patience: 0}"),
    *("plan: {kind: grid}", "  sampler: grid", "  replicates: 2", "  objective: [frechet_distance, coverage]"),
    *("  enqueue: [defaults, defaults]", "  enqueue: [{}]", "  enqueue: [[defaults]]", "resources: {cpu: 0, gpu: 0}"),
    *(
        "\u00e9: 1",
        "'': 1",
        "null: 1",
        "1: 2",
        "[a, b]: 1",
        "{a: b}: 1",
        "? [a]\n: 1",
        "'a.b': 1",
        ".: 1",
        "!!int 3: 1",
    ),
)


def mutated(text: str, chance: Random) -> bytes:
    """``text`` after one to four mutations, as bytes of a file."""
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        text = chance.choice(OF_TEXT)(text, chance)
    content = text.encode("utf-8", errors="surrogatepass")
    return chance.choice(OF_BYTES)(content, chance) if chance.random() < 0.1 else content


def _of_a_line(change: Callable[[str, Random], str]) -> Callable[[str, Random], str]:
    def changed(text: str, chance: Random) -> str:
        lines = text.split("\n")
        at = chance.randrange(len(lines))
        lines[at] = change(lines[at], chance)
        return "\n".join(lines)

    return changed


def _swap_lines(text: str, chance: Random) -> str:
    lines = text.split("\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def _drop_line(text: str, chance: Random) -> str:
    lines = text.split("\n")
    del lines[chance.randrange(len(lines))]
    return "\n".join(lines)


def _copy_line(text: str, chance: Random) -> str:
    lines = text.split("\n")
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
    return "\n".join(lines)


def _odd_line(text: str, chance: Random) -> str:
    lines = text.split("\n")
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(ODD_LINES))
    return "\n".join(lines)


def _odd_value(line: str, chance: Random) -> str:
    """An odd value behind one of the line's colons or within one of its lists."""
    places = [at for at, letter in enumerate(line) if letter in ":[,{"]
    if not places:
        return chance.choice(ODD_VALUES)
    at = chance.choice(places) + 1
    end = next((later for later in range(at, len(line)) if line[later] in ",]}#"), len(line))
    return f"{line[:at]} {chance.choice(ODD_VALUES)}{line[end:]}"


def _swap_words(text: str, chance: Random) -> str:
    words = text.split(" ")
    one, other = chance.randrange(len(words)), chance.randrange(len(words))
    words[one], words[other] = words[other], words[one]
    return " ".join(words)


def _misspelt(line: str, chance: Random) -> str:
    at = chance.randrange(len(line) + 1)
    return chance.choice((line[:at] + line[at + 1 :], line[:at] + line[at : at + 1] + line[at:], line[::-1]))


def _indented(line: str, chance: Random) -> str:
    return chance.choice((" ", "   ", "\t", "- ")) + line if chance.random() < 0.6 else line.lstrip()


def _odd_character(line: str, chance: Random) -> str:
    at = chance.randrange(len(line) + 1)
    return (
        line[:at] + chance.choice("{}[],:&*#?|-<>=!%@\\'\"\t\r\x00\x1b\x85\u2028\ufeff\u00a0\u4e2d\ud800") + line[at:]
    )


def _cut(text: str, chance: Random) -> str:
    return text[: chance.randrange(len(text) + 1)]


def _twice(text: str, _: Random) -> str:
    return text + text


def _windows(text: str, chance: Random) -> str:
    return text.replace("\n", chance.choice(("\r\n", "\r")))


def _anchored(line: str, chance: Random) -> str:
    head, colon, tail = line.partition(": ")
    return f"{head}{colon}{chance.choice(('&shared ', '*shared ', '<<: '))}{tail}"


OF_TEXT: tuple[Callable[[str, Random], str], ...] = (
    *(_swap_lines, _drop_line, _copy_line, _odd_line, _cut, _twice, _windows, _swap_words),
    *(_of_a_line(_odd_value), _of_a_line(_odd_value), _of_a_line(_odd_value)),
    *(_of_a_line(_misspelt), _of_a_line(_indented), _of_a_line(_odd_character), _of_a_line(_anchored)),
)


def _flip(content: bytes, chance: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 5)):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _bom(content: bytes, _: Random) -> bytes:
    return b"\xef\xbb\xbf" + content


def _wide(content: bytes, _: Random) -> bytes:
    return content.decode("utf-8", "replace").encode("utf-16")


def _replaced(content: bytes, chance: Random) -> bytes:
    return chance.choice((b"", chance.randbytes(200), bytes(len(content)), content + bytes(100)))


OF_BYTES: tuple[Callable[[bytes, Random], bytes], ...] = (_flip, _flip, _bom, _wide, _replaced)
