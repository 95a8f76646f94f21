"""The type checker that enforces shape annotations in tests, for ``jaxtyping.install_import_hook``."""

from __future__ import annotations

from typing import Any

from beartype import BeartypeConf, beartype
from beartype.roar import BeartypeDecorHintPep3119Exception

# Whole numbers are good where real ones are asked for, as for every other type checker.
check = beartype(conf=BeartypeConf(is_pep484_tower=True))


def checked(annotated: Any) -> Any:
    """The function or class, with its annotations checked at each call.

    What mentions a protocol (a trick's hook mentions ``Lanes``) stays unchecked: to look a protocol up at each call
    would cost more than the call. The contract suites check the shapes that hooks return.
    """
    try:
        return check(annotated)
    except BeartypeDecorHintPep3119Exception:
        return annotated
