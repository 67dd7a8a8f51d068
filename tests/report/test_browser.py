"""The page in a real Chromium: at the widths of a phone and a desktop, on paper, by keyboard."""

import pytest
from chromium import PROGRAM

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed")

PHONE, DESKTOP = 390, 1280
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_BROKEN = "[...document.images].filter(i => !i.complete || !i.naturalWidth).length"
_OUTSIDE = """[...document.querySelectorAll('main *')].filter(e => {
  const r = e.getBoundingClientRect();
  return r.right > innerWidth + 1 && !e.closest('.scroll, pre');
}).map(e => e.outerHTML.slice(0, 80))"""
_UNREACHABLE = """[...document.querySelectorAll('.scroll, pre')].filter(
  e => e.scrollWidth > e.clientWidth && e.tabIndex < 0).length"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_nothing_is_broken_or_cut_off(browser, written, width, scheme):
    browser.open(written, width, scheme=scheme)
    assert browser.complaints() == []
    assert browser.evaluate(_OVERFLOW) <= 0
    assert browser.evaluate(_OUTSIDE) == []
    assert browser.evaluate(_BROKEN) == 0
    assert browser.evaluate(_UNREACHABLE) == 0


def test_the_answer_is_on_the_first_screen(browser, whole_page):
    browser.open(whole_page, DESKTOP, height=900)
    for anchor in ("#summary table", "#cautions li"):
        bottom = f"document.querySelector('{anchor}').getBoundingClientRect().bottom"
        assert browser.evaluate(bottom) < 900, anchor


def test_the_first_key_leads_past_the_contents(browser, whole_page):
    browser.open(whole_page, DESKTOP)
    browser.press("Tab")
    assert browser.evaluate("document.activeElement.className") == "skip"
    assert browser.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    browser.evaluate("document.activeElement.click()")
    assert browser.evaluate("document.activeElement.id") == "main"


def _luminance(colour):
    values = [float(v) for v in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    linear = [v / 3294.6 if v <= 10 else ((v / 255 + 0.055) / 1.055) ** 2.4 for v in values]
    return sum(w * v for w, v in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("element", ["body", "a[href^='#s']", ".cautions .warning strong", "dt"])
def test_text_stands_out_from_its_ground(browser, whole_page, element, scheme):
    browser.open(whole_page, DESKTOP, scheme=scheme)
    ink, ground = browser.evaluate(f"""(() => {{
        let e = document.querySelector("{element}");
        const ink = getComputedStyle(e).color;
        while (getComputedStyle(e).backgroundColor === 'rgba(0, 0, 0, 0)') e = e.parentElement;
        return [ink, getComputedStyle(e).backgroundColor]; }})()""")
    low, high = sorted((_luminance(ink), _luminance(ground)))
    assert (high + 0.05) / (low + 0.05) > 4.5  # WCAG 2.2, level AA


def test_paper_shows_what_the_screen_folds_away(browser, whole_page, tmp_path):
    browser.open(whole_page, DESKTOP, media="print")
    hidden = (
        "[...document.querySelectorAll('details pre')].filter(e => !e.checkVisibility()).length"
    )
    assert browser.evaluate("document.querySelectorAll('details pre').length") > 0
    assert browser.evaluate(hidden) == 0
    assert browser.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    browser.print(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
