"""Markdown and HTML of a document, with names that try to be markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from gansearch.reporting.document import (
    Block,
    Bullets,
    Code,
    Document,
    Figure,
    Link,
    Paragraph,
    Section,
    Table,
    html_text,
    markdown_cell,
    markdown_text,
    to_html,
    to_markdown,
)
from gansearch.reporting.pictures import png

HOSTILE = '<script>alert(1)</script> | [x](javascript:alert(1)) *a* & "b" `code <i>`'


@pytest.fixture
def document() -> Document:
    figure = Figure("one", f"Caption {HOSTILE}", png(np.zeros((4, 4), dtype=np.uint8)))
    blocks: list[Block] = [
        Paragraph(f"Text {HOSTILE}"),
        Bullets([f"Item {HOSTILE}"]),
        Table(("a", HOSTILE), [[HOSTILE, Link(HOSTILE, 'https://tracking/#/x"><b>')]]),
        figure,
        Code("python", "print('<b>' & 1)"),
    ]
    return Document(f"Findings {HOSTILE}", [Section("Section", blocks)])


class Tags(HTMLParser):
    """Collects tags and their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(page)
    return parser.found


def test_html_escapes_everything(document: Document) -> None:
    page = to_html(document)
    names = {name for name, _ in tags(page)}
    assert not names & {"script", "b", "i", "em"}
    assert "<code>code &lt;i&gt;</code>" in page
    links = [attributes["href"] for name, attributes in tags(page) if name == "a"]
    assert links == ['https://tracking/#/x"><b>']


def test_html_needs_nothing_else(document: Document) -> None:
    page = to_html(document)
    found = tags(page)
    assert [attributes["src"] for name, attributes in found if name == "img"]
    for name, attributes in found:
        assert name not in ("link", "iframe", "object", "embed")
        assert (attributes.get("src") or "data:image/png;base64,").startswith("data:image/png;base64,")
    assert "url(" not in page
    assert "@import" not in page


def test_html_links_only_to_the_web() -> None:
    page = to_html(Document("t", [Section("s", [Table(("a",), [[Link("run", "javascript:alert(1)")]])])]))
    assert not [1 for name, _ in tags(page) if name == "a"]


def test_markdown_takes_markup_literally(document: Document) -> None:
    text = to_markdown(document)
    outside = re.sub(r"`[^`]*`", "", text.partition("```")[0])
    assert not re.search(r"(?<!\\)<", outside)
    assert not re.search(r"(?<!\\)\]\(javascript", outside)
    assert "\\*a\\*" in outside
    assert "](https://tracking/#/x%22%3E%3Cb%3E)" in outside


def test_markdown_links_only_to_the_web() -> None:
    assert markdown_cell(Link("run", "javascript:alert(1)")) == "run"
    assert markdown_cell(Link("run", "https://tracking/#/a")) == "[run](https://tracking/#/a)"


def test_a_table_row_stays_a_row() -> None:
    assert markdown_cell("a | b\nc") == r"a \| b c"
    text = to_markdown(Document("t", [Section("s", [Table(("x", "y"), [["a|b", "c\nd"]])])]))
    assert "| x | y |\n| --- | --- |\n| a\\|b | c d |\n" in text


def test_code_keeps_its_text(document: Document) -> None:
    assert "```python\nprint('<b>' & 1)\n```" in to_markdown(document)
    assert "print(&#39;&lt;b&gt;&#39; &amp; 1)" in to_html(document)


def test_a_lonely_backtick_opens_nothing() -> None:
    assert markdown_text("a ` b") == "a ' b"
    assert str(html_text("a ` b")) == "a ` b"


def test_figures_are_files_beside_markdown(document: Document) -> None:
    assert "(figures/one.png)" in to_markdown(document)
    assert [figure.name for figure in document.figures] == ["one"]


def test_markdown_has_no_gaps(document: Document) -> None:
    text = to_markdown(document)
    assert "\n\n\n" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
