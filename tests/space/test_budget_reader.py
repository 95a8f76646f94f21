"""The budget in both spellings, and what of it ends a search."""

from __future__ import annotations

import pytest

from gansearch.space import Budget, SearchSpace, parse_space

GPU = "resources: {gpu: 0.5}\n"


def space(rest: str, plan: str = "{kind: search}") -> SearchSpace:
    return parse_space(f"name: small\ndataset: ring\nplan: {plan}\n{GPU}{rest}", "small.yaml")


def test_without_the_section_nothing_is_bound() -> None:
    assert space("", "{trials: 5}").budget == Budget()
    assert not Budget().is_bound


@pytest.mark.parametrize(
    "bound", ["hours: 0.5", "gpu_hours: 3", "epochs: 400", "trials: 7", "cost: 20, cost_per_gpu_hour: 2"]
)
def test_any_bound_ends_a_search(bound: str) -> None:
    budget = space(f"budget: {{{bound}}}\n").budget
    key, value = bound.split(",", maxsplit=1)[0].split(": ")
    assert getattr(budget, key) == float(value)
    assert budget.is_bound


@pytest.mark.parametrize("bound", ["hours: 1", "hours: 0.5", "epochs: 400"])
def test_the_older_spelling_lands_in_the_same_place(bound: str) -> None:
    older, newer = space("", f"{{{bound}}}"), space(f"budget: {{{bound}}}\n")
    assert older.budget == newer.budget != Budget()
    assert older.plan == newer.plan


def test_one_bound_may_stand_in_each_place() -> None:
    assert space("budget: {hours: 2}\n", "{epochs: 9}").budget == Budget(hours=2.0, epochs=9)


def test_a_change_from_the_command_line_is_kept_with_the_space() -> None:
    changed = parse_space(f"name: small\ndataset: ring\nplan: {{trials: 3}}\n{GPU}", "small.yaml", {"budget.hours": 2})
    assert parse_space(changed.source, "again.yaml").budget == changed.budget == Budget(hours=2.0)


def test_what_gpu_hours_cost() -> None:
    assert Budget(cost_per_gpu_hour=2.5).cost_of(4.0) == pytest.approx(10.0, abs=1e-12)
    assert Budget(gpu_hours=3.0).cost_of(4.0) is None
