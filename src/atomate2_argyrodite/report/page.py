"""A self-contained HTML page from headings, paragraphs, tables and pictures.

Everything that comes from documents is escaped. The page needs no script and no network; tables are
tables, pictures have alternative texts, and wide tables scroll by keyboard.
"""

import base64
from collections.abc import Sequence
from html import escape

from atomate2_argyrodite.report.style import Picture

_SHORT = 36  # characters: numbers with their intervals stay on one line
_CSS = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: #1a1a1a;
  background: #fff; margin: 0; }
main, header, footer { max-width: 62rem; margin: 0 auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 1.5rem 0 .3rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; padding-top: .6rem;
  border-top: 2px solid #d5d5d5; }
h3 { font-size: 1.05rem; margin: 1.4rem 0 .4rem; }
a { color: #00549e; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: #fff; padding: .3rem .6rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; list-style: none; padding: 0; }
.cautions { list-style: none; padding: 0; }
.cautions li { border-left: .35rem solid #8a8a8a; background: #f4f4f4; padding: .4rem .8rem;
  margin: .4rem 0; overflow-wrap: anywhere; }
.cautions .problem { border-color: #b00020; background: #fdecee; }
.cautions .warning { border-color: #b26a00; background: #fff5e5; }
.scroll { overflow-x: auto; }
.scroll:focus { outline: 2px solid #00549e; }
table { border-collapse: collapse; font-size: .92rem; margin: .4rem 0 1rem; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0;
  border-bottom: 1px solid #dcdcdc; }
thead th { border-bottom: 2px solid #888; }
.short { white-space: nowrap; }
tbody th { font-weight: 600; white-space: nowrap; }
figure { margin: 1rem 0 1.6rem; }
img { max-width: 100%; height: auto; }
figcaption { font-size: .92rem; color: #444; max-width: 52rem; }
pre { background: #f4f4f4; padding: .8rem; overflow-x: auto; font-size: .85rem; }
footer { margin-top: 3rem; padding-bottom: 2rem; font-size: .9rem; color: #444; }
@media print { nav, .skip { display: none; } figure, tr { break-inside: avoid; }
  body { font-size: 10pt; } h2 { break-after: avoid; } .scroll { overflow: visible; } }
"""


def paragraph(text: str) -> str:
    """Return a paragraph."""
    return f"<p>{escape(text)}</p>"


def heading(text: str, level: int) -> str:
    """Return a heading."""
    return f"<h{level}>{escape(text)}</h{level}>"


def code(text: str) -> str:
    """Return a block of verbatim text."""
    return f'<pre tabindex="0">{escape(text)}</pre>'


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose first column names the rows; nothing if there are no rows."""
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(_cell(text) for text in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(text: str) -> str:
    short = ' class="short"' if len(text) <= _SHORT else ""
    return f"<td{short}>{escape(text)}</td>"


def picture(item: Picture) -> str:
    """Return a figure with its image inside the page."""
    data = base64.b64encode(item.png).decode("ascii")
    return (
        f'<figure><img src="data:image/png;base64,{data}" alt="{escape(item.alternative)}">'
        f"<figcaption>{escape(item.caption)}</figcaption></figure>"
    )


def cautions_list(items: Sequence[tuple[str, str]]) -> str:
    """Return the cautions, pairs of severity ('problem', 'warning', 'note') and text."""
    lines = "".join(
        f'<li class="{escape(kind)}"><strong>{escape(kind.capitalize())}:</strong> '
        f"{escape(text)}</li>"
        for kind, text in items
    )
    return f'<ul class="cautions">{lines}</ul>' if lines else ""


def page(title: str, subtitle: str, sections: Sequence[tuple[str, str, str]], footer: str) -> str:
    """Return the page.

    Parameters
    ----------
    title, subtitle
        What it is about.
    sections
        Triples of identifier, heading and HTML content; those without content are left out.
    footer
        Last line.
    """
    shown = [section for section in sections if section[2]]
    links = "".join(f'<li><a href="#{name}">{escape(head)}</a></li>' for name, head, _ in shown)
    body = "".join(
        f'<section id="{name}" aria-labelledby="{name}-h">'
        f'<h2 id="{name}-h">{escape(head)}</h2>{content}</section>'
        for name, head, content in shown
    )
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_CSS}</style></head><body>"
        '<a class="skip" href="#main">Skip to the content</a>'
        f"<header><h1>{escape(title)}</h1>{paragraph(subtitle)}"
        f'<nav aria-label="Sections"><ul>{links}</ul></nav></header>'
        f'<main id="main">{body}</main><footer>{paragraph(footer)}</footer></body></html>\n'
    )
