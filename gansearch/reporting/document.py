"""What a report consists of before it is markdown or HTML: sections of text, tables, figures and code.

Text has one kind of markup: what stands between backticks is code. Everything else is taken literally, in both forms.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gansearch.reporting.pictures import data_uri

WEB = ("http://", "https://")
_ADDRESS = ":/?#@!$&'*+,;=%-._~"
"""What may stand in an address as it is; anything else is percent-encoded."""


@dataclass(frozen=True)
class Link:
    """Text that leads to an address."""

    text: str
    url: str


Cell: TypeAlias = "str | Link"


@dataclass(frozen=True)
class Paragraph:
    """One or several sentences."""

    kind: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    kind: ClassVar[str] = "bullets"
    items: Sequence[str]


@dataclass(frozen=True)
class Table:
    """Rows under headers."""

    kind: ClassVar[str] = "table"
    headers: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Figure:
    """A picture with what is to be seen in it."""

    kind: ClassVar[str] = "figure"
    name: str
    """Of its file, without ending."""
    caption: str
    png: bytes


@dataclass(frozen=True)
class Code:
    """Something to run."""

    kind: ClassVar[str] = "code"
    language: str
    text: str


Block: TypeAlias = Paragraph | Bullets | Table | Figure | Code


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Document:
    """A whole report."""

    title: str
    sections: Sequence[Section]
    figures_folder: str = field(default="figures")

    @property
    def figures(self) -> list[Figure]:
        """Every figure, in order."""
        return [block for section in self.sections for block in section.blocks if isinstance(block, Figure)]


def to_markdown(document: Document) -> str:
    """The report as markdown; figures are files in ``figures/`` beside it."""
    environment = _environment(autoescape=False)
    environment.filters.update(text=markdown_text, cell=markdown_cell)
    text = environment.get_template("findings.md.j2").render(document=document)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def to_html(document: Document) -> str:
    """The report as one HTML page that needs nothing else: figures and style are part of it."""
    environment = _environment(autoescape=True)
    environment.filters.update(text=html_text, cell=html_cell, data_uri=data_uri)
    return environment.get_template("findings.html.j2").render(document=document)


def markdown_text(text: str) -> str:
    """Text for markdown: what would be markup outside code is taken literally."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # a backtick without its other half
        parts = [text.replace("`", "'")]
    parts[::2] = [re.sub(r"([\\<\[\]*])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)


def markdown_cell(cell: Cell) -> str:
    """A cell of a markdown table, on one line; a link only where it leads to a page of the web."""
    if isinstance(cell, Link) and cell.url.startswith(WEB):
        return f"[{markdown_cell(cell.text)}]({quote(cell.url, safe=_ADDRESS)})"
    text = cell.text if isinstance(cell, Link) else cell
    return markdown_text(" ".join(text.split())).replace("|", r"\|")


def html_text(text: str) -> Markup:
    """Text for HTML: escaped, with code between backticks."""
    return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text)))


def html_cell(cell: Cell) -> Markup:
    """A cell of an HTML table; a link only where it leads to a page of the web."""
    if isinstance(cell, Link) and cell.url.startswith(WEB):
        return Markup('<a href="{}">{}</a>').format(cell.url, html_text(cell.text))
    return html_text(cell.text if isinstance(cell, Link) else cell)


def _environment(*, autoescape: bool) -> Environment:
    return Environment(
        loader=PackageLoader("gansearch.reporting"),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
