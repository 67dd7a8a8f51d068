"""Scenes of atoms, and OVITO in a process of its own that renders them."""

import importlib.util
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.settings import load_settings
from atomate2_argyrodite.structures.chemistry import TETRAHEDRAL_BOND_LENGTHS

FloatArray = NDArray[np.float64]
PROGRAM = Path(__file__).with_name("render_scenes.py")
OBLIQUE = (-1.0, 2.6, -0.8)
"""Direction of view that shows three faces of a cell."""
ALONG_A = (1.0, 0.0, 0.0)
ALONG_C = (0.0, 0.0, -1.0)
_SAID = 400  # characters of OVITO's complaints
_LOG = logging.getLogger(__name__)
_LONGEST_BOND = 2.75  # Å, as in render_scenes.py
_SOFTWARE_DRIVERS = Path("/usr/share/vulkan/icd.d")
_START_S, _SCENE_S = 120.0, 60.0


@dataclass(frozen=True, eq=False)
class Scene:
    """Atoms in a cell, and what is drawn with them.

    Parameters
    ----------
    name
        Stem of the picture.
    positions, symbols, cell
        Atoms (Å, atoms x 3), their elements (see `with_free_sulphur`), and the cell (Å, vectors in
        rows).
    density, level
        A grid over the cell, the first axis along a, and the value of its isosurface.
    paths
        Lines in Å, each points x 3.
    width_px, height_px
        Of the picture.
    direction, up
        Which way it is seen, and what is up in it.
    """

    name: str
    positions: FloatArray
    symbols: Sequence[str]
    cell: FloatArray
    density: FloatArray | None = None
    level: float = 0.0
    paths: Sequence[FloatArray] = ()
    width_px: int = 640
    height_px: int = 560
    direction: tuple[float, float, float] = OBLIQUE
    up: tuple[float, float, float] = (0.0, 0.0, 1.0)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what the renderer reads."""
        found: dict[str, NDArray[np.generic]] = {
            "positions": np.asarray(self.positions, dtype=np.float64),
            "symbols": np.array(self.symbols, dtype="U8"),
            "cell": np.asarray(self.cell, dtype=np.float64),
        }
        if self.density is not None:
            found |= {"density": self.density, "level": np.array(self.level)}
        if len(self.paths):
            found["paths"] = np.concatenate(self.paths)
            found["lengths"] = np.array([len(path) for path in self.paths])
        return found


def with_free_sulphur(symbols: Sequence[str], positions: FloatArray, cell: FloatArray) -> list[str]:
    """Return the symbols of atoms (Å, atoms x 3), ``S (free)`` for S in no MS4 tetrahedron.

    Site disorder is where free S and the halide are: they are drawn apart from the tetrahedra's S.
    """
    found = list(symbols)
    centres = positions[[symbol in TETRAHEDRAL_BOND_LENGTHS for symbol in symbols]]
    inverse = np.linalg.inv(cell)
    for k in [k for k, symbol in enumerate(symbols) if symbol == "S" and len(centres)]:
        steps = (centres - positions[k]) @ inverse
        distances = np.linalg.norm((steps - np.round(steps)) @ cell, axis=1)
        if distances.min() > _LONGEST_BOND:
            found[k] = "S (free)"
    return found


def ovito_python() -> str | None:
    """Return the Python that has OVITO: the one of the settings, else this one; None without.

    Raises
    ------
    InputError
        If the settings name a program that does not exist.
    """
    named = load_settings().ovito_python
    if named:
        if not Path(named).is_file():
            raise InputError(
                f"ovito_python = {named!r} does not exist: set ARGYRODITE_OVITO_PYTHON to the "
                "Python of an environment with OVITO, or unset it"
            )
        return named
    return sys.executable if importlib.util.find_spec("ovito") else None


def render_by_ovito(scenes: Sequence[Scene]) -> dict[str, bytes]:
    """Return PNGs by the names of the scenes; those that OVITO could not render are missing.

    OVITO 3.17 needs Vulkan, without a screen that of a software driver (Debian's
    ``mesa-vulkan-drivers``): it is chosen if it is installed and there is no display.
    """
    python = ovito_python()
    if python is None or not scenes:
        return {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(scenes, folder)
        said = _run([python, str(PROGRAM), name], _START_S + _SCENE_S * len(scenes))
        pictures = {scene.name: folder / f"{scene.name}.png" for scene in scenes}
        found = {key: path.read_bytes() for key, path in pictures.items() if path.is_file()}
    if len(found) < len(scenes):
        _LOG.warning("OVITO rendered %d of %d pictures: %s", len(found), len(scenes), said)
    return found


def _run(command: Sequence[str], patience_s: float) -> str:
    """Run OVITO and return the end of what it said; whatever ends it, its pictures are kept."""
    environment = _environment(is_own=command[0] == sys.executable)
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=patience_s, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return done.stderr.decode("utf-8", "replace")[-_SAID:].strip() or f"exit {done.returncode}"


def _write(scenes: Sequence[Scene], folder: Path) -> None:
    listed = [
        {
            "name": scene.name,
            "width": scene.width_px,
            "height": scene.height_px,
            "direction": scene.direction,
            "up": scene.up,
        }
        for scene in scenes
    ]
    for scene in scenes:
        np.savez(folder / f"{scene.name}.npz", allow_pickle=False, **scene.arrays())
    (folder / "scenes.json").write_text(json.dumps(listed), encoding="utf-8")


def _environment(*, is_own: bool) -> dict[str, str]:
    variables = dict(os.environ)
    if not is_own:  # another Python must not find this one's packages
        variables = {k: v for k, v in variables.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    if variables.get("QT_QPA_PLATFORM") == "offscreen":  # this platform has no Vulkan
        del variables["QT_QPA_PLATFORM"]
    has_display = variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY")
    if not has_display and "VK_ICD_FILENAMES" not in variables:
        drivers = sorted(_SOFTWARE_DRIVERS.glob("lvp_icd*.json"))
        variables |= {"VK_ICD_FILENAMES": str(drivers[0])} if drivers else {}
    return variables
