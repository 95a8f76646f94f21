"""The check of exported generators finds what it is there to find."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import pytest

from gansearch.gan.mlp import MlpGenerator
from gansearch.gan.plain import PlainModule
from gansearch.records import Geometry
from gansearch.testing.contracts import check_exported_generator


@dataclass(frozen=True, kw_only=True, eq=False)
class Wrong(MlpGenerator):
    """Says another activation than it has."""

    name: ClassVar[str] = "wrong"

    def plain(self, geometry: Geometry) -> PlainModule:
        made = super().plain(geometry)
        return replace(made, source=made.source.replace("nn.Tanh()", "nn.Sigmoid()"))


@dataclass(frozen=True, kw_only=True, eq=False)
class Dependent(MlpGenerator):
    """Needs gansearch wherever it is."""

    name: ClassVar[str] = "dependent"

    def plain(self, geometry: Geometry) -> PlainModule:
        made = super().plain(geometry)
        return replace(made, source=f"import gansearch\n\n\n{made.source}")


def test_other_samples_are_found() -> None:
    with pytest.raises(AssertionError, match="exported samples must be those of the generator; got a gap of"):
        check_exported_generator(Wrong)


def test_a_need_of_gansearch_is_found() -> None:
    with pytest.raises(AssertionError, match="must run without gansearch"):
        check_exported_generator(Dependent)
