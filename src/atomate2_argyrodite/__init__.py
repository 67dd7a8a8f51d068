"""Ionic conductivities of lithium argyrodites, from a composition to a publishable number.

The science lives in :mod:`~atomate2_argyrodite.structures`, :mod:`~atomate2_argyrodite.mtp` and
:mod:`~atomate2_argyrodite.transport` (no workflow, no database). The stages compose it with engines
into jobflow flows, and :mod:`~atomate2_argyrodite.campaign` joins the stages into one flow from one
YAML file.
"""

from importlib.metadata import version

__version__ = version("atomate2-argyrodite")
