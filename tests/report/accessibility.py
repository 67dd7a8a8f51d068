"""Pages as axe-core and Chromium's accessibility tree see them: what a screen reader would say."""

import json
from importlib.resources import files

LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")
_AXE = """axe.run(document, {runOnly: %s}).then(result => JSON.stringify({
  passes: result.passes.length,
  violations: result.violations.map(v => [v.id, v.help, v.nodes.map(n => n.html.slice(0, 160))])
}))"""
# A gradient behind text hides its contrast from axe; this one only shades the edge of a table.
_PLAIN = """document.head.insertAdjacentHTML('beforeend',
  '<style>.scroll { background: none !important; }</style>')"""
_FOCUSABLE = """[...document.querySelectorAll('a[href], summary, button, input, [tabindex="0"]')]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest('[inert]'))"""
_MARK = f"({_FOCUSABLE}).forEach((e, k) => e.dataset.stop = k)"
_FOCUSED = """(() => { const e = document.activeElement, s = getComputedStyle(e),
  r = e.getBoundingClientRect();
  return {stop: +(e.dataset.stop ?? -1), html: e.outerHTML.slice(0, 90),
    ring: s.outlineStyle !== 'none' ? parseFloat(s.outlineWidth) : 0,
    isSeen: r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth}; })()"""


def violations(tab):
    """Return what axe-core finds wrong with the open page, against WCAG 2.1 A and AA."""
    tab.evaluate(_PLAIN)
    tab.evaluate((files("axe_core_python") / "axe.min.js").read_text("utf-8"), keep=False)
    found = json.loads(tab.evaluate(_AXE % json.dumps(LEVELS), wait=True))
    assert found["passes"] > 3, "axe looked at nothing"
    return found["violations"]


def spoken(tab):
    """Return (role, name, level, depth) of what a screen reader is told, in reading order."""
    nodes = tab.call("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}
    found = []

    def visit(node, depth):
        if not node["ignored"] and "role" in node:
            level = [
                p["value"]["value"] for p in node.get("properties", []) if p["name"] == "level"
            ]
            name = node.get("name", {}).get("value", "")
            found.append((node["role"]["value"], name, level[0] if level else None, depth))
        for child in node.get("childIds", []):
            if child in by_id:
                visit(by_id[child], depth + 1)

    visit(nodes[0], 0)
    return found


def stops(tab):
    """Press Tab through the page; return how many stops it should have, and those it had."""
    expected = tab.evaluate(f"{_MARK}, ({_FOCUSABLE}).length")
    seen = []
    for _ in range(expected):
        tab.press("Tab")
        seen.append(tab.evaluate(_FOCUSED))
    return expected, seen
