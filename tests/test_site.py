"""The site holds every setting, command, document and public name, and needs no network."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "report"))

from accessibility import violations
from api_pages import MODULES, api_pages, present_modules, public_names
from chromium import PROGRAM, running_chromium
from command_pages import command_page, commands
from document_pages import document_classes, document_pages
from model_tables import bases_of
from percent_script import cells
from settings_pages import campaign_page, installation_page
from tutorial_pages import tutorial_pages, tutorials

from atomate2_argyrodite.campaign.config import CampaignConfig
from atomate2_argyrodite.settings import ArgyroditeSettings

ROOT = Path(__file__).parents[1]


def test_every_setting_of_a_campaign_is_there():
    page = campaign_page()
    waiting, seen = [CampaignConfig], set()
    while waiting:
        model = waiting.pop()
        if model in seen:
            continue
        seen.add(model)
        for name, field in model.model_fields.items():
            nested = bases_of(field.annotation)
            assert f"| `{name}` |" in page or (nested and f"## `{name}`" in page), name
            assert field.description or nested, f"{model.__name__}.{name} explains nothing"
            waiting += nested
    assert len(seen) > 10


def test_every_variable_of_an_installation_is_there():
    page = installation_page()
    for name in ArgyroditeSettings.model_fields:
        assert f"ARGYRODITE_{name.upper()}" in page


def test_every_command_and_option_is_there():
    page = command_page()
    found = list(commands())
    assert len(found) > 20
    for path, command in found:
        assert re.search(rf"^##+ `{path}`$", page, re.MULTILINE), path
        section = page.split(f"`{path}`\n", 1)[1].split("\n##", 1)[0]
        for option in (o for p in command.params for o in p.opts if o.startswith("--")):
            assert option in section, f"{path} {option}"


def test_every_document_is_there():
    pages = document_pages()
    for document in document_classes():
        page = pages[f"documents/{document.__name__}.md"]
        assert all(
            f"| `{name}` |" in page + pages["documents/header.md"] for name in document.model_fields
        )
        assert f"[{document.__name__}]" in pages["documents/index.md"]


def test_every_public_name_is_there():
    pages = api_pages()
    for module in present_modules():
        names = public_names(module)
        assert names, module
        assert all(f".{name}" in pages[f"api/{module}.rst"] for name in names)
    packages = {p.parent.name for p in (ROOT / "src/atomate2_argyrodite").glob("*/__init__.py")}
    assert packages - set(MODULES) == {"cli", "engines"}  # not for import by others


def test_every_tutorial_is_a_script_in_cells_and_a_page():
    pages = tutorial_pages()
    for path in tutorials():
        found = cells(path.read_text(encoding="utf-8"))
        assert found[0][0] == "markdown"
        assert found[0][1].startswith("# "), f"{path.name} begins without a title"
        assert {kind for kind, _ in found} == {"markdown", "python"}
        assert pages[f"tutorials/{path.stem}.md"].startswith(found[0][1][:20])


def build(target: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "-q", "-b", "html", "docs", str(target)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def site() -> Path:
    """The finished site; warnings are errors."""
    pytest.importorskip("sphinx")
    target = ROOT / "build" / "docs"
    done = build(target)
    assert done.returncode == 0, done.stderr
    return target


@pytest.mark.slow
def test_the_site_builds_without_a_warning(site):
    """No page asks for anything that is not part of the site."""
    pages = list(site.rglob("*.html"))
    assert len(pages) > 40
    wanted = r"""<(?:script|img|iframe|source)[^>]*\ssrc=["']?(?:https?:)?//"""
    styles = r"""<link[^>]*rel=["'](?:stylesheet|preload|icon)["'][^>]*href=["']?(?:https?:)?//"""
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(f"{wanted}|{styles}", text), page
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//|@import", sheet.read_text("utf-8")), sheet
    method = (site / "method.html").read_text(encoding="utf-8")
    assert method.count("<math") > 20
    assert "$$" not in method


@pytest.mark.slow
@pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_violation_on_the_site(site, width, scheme):
    """WCAG 2.1, levels A and AA, on a page of every kind."""
    kinds = ["index", "method", "limits", "generated/commands", "generated/campaign"]
    kinds += ["generated/tutorials/1_quickstart", "generated/api/transport"]
    kinds += ["generated/documents/header", "search"]
    with running_chromium() as tab:
        for kind in kinds:
            tab.open(site / f"{kind}.html", width, scheme=scheme)
            assert violations(tab) == [], kind
            assert tab.complaints() == [], kind
            overflow = "document.documentElement.scrollWidth - innerWidth"
            assert tab.evaluate(overflow) <= 0, kind


def test_pages_get_what_the_theme_leaves_out():
    from accessible_pages import accessible

    page = (
        '<title>Search - site</title><article role="main" id="furo-main-content">'
        '<aside class="toc-drawer no-toc"><p role="heading">Use</p><pre>code</pre>'
    )
    made = accessible(page)
    for part in ("<h1>Search</h1>", '<pre tabindex="0">', 'aria-level="2"', "On this page"):
        assert part in made
    assert accessible(made) == made  # a second build changes nothing
