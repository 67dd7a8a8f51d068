"""A self-contained HTML page from headings, paragraphs, tables and pictures.

Everything that comes from documents is escaped. The page needs no script and no network; tables are
tables, pictures have alternative texts, and wide tables scroll by keyboard.
"""

import base64
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

from atomate2_argyrodite.report.page_style import CSS
from atomate2_argyrodite.report.style import Picture

_SHORT = 36  # characters: numbers with their intervals stay on one line
_SHORT_NAME = 12
_MANY_ROWS = 24
_WIDE_PX = 700  # wider pictures scroll on a phone instead of shrinking until nobody can read them
_INDEXED = re.compile(r"\b(E|γ)_(a|rel|select|break)\b")
_LARGEST_SVG_BYTES = 150_000


def typeset(text: str) -> str:
    """Return text as HTML, with the indices of quantities such as E_a and γ_select lowered."""
    return _INDEXED.sub(r"\1<sub>\2</sub>", escape(text))


def paragraph(text: str) -> str:
    """Return a paragraph."""
    return f"<p>{typeset(text)}</p>"


def heading(text: str, level: int) -> str:
    """Return a heading."""
    return f"<h{level}>{escape(text)}</h{level}>"


def code(text: str) -> str:
    """Return a block of verbatim text."""
    return f'<pre tabindex="0">{escape(text)}</pre>'


def prose(text: str) -> str:
    """Return a paragraph of our own words, with `commands` between backticks set as code."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", typeset(text))
    return f"<p>{marked}</p>"


def badge(text: str, kind: str = "note") -> str:
    """Return a short text in a frame; kinds are 'good', 'warning', 'problem' and 'note'."""
    return f'<span class="badge {escape(kind)}">{escape(text)}</span>'


def details(summary: str, content: str) -> str:
    """Return content that is folded away under its summary; nothing if there is none."""
    if not content:
        return ""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def facts(items: Mapping[str, str]) -> str:
    """Return what is known, by name; items without text are left out."""
    shown = "".join(
        f"<div><dt>{typeset(name)}</dt><dd>{typeset(text)}</dd></div>"
        for name, text in items.items()
        if text
    )
    return f'<dl class="facts">{shown}</dl>' if shown else ""


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose first column names the rows; nothing if there are no rows.

    A table of many rows is folded away under its caption.
    """
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{typeset(_unbroken(name))}</th>' for name in columns)
    body = "".join(
        f'<tr><th scope="row"{_class(row[0])}>{typeset(row[0])}</th>'
        + "".join(f"<td{_class(text)}>{typeset(text)}</td>" for text in row[1:])
        + "</tr>"
        for row in rows
    )
    html = _region(
        caption,
        f"<table><caption><span>{typeset(caption)}</span></caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>",
    )
    return html if len(rows) <= _MANY_ROWS else details(f"{caption}: {len(rows)} rows", html)


def _region(label: str, content: str) -> str:
    """Return content that scrolls sideways, by keyboard too."""
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(label)}">'
        f"{content}</div>"
    )


def _unbroken(name: str) -> str:
    """Keep a number and its unit, the words of a unit, and the atoms of a bond on one line."""
    name = name.replace("-S", "\u2011S").replace("-P", "\u2011P")
    if len(name) <= _SHORT_NAME:
        return name.replace(" ", "\u00a0")
    quantity, slash, unit = name.partition(" / ")
    return (
        quantity.replace("0 K", "0\u00a0K") + (slash and " /\u00a0") + unit.replace(" ", "\u00a0")
    )


def _class(text: str) -> str:
    if len(text) <= _SHORT:
        return ' class="short"'
    return ' class="long"'  # a column wide enough to read


def picture(item: Picture) -> str:
    """Return a figure with its image inside the page."""
    if not item.is_embedded:
        text = f"{item.caption} {item.alternative} This figure is the file {item.name}.png"
        return paragraph(f"{text}, left out of the page to keep that small.")
    size = f' width="{item.width_px}" height="{item.height_px}"' if item.width_px else ""
    image = f'<img src="{_data(item)}" alt="{escape(item.alternative)}"{size}>'
    name = f"caption-{escape(item.name)}"
    caption = f'<figcaption id="{name}">{typeset(item.caption)}</figcaption>'
    if (item.width_px or 0) > _WIDE_PX:
        kind, image = ' class="wide"', _region(item.caption, image)
    else:
        kind = ""
    return f'<figure{kind} aria-labelledby="{name}">{image}{caption}</figure>'


def _data(item: Picture) -> str:
    """Return the image: vector graphics, unless they are heavier than pixels."""
    kind, content = _lighter(item)
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _lighter(item: Picture) -> tuple[str, bytes]:
    if item.svg is not None and len(item.svg) <= min(_LARGEST_SVG_BYTES, 2 * len(item.png)):
        return "svg+xml", item.svg
    return "png", item.png


def within_budget(pictures: Sequence[Picture], budget_bytes: int) -> set[str]:
    """Return the names of the pictures that a page of this budget can hold.

    The first of every kind come before the second of any: kinds are told by the names' first words.
    """
    order: list[tuple[int, int, Picture]] = []
    seen: Counter[str] = Counter()
    for place, item in enumerate(pictures):
        kind = item.name.partition("_")[0]
        order.append((seen[kind], place, item))
        seen[kind] += 1
    chosen: set[str] = set()
    for _, _, item in sorted(order, key=lambda entry: entry[:2]):
        budget_bytes -= 4 * len(_lighter(item)[1]) // 3
        if budget_bytes < 0:
            break
        chosen.add(item.name)
    return chosen


def shown(pictures: Mapping[str, Picture], name: str) -> str:
    """Return the picture of this name, if there is one."""
    return picture(pictures[name]) if name in pictures else ""


def side_by_side(pictures: Sequence[Picture]) -> str:
    """Return pictures in columns where the window is wide enough."""
    items = "".join(picture(item) for item in pictures)
    return f'<div class="row">{items}</div>' if len(pictures) > 1 else items


def cautions_list(items: Sequence[tuple[str, str]]) -> str:
    """Return the cautions, pairs of severity ('problem', 'warning', 'note') and text."""
    lines = "".join(
        f'<li class="{escape(kind)}"><strong>{escape(kind.capitalize())}:</strong> '
        f"{typeset(text)}</li>"
        for kind, text in items
    )
    return f'<ul class="cautions">{lines}</ul>' if lines else ""


def page(
    title: str,
    subtitle: str,
    sections: Sequence[tuple[str, str, str]],
    footer: str,
    state: tuple[str, str] | None = None,
) -> str:
    """Return the page.

    Parameters
    ----------
    title, subtitle
        What it is about.
    sections
        Triples of identifier, heading and HTML content; those without content are left out.
    footer
        Last line.
    state
        Text and kind of the badge after the title.
    """
    present = [section for section in sections if section[2]]
    links = "".join(f'<li><a href="#{name}">{escape(head)}</a></li>' for name, head, _ in present)
    body = "".join(
        f'<section id="{name}" aria-labelledby="{name}-h">'
        f'<h2 id="{name}-h">{escape(head)}</h2>{content}</section>'
        for name, head, content in present
    )
    mark = f"<p>{badge(*state)}</p>" if state else ""
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{CSS}</style></head><body>"
        '<a class="skip" href="#main">Skip to the content</a>'
        f"<header><h1>{escape(title)}</h1>{paragraph(subtitle)}{mark}</header>"
        '<div class="layout"><nav aria-label="Contents"><p class="nav-title">Contents</p>'
        f'<ul>{links}</ul></nav><main id="main" tabindex="-1">{body}</main></div>'
        f"<footer>{paragraph(footer)}</footer></body></html>\n"
    )
