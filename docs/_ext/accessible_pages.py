"""What the theme leaves out for keyboards and screen readers, added to the finished pages.

Code, tables and formulas that scroll sideways can be reached by Tab, landmarks have names of their
own, and headings in the side bar have a level. tests/test_site.py checks the pages.
"""

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

_CHANGES = (
    (r"<pre>", '<pre tabindex="0">'),
    (
        r'<div class="table-wrapper ([\w -]*)">',
        r'<div class="table-wrapper \1" tabindex="0" role="group" aria-label="Table">',
    ),
    (
        r'<div class="math-wrapper ([\w -]*)">',
        r'<div class="math-wrapper \1" tabindex="0" role="group" aria-label="Formula">',
    ),
    (r'role="heading">', 'role="heading" aria-level="2">'),
    (r'<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="All pages">'),
    (
        r'<aside class="toc-drawer( no-toc)?">',
        r'<aside class="toc-drawer\1" aria-label="On this page">',
    ),
)
_ARTICLE = '<article role="main" id="furo-main-content">'


def accessible(html: str) -> str:
    """Return a page with the names, levels and stops of the Tab key that it lacks."""
    for pattern, replacement in _CHANGES:
        html = re.sub(pattern, replacement, html)
    if "<h1" not in html:  # the page of the search
        title = re.search(r"<title>([^<]*?) - ", html)
        html = html.replace(_ARTICLE, f"{_ARTICLE}<h1>{title[1] if title else 'Page'}</h1>", 1)
    return html


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        page.write_text(accessible(page.read_text(encoding="utf-8")), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True}
