"""Ways through MLflow's pages that several tests go: columns, groups, lists of the comparison, and what is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from playwright.sync_api import Locator, Page, expect

BY_DEFAULT = ("Dataset", "Source", "Models")
"""Columns that the runs table has at first and that say nothing here."""
TABLE = """
() => {
  const rows = {};
  for (const row of document.querySelectorAll("[role=row][row-index]"))
    for (const cell of row.querySelectorAll("[role=gridcell][col-id]"))
      (rows[row.getAttribute("row-index")] ??= {})[cell.getAttribute("col-id")] =
        (cell.querySelector("a") ?? cell).innerText;
  return Object.values(rows);
}
"""
"""Each row of the runs table, top to bottom, as {column: text}. The grid keeps pinned columns in rows of their own."""
GROUPS = """
() => {
  const cells = {};
  const row = [...document.querySelectorAll("[role=row][row-index]")].find(row => row.innerText.includes("Group: "));
  const index = row.getAttribute("row-index");
  for (const cell of document.querySelectorAll(`[role=row][row-index="${index}"] [role=gridcell][col-id]`))
    cells[cell.getAttribute("col-id")] = cell.innerText;
  return cells;
}
"""
"""The line of the first group of the runs table as {column: text}."""
COMPARED = "() => [...document.querySelectorAll('tr')].map(row => [...row.cells].map(cell => cell.innerText))"
AXES = """
() => document.querySelector(".js-plotly-plot").data[0].dimensions.map(axis => [
  axis.label, axis.values.map(value => axis.ticktext ? axis.ticktext[axis.tickvals.indexOf(value)] : value)])
"""
"""Each axis of the parallel coordinates as (label, the value of each line)."""


def toggle_columns(page: Page, names: Iterable[str]) -> None:
    """Show those columns of the runs table that are hidden, and hide those that are shown.

    The list makes a part of its entries at a time, so that each is searched for; its groups may be closed.
    """
    page.get_by_role("button", name="Columns", exact=True).click()
    tree = page.get_by_test_id("column-selector-tree")
    closed = tree.locator("[class*=tree-switcher_close]")
    for name in names:
        page.get_by_placeholder("Search columns").fill(name)
        entry = tree.locator("[class*=tree-title]").filter(has_text=re.compile(f"^{re.escape(name)}$")).first
        expect(entry.or_(closed.first).first).to_be_visible()
        if not entry.is_visible():
            closed.first.click()
        entry.click()
    page.keyboard.press("Escape")


def group_by(page: Page, name: str) -> None:
    """Group the runs table by a parameter."""
    page.get_by_role("button", name="Group by").click()
    menu = page.get_by_role("menu")
    menu.get_by_placeholder("Search").fill(name)
    menu.get_by_text(name, exact=True).last.click()
    expect(page.get_by_role("button", name=f"Group by: {name}")).to_be_visible()


def fold(page: Page) -> None:
    """Fold the groups of a grouped runs table, from above, so that each is one line; MLflow unfolds them at first."""
    table, runs = page.locator(".ag-body-viewport"), page.get_by_role("row").filter(has_text="Pin run")
    while runs.count():
        table.evaluate("table => { table.scrollTop = 0; }")
        above = min(int(run.get_attribute("row-index") or 0) for run in runs.all()) - 1
        row = page.locator(f"[role=row][row-index='{above}']").filter(has_text="Group: ")
        row.locator(".anticon[role=button]").click()
        expect(runs.and_(page.locator(f"[row-index='{above + 1}']"))).to_have_count(0)


def choose(page: Page, place: int, names: Sequence[str]) -> None:
    """Choose ``names`` in one of the comparison's lists, which make a part of their entries at a time."""
    page.get_by_role("combobox").nth(place).click(force=True)
    entries = page.locator(".rc-virtual-list:visible")
    for name in names:
        entry = entries.get_by_title(name, exact=True)
        entries.hover()
        page.mouse.wheel(0, -100_000)
        for _ in range(100):
            page.wait_for_timeout(100)
            if entry.count():
                break
            page.mouse.wheel(0, 100)
        entry.click()
    page.keyboard.press("Escape")


def enlarge(page: Page, corner: Locator) -> None:
    """Pull a chart's corner down, so that a whole image has room in it."""
    corner.hover()
    box = corner.bounding_box()
    assert box is not None
    page.mouse.down()
    page.mouse.move(box["x"], box["y"] + 190, steps=10)
    page.mouse.up()
