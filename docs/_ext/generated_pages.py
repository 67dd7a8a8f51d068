"""Writes the pages that follow from the code into ``docs/generated`` before every build."""

from pathlib import Path

from api_pages import api_pages
from command_pages import command_page
from document_pages import document_pages
from settings_pages import campaign_page, installation_page
from sphinx.application import Sphinx
from tutorial_pages import copy_figures, tutorial_pages


def pages() -> dict[str, str]:
    """Return the text of every generated page by its path below ``docs/generated``."""
    return {
        "campaign.md": campaign_page(),
        "installation.md": installation_page(),
        "commands.md": command_page(),
        **document_pages(),
        **api_pages(),
        **tutorial_pages(),
    }


def write_pages(app: Sphinx) -> None:
    """Write what changed, so that a second build is quick; remove what is no page any more."""
    folder = Path(app.srcdir) / "generated"
    wanted = {folder / name: text for name, text in pages().items()}
    for old in [path for path in folder.rglob("*") if path.is_file() and path not in wanted]:
        old.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    copy_figures(folder / "tutorials")


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the pages when a build begins."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
