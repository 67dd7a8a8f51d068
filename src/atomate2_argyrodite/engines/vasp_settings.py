"""What fixes the numbers of VASP: those that Kim 2024 states, and those that it leaves open."""

from dataclasses import asdict, dataclass
from typing import Any

from monty.json import MSONable

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional

VDW = {
    Functional.PBE: None,
    Functional.PBE_D3BJ: "dftd3-bj",
    Functional.OPTB88_VDW: "optb88",
}
"""What atomate2 calls the functionals; its own default is PBEsol, also with D3."""


@dataclass(frozen=True)
class VaspSettings(MSONable):
    """Settings of VASP (Kim 2024, section 2.1; the rest is marked).

    Parameters
    ----------
    cutoff_ev
        Plane-wave cutoff in eV.
    kpoints
        Monkhorst-Pack divisions of single points and relaxations; dynamics use the Gamma point.
    electronic_convergence_ev
        EDIFF of single points and relaxations in eV (not in the paper).
    dynamics_convergence_ev
        EDIFF of dynamics in eV (not in the paper).
    smearing_ev
        SIGMA in eV of the Gaussian smearing (not in the paper).
    potcar_functional
        Release of the PAW potentials by pymatgen's name (not in the paper).
    potcars
        Potential of each element where it is not that of Materials Project (not in the paper).
    version
        Version of VASP, for the record: VASP does not tell it before it runs.

    Raises
    ------
    InputError
        If a value makes no sense.
    """

    cutoff_ev: float = 500.0
    kpoints: tuple[int, int, int] = (2, 2, 2)
    electronic_convergence_ev: float = 1e-6
    dynamics_convergence_ev: float = 1e-5
    smearing_ev: float = 0.05
    potcar_functional: str = "PBE_54"
    potcars: tuple[tuple[str, str], ...] = ()
    version: str = "unknown"

    def __post_init__(self) -> None:
        object.__setattr__(self, "kpoints", tuple(self.kpoints))  # JSON gives lists
        object.__setattr__(self, "potcars", tuple((a, b) for a, b in self.potcars))
        if not 100 <= self.cutoff_ev <= 3000:
            raise InputError(
                f"a plane-wave cutoff of {self.cutoff_ev:g} eV makes no sense: use 500"
            )
        if len(self.kpoints) != 3 or not all(1 <= k <= 20 for k in self.kpoints):
            raise InputError(f"kpoints must be three numbers from 1 to 20, got {self.kpoints}")
        for name in ("electronic_convergence_ev", "dynamics_convergence_ev", "smearing_ev"):
            if not 0 < getattr(self, name) <= 1:
                raise InputError(f"{name} must lie between 0 and 1 eV, got {getattr(self, name)}")

    def content(self) -> dict[str, Any]:
        """Return what single points depend on, as JSON-compatible values."""
        return {
            **asdict(self),
            "kpoints": list(self.kpoints),
            "potcars": dict(self.potcars),
        }

    def common_incar(self, functional: Functional) -> dict[str, Any]:
        """Return the INCAR settings of every calculation; atomate2 adds those of a dispersion.

        Argyrodites are closed-shell: no spin, no U. ``LREAL`` is off where stress is wanted.
        """
        return {
            "ENCUT": self.cutoff_ev,
            "EDIFF": self.electronic_convergence_ev,
            "GGA": "BO" if functional is Functional.OPTB88_VDW else "PE",
            "ISPIN": 1,
            "MAGMOM": None,
            "ISMEAR": 0,
            "SIGMA": self.smearing_ev,
            "ALGO": "Normal",
            "PREC": "Accurate",
            "LASPH": True,
            "LREAL": False,
            "LMIXTAU": None,
            "LMAXMIX": None,
            "NELM": 200,
            "LWAVE": False,
            "LCHARG": False,
            "LORBIT": None,
            "LVTOT": False,
            "LAECHG": False,
            "LELF": False,
        }

    def static_incar(self, functional: Functional) -> dict[str, Any]:
        """Return the INCAR settings of a single point with stress."""
        return {**self.common_incar(functional), "NSW": 0, "IBRION": -1, "ISIF": 2}

    def relaxation_incar(
        self,
        functional: Functional,
        *,
        relax_cell: bool,
        keep_shape: bool,
        keep_symmetry: bool,
        maximum_force: float,
        maximum_steps: int,
    ) -> dict[str, Any]:
        """Return the INCAR settings of a relaxation.

        ISIF 8, positions and volume, is of VASP 6.4.1 and later.
        """
        return {
            **self.common_incar(functional),
            "NSW": maximum_steps,
            "IBRION": 2,
            "ISIF": (8 if keep_shape else 3) if relax_cell else 2,
            "EDIFFG": -maximum_force,
            "ISYM": 2 if keep_symmetry else 0,
        }

    def dynamics_incar(
        self, functional: Functional, temperature: float, time_step_fs: float, steps: int
    ) -> dict[str, Any]:
        """Return the INCAR settings of canonical dynamics with a Nose-Hoover thermostat."""
        return {
            **self.common_incar(functional),
            "EDIFF": self.dynamics_convergence_ev,
            "PREC": "Normal",
            "ALGO": "Fast",
            "LREAL": "Auto",
            "IBRION": 0,
            "EDIFFG": None,
            "MDALGO": 2,
            "SMASS": 0,
            "ISIF": 2,
            "ISYM": 0,
            "NSW": steps,
            "POTIM": time_step_fs,
            "TEBEG": temperature,
            "TEEND": temperature,
            "NELMIN": 4,
            "MAXMIX": 20,
            "NBLOCK": 1,
            "KBLOCK": 100,
        }
