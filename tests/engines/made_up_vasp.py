"""Files in VASP's formats with numbers that were made up: they say nothing about any crystal."""

from pathlib import Path

import numpy as np
from pymatgen.core import Structure
from pymatgen.io.vasp import Incar, Kpoints, Poscar

VERSION = "made-up"


def _varray(name, rows):
    lines = "".join(f"<v>{' '.join(f'{x:.8f}' for x in row)}</v>" for row in rows)
    return f'<varray name="{name}">{lines}</varray>'


def _structure(structure: Structure, fractional, name=""):
    cell = structure.lattice.matrix
    inverse = np.linalg.inv(cell).T
    tag = f'<structure name="{name}">' if name else "<structure>"
    volume = f'<i name="volume">{structure.volume:.8f}</i>'
    crystal = f"<crystal>{_varray('basis', cell)}{volume}{_varray('rec_basis', inverse)}</crystal>"
    return f"{tag}{crystal}{_varray('positions', fractional)}</structure>"


def _energy(free, kinetic=None):
    names = {"e_fr_energy": free, "e_wo_entrp": free, "e_0_energy": free}
    if kinetic is not None:
        thermostat = {"nosepot": 0.0, "nosekinetic": 0.5}
        names |= {"kinetic": kinetic, "lattice kinetic": 0.0, **thermostat}
        names["total"] = free + kinetic + 0.5
    rows = "".join(f'<i name="{name}">{value:.8f}</i>' for name, value in names.items())
    return f"<energy>{rows}</energy>"


def _atominfo(symbols):
    unique = list(dict.fromkeys(symbols))
    atoms = "".join(f"<rc><c>{s}</c><c>{unique.index(s) + 1}</c></rc>" for s in symbols)
    types = "".join(
        f"<rc><c>{symbols.count(s)}</c><c>{s}</c><c>1.0</c><c>1.0</c><c>PAW_PBE {s}</c></rc>"
        for s in unique
    )
    head = '<dimension dim="1">ion</dimension><field type="string">element</field>'
    return (
        f"<atominfo><atoms>{len(symbols)}</atoms><types>{len(unique)}</types>"
        f'<array name="atoms">{head}<field type="int">atomtype</field><set>{atoms}</set></array>'
        '<array name="atomtypes"><dimension dim="1">type</dimension>'
        '<field type="int">atomspertype</field><field type="string">element</field>'
        '<field>mass</field><field>valence</field><field type="string">pseudopotential</field>'
        f"<set>{types}</set></array></atominfo>"
    )


def vasprun(structure, incar, frames, *, scf_steps=3, maximum_scf_steps=200, is_whole=True):
    """Text of a vasprun.xml of `frames`: fractional, energy, forces, stress in kbar, kinetic."""
    incar_rows = "".join(
        f'<i type="string" name="{key}">{value}</i>' for key, value in incar.items()
    )
    parameters = (
        '<parameters><separator name="electronic">'
        f'<i type="int" name="NELM">{maximum_scf_steps}</i><i name="EDIFF">0.00000100</i>'
        '<i type="int" name="ISPIN">1</i><i name="NELECT">16.0</i></separator>'
        '<separator name="ionic">'
        f'<i type="int" name="NSW">{incar.get("NSW", 0)}</i>'
        f'<i type="int" name="IBRION">{incar.get("IBRION", -1)}</i></separator></parameters>'
    )
    kpoints = (
        '<kpoints><generation param="Gamma"><v type="int" name="divisions">1 1 1</v></generation>'
        f"{_varray('kpointlist', [[0, 0, 0]])}"
        '<varray name="weights"><v>1.00000000</v></varray></kpoints>'
    )
    calculations = []
    for fractional, free, forces, stress, kinetic in frames:
        scf = f"<scstep>{_energy(free)}</scstep>" * scf_steps
        calculations.append(
            f"<calculation>{scf}{_structure(structure, fractional)}{_varray('forces', forces)}"
            f"{_varray('stress', stress)}{_energy(free, kinetic)}</calculation>\n"
        )
    symbols = [site.specie.symbol for site in structure]
    first, last = frames[0][0], frames[-1][0]
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<modeling>'
        f'<generator><i name="program" type="string">vasp</i>'
        f'<i name="version" type="string">{VERSION}</i>'
        '<i name="subversion" type="string">x</i><i name="platform" type="string">none</i>'
        '<i name="date" type="string">2000 01 01</i><i name="time" type="string">00:00:00</i>'
        f"</generator><incar>{incar_rows}</incar>{kpoints}{parameters}{_atominfo(symbols)}"
        f"{_structure(structure, first, 'initialpos')}\n{''.join(calculations)}"
    )
    end = f"{_structure(structure, last, 'finalpos')}</modeling>\n"
    return text + end if is_whole else text[: len(text) - 300]


OUTCAR = """ vasp.made-up complex
 made up for a test of parsing: these are no results of VASP
   k-points           NKPTS =      1   number of bands    NBANDS=      8
  total plane-waves  NPLWV =   1000
   IBRION =     -1    ionic relax: 0-MD 1-quasi-New 2-CG
    total drift:                                0.000000      0.000000      0.000000
   energy  without entropy=      -1.00000000  energy(sigma->0) =      -1.00000000
 reached required accuracy - stopping structural energy minimisation
 General timing and accounting informations for this job:
 ========================================================
                  Total CPU time used (sec):        1.000
                            User time (sec):        1.000
                          System time (sec):        0.100
                         Elapsed time (sec):        1.100
                   Maximum memory used (kb):       10000.
                   Average memory used (kb):           0.
"""


def contcar(structure: Structure, fractional, velocities, *, has_thermostat=True) -> str:
    """Text of the CONTCAR that VASP leaves after dynamics, in its numbers of digits."""
    symbols = [site.specie.symbol for site in structure]
    unique = list(dict.fromkeys(symbols))
    cell = "".join(f" {'':3}{x:.16f} {y:.16f} {z:.16f}\n" for x, y, z in structure.lattice.matrix)

    def rows(table):
        return "".join(f"  {x:.8E}  {y:.8E}  {z:.8E}\n" for x, y, z in table)

    places = "".join(f"  {x:.16f}  {y:.16f}  {z:.16f}\n" for x, y, z in fractional)
    text = (
        f"made up\n   1.00000000000000\n{cell}   {'   '.join(unique)}\n"
        f"   {'   '.join(str(symbols.count(s)) for s in unique)}\nDirect\n{places}\n"
        f"{rows(velocities)}"
    )
    if has_thermostat:
        moved = np.array(velocities) * 1e-3 / 3
        nose = "  0.10000000E+01  0.12345678E-03  0.00000000E+00  0.98765432E-05"
        text += (
            f"\n    1\n  0.20000000E+01\n{nose}\n{rows(moved)}{rows(moved / 7)}{rows(0 * moved)}"
        )
    return text


def write_reference(
    folder: Path, input_set, structure: Structure, frames, *, left=None, **options
) -> None:
    """Write the folders ``inputs`` and ``outputs`` that atomate2's stand-in for VASP copies.

    `left` is the text of the CONTCAR; by default one without velocities.
    """
    incar = Incar(input_set["INCAR"])
    for part in ("inputs", "outputs"):
        place = folder / part
        place.mkdir(parents=True)
        incar.write_file(place / "INCAR")
        Kpoints.from_str(str(input_set["KPOINTS"])).write_file(place / "KPOINTS")
        (place / "POSCAR").write_text(str(input_set["POSCAR"]))
        (place / "POTCAR.spec").write_text("\n".join(input_set["POTCAR.spec"].split()))
    outputs = folder / "outputs"
    (outputs / "vasprun.xml").write_text(vasprun(structure, incar, frames, **options))
    (outputs / "OUTCAR").write_text(OUTCAR)
    final = Structure(structure.lattice, structure.species, frames[-1][0])
    Poscar(final).write_file(outputs / "CONTCAR")
    if left is not None:
        (outputs / "CONTCAR").write_text(left)
