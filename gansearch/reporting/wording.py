"""How numbers, names and other people's words are written in a report."""

from __future__ import annotations

import math

from gansearch.records import Setting
from gansearch.reporting.statistics import Estimate, Interval


def number(value: float) -> str:
    """Three significant digits, without an exponent between .001 and 100,000."""
    if math.isnan(value):
        return "not measurable"
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    if value != 0 and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.2e}"
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    text = f"{value:,.{min(digits, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: float) -> str:
    """A share in [0, 1] in whole per cent; one digit more below 1 %."""
    return f"{100 * value:.1f} %" if 0 < value < 0.01 else f"{100 * value:.0f} %"


def correlation(value: float) -> str:
    """A correlation with two digits and its sign."""
    return f"{value:+.2f}"


def p_value(value: float) -> str:
    """A p value with two significant digits, without the leading 0."""
    return "below .001" if value < 1e-3 else f"{value:.2g}".replace("0.", ".", 1)


def interval(found: Interval | None, form: str = "number") -> str:
    """``95 % interval a to b``, or that there is none."""
    if found is None:
        return "no interval"
    write = {"number": number, "percent": percent, "correlation": correlation}[form]
    return f"95 % interval {write(found.low)} to {write(found.high)}"


def counted(estimate: Estimate, form: str = "number") -> str:
    """``n = 12, 95 % interval a to b``."""
    return f"n = {estimate.n:,}, {interval(estimate.interval, form)}"


def duration(seconds: float) -> str:
    """Seconds, minutes or hours, whichever reads best."""
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{number(seconds / size)} {unit}"
    return f"{number(seconds)} s"


def setting(value: Setting) -> str:
    """A setting's value as a search space writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value != int(value):
        return f"{value:.4g}"
    return str(value)


def plural(count: int, word: str) -> str:
    """``1 run``, ``2 runs``."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def code(name: object) -> str:
    """A name between backticks, of which it can have none itself."""
    return f"`{str(name).replace('`', chr(39))}`"


def plain(words: str) -> str:
    """Words from elsewhere (an exception's message, say) on one line, so that they cannot open a code span."""
    return " ".join(words.replace("`", "'").split())
