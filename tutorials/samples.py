"""Stand-ins for a reader's own data, made on the spot: labels by CHGNet, walks of known physics."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.io import write
from numpy.typing import NDArray

from atomate2_argyrodite.engines.base import NVTSettings
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.mtp import LabelledConfiguration
from atomate2_argyrodite.structures import site_disorder_configurations, strained_structures

SPECIES = ["Li", "P", "S", "Cl"]


def dynamics_frames(
    temperatures: Sequence[float], snapshots: int, strains: Sequence[float] = (0.0,), seed: int = 1
) -> list[LabelledConfiguration]:
    """Return labelled snapshots of NVT dynamics by CHGNet: what AIMD gives, in a minute.

    Parameters
    ----------
    temperatures
        In K; one run of 6 fs per snapshot at each strain and temperature.
    snapshots
        Snapshots per run.
    strains
        Isotropic strains.
    seed
        Of the velocities.
    """
    crystal = site_disorder_configurations("Cl", 10.28)[2].structure
    engine, frames = FoundationEngine(), []
    for strain in strains:
        (structure,) = strained_structures(crystal, (strain,))
        start = LabelledConfiguration.from_structure(structure)
        for temperature in temperatures:
            settings = NVTSettings(temperature, 2.0, 10 + 3 * snapshots, 10, snapshots, seed)
            run = engine.molecular_dynamics(start, "pbe", settings)
            name = f"{temperature:g} K, {100 * strain:+g} %"
            frames += [
                snapshot.with_metadata(
                    trajectory=name, configuration="50-P222_1", temperature_kelvin=temperature
                )
                for snapshot in run.snapshots
            ]
            print(f"{name}: {len(run.snapshots)} frames", flush=True)
    return frames


def write_vasprun(path: str, frame: LabelledConfiguration) -> None:
    """Write what a vasprun.xml of a single point holds of energy, forces, stress and crystal.

    VASP was not run: this stands for your file, with the tags that are read and no others.
    """

    def rows(name: str, values: NDArray[np.float64]) -> str:
        lines = "".join("<v> " + " ".join(f"{x:.10f}" for x in row) + " </v>\n" for row in values)
        return f'<varray name="{name}">\n{lines}</varray>\n'

    order = np.argsort(frame.numbers, kind="stable")
    atoms = Atoms(frame.numbers[order], frame.positions[order], cell=frame.cell, pbc=True)
    symbols = "".join(
        f"<rc><c>{symbol}</c><c>1</c></rc>\n" for symbol in atoms.get_chemical_symbols()
    )
    crystal = (
        '<structure name="{}">\n<crystal>\n'
        + rows("basis", atoms.cell.array)
        + "</crystal>\n"
        + rows("positions", atoms.get_scaled_positions())
        + "</structure>\n"
    )
    kilobar = -1602.1766208  # VASP prints the stress with the opposite sign
    energies = "".join(
        f'<i name="{name}"> {frame.energy:.10f} </i>\n'
        for name in ("e_fr_energy", "e_wo_entrp", "e_0_energy")
    )
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<modeling>\n'
        '<generator><i name="program" type="string">vasp</i></generator>\n'
        '<kpoints>\n<varray name="kpointlist">\n<v> 0.0 0.0 0.0 </v>\n</varray>\n'
        '<varray name="weights">\n<v> 1.0 </v>\n</varray>\n</kpoints>\n'
        f"<atominfo>\n<atoms> {len(atoms)} </atoms>\n"
        f'<array name="atoms">\n<set>\n{symbols}</set>\n</array>\n</atominfo>\n'
        + crystal.format("initialpos")
        + "<calculation>\n<scstep>\n<energy>\n"
        + energies
        + "</energy>\n</scstep>\n"
        + crystal.format("").replace(' name=""', "")
        + rows("forces", frame.forces[order])
        + rows("stress", frame.stress * kilobar)
        + "<energy>\n"
        + energies
        + "</energy>\n</calculation>\n"
        + crystal.format("finalpos")
        + "</modeling>\n"
    )
    Path(path).write_text(text, encoding="utf-8")


def write_walk(
    path: str,
    temperature: float,
    frames: int,
    rng: np.random.Generator,
    *,
    activation_energy: float = 0.30,
    together: float = 0.0,
) -> float:
    """Write a trajectory of Li that hop at random in a rigid crystal, and return its true D.

    Li hop by 2.5 Å along the axes at an Arrhenius rate, and vibrate; everything else vibrates only.

    Parameters
    ----------
    path
        Extended XYZ file; atoms are wrapped into the cell, as VASP does.
    temperature
        In K.
    frames
        Frames, 0.5 ps apart.
    rng
        Source of randomness.
    activation_energy
        In eV.
    together
        Share of hops that the Li make in pairs: what makes the Haven ratio smaller than 1.

    Returns
    -------
    float
        The diffusivity in cm^2/s.
    """
    structure = site_disorder_configurations("Cl", 10.28)[2].structure * (2, 2, 2)
    atoms = structure.to_ase_atoms(msonable=False)
    lithium = np.flatnonzero(atoms.numbers == 3)
    per_frame = 0.5 * 40.0 * np.exp(-activation_energy / (8.617333e-5 * temperature))

    def hops(rate: float, count: int) -> NDArray[np.float64]:
        ahead, back = rng.poisson(rate / 6, (2, frames, count, 3))
        return 2.5 * np.cumsum(ahead - back, axis=0).astype(float)

    moved = hops(per_frame * (1 - together), len(lithium))
    pairs = hops(per_frame * together, len(lithium) // 2)
    moved += np.repeat(pairs, 2, axis=1)
    images = []
    for frame in range(frames):
        copy = atoms.copy()
        copy.positions += 0.15 * rng.standard_normal(copy.positions.shape)
        copy.positions[lithium] += moved[frame]
        copy.wrap()
        images.append(copy)
    write(path, images, format="extxyz")
    return float(per_frame * 2.5**2 / 6 / 0.5 * 1e-4)
