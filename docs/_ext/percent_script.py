"""Scripts in cells (``# %%``): read as Markdown, run as Python."""

import re

_CELL = re.compile(r"^# %%(?P<kind> \[markdown\])?[^\n]*$", re.MULTILINE)


def cells(text: str) -> list[tuple[str, str]]:
    """Return the cells of a script as ("markdown" or "python", text), without its docstring.

    Raises
    ------
    ValueError
        If a line of a Markdown cell is not a comment: then Python would run it.
    """
    marks = list(_CELL.finditer(text))
    found = []
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        body = text[mark.end() : following.start() if following else len(text)].strip("\n")
        if mark["kind"]:
            found.append(("markdown", "\n".join(_uncommented(line) for line in body.splitlines())))
        elif body:
            found.append(("python", body))
    return found


def _uncommented(line: str) -> str:
    if not line.startswith("#"):
        if line.strip():
            raise ValueError(f"{line!r} stands in a Markdown cell, but is no comment")
        return ""
    return line.removeprefix("#").removeprefix(" ")


def as_markdown(text: str) -> str:
    """Return a script as Markdown with its code in fences."""
    parts = [
        body if kind == "markdown" else f"```python\n{body}\n```" for kind, body in cells(text)
    ]
    return "\n\n".join(parts) + "\n"
