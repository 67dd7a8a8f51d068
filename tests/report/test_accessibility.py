"""The page for people who do not see it or do not point: by axe-core, by what is spoken, by Tab."""

from itertools import pairwise

import pytest
from accessibility import spoken, stops, violations
from chromium import PROGRAM

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed")

PHONE, DESKTOP = 390, 1280


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_axe_finds_no_violation(browser, written, width, scheme):
    browser.open(written, width, scheme=scheme)
    assert violations(browser) == []


def test_axe_finds_what_is_wrong(browser, tmp_path):
    """The check itself can fail."""
    page = tmp_path / "page.html"
    page.write_text('<html><body><img src="a.png"><p style="color:#bbb">faint</p></body></html>')
    browser.open(page, DESKTOP)
    assert {"html-has-lang", "image-alt", "color-contrast"} <= {v[0] for v in violations(browser)}


def test_headings_are_in_order(browser, written):
    browser.open(written, DESKTOP)
    levels = [level for role, _, level, _ in spoken(browser) if role == "heading"]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_landmarks_and_sections_have_names(browser, written):
    browser.open(written, DESKTOP)
    seen = spoken(browser)
    roles = [role for role, *_ in seen]
    for landmark in ("banner", "navigation", "main", "contentinfo"):
        assert roles.count(landmark) == 1, landmark
    regions = [name for role, name, *_ in seen if role == "region"]
    assert all(regions)
    assert regions
    assert len(set(regions)) == len(regions)


def test_tables_say_what_they_are_and_name_their_cells(browser, written):
    browser.open(written, DESKTOP)
    tables, inside = [], None
    for role, name, _, depth in spoken(browser):
        if inside is not None and depth <= inside:
            inside = None
        if role == "table":
            tables.append((name, set()))
            inside = depth
        elif inside is not None:
            tables[-1][1].add(role)
    assert all(name for name, _ in tables)
    assert all({"rowheader", "columnheader"} <= roles for _, roles in tables)
    assert len(tables) == browser.evaluate(
        "[...document.querySelectorAll('table')].filter(t => t.checkVisibility()).length"
    )


def test_figures_say_what_they_show(browser, whole_page):
    browser.open(whole_page, DESKTOP)
    seen = spoken(browser)
    images = [name for role, name, *_ in seen if role == "image"]
    assert len(images) >= 5
    assert all(len(name) > 30 for name in images), images
    assert all(name for role, name, *_ in seen if role == "figure")


def test_links_say_where_they_lead(browser, written):
    browser.open(written, DESKTOP)
    links = [name for role, name, *_ in spoken(browser) if role == "link"]
    assert links
    assert all(links)
    broken = """[...document.querySelectorAll('a[href^="#"]')].filter(
      a => !document.querySelector(a.getAttribute('href'))).length"""
    assert browser.evaluate(broken) == 0


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_tab_reaches_everything_in_the_order_of_the_page(browser, written, width):
    browser.open(written, width)
    browser.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    expected, seen = stops(browser)
    assert expected > 1
    assert [stop["stop"] for stop in seen] == list(range(expected))
    assert [stop for stop in seen if stop["ring"] < 2 or not stop["isSeen"]] == []
