"""How the site is built: ``sphinx-build -W -b html docs build/docs``, without a network."""

import sys
from importlib.metadata import version as installed_version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "atomate2-argyrodite"
author = "The atomate2-argyrodite developers"
copyright = author  # noqa: A001 - the name that Sphinx reads
release = version = installed_version("atomate2-argyrodite")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "mathml",
    "generated_pages",
    "accessible_pages",
]
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_ext"]
smartquotes = False  # options begin with two dashes
default_role = "literal"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
autodoc_class_signature = "mixed"
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_preserve_defaults = True
add_module_names = False
nitpicky = False

html_theme = "furo"
html_title = f"atomate2-argyrodite {release}"
html_static_path = ["_static"]
html_css_files = ["argyrodite.css"]
html_copy_source = False
html_show_sphinx = False
pygments_style = "a11y-high-contrast-light"  # contrast of WCAG's level AA, from furo's requirements
pygments_dark_style = "a11y-high-contrast-dark"
