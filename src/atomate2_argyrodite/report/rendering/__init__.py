"""Pictures of atoms: by OVITO where it is installed, by matplotlib elsewhere."""

from atomate2_argyrodite.report.rendering.scenes import Scene, ovito_python, render_by_ovito

__all__ = ["Scene", "ovito_python", "render_by_ovito"]
