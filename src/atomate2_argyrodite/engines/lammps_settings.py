"""Settings of molecular dynamics in LAMMPS."""

from dataclasses import dataclass
from typing import Literal, get_args

from monty.json import MSONable

from atomate2_argyrodite.errors import InputError

PressureCoupling = Literal["iso", "aniso", "tri", "plane"]
Ps4Motion = Literal["free", "rigid", "fixed"]
"""``'rigid'``: units move and turn, but do not deform; ``'fixed'``: they do not move at all."""
VOLUME_FACTOR = 2.0  # a crystal that shrinks or grows by this factor is none any more
_MAXIMUM_KELVIN = 10_000.0
_MAXIMUM_GPA = 1000.0
_MAXIMUM_TIME_STEP_FS = 20.0


@dataclass(frozen=True)
class MolecularDynamicsSettings(MSONable):
    """NVT ramp and NPT production with Nose-Hoover thermostat and barostat (Kim 2024, section 2.6).

    Parameters
    ----------
    temperature_kelvin
        Temperature of the production in K.
    production_ps
        Time of the NPT production in ps.
    seed
        Seed of the velocities, which are drawn once, before the ramp.
    time_step_fs
        Time step in fs.
    ramp_ps
        Time of the NVT ramp before the production; 0 for none, then velocities are drawn at the
        target temperature.
    ramp_start_kelvin
        Temperature at which the ramp starts; from there the thermostat's target rises linearly.
        (Kim's stairs of 10 K differ from that by 10 K at most, but a thermostat that starts anew on
        every stair loses its grip where stairs are short.)
    pressure_gpa
        Pressure in GPa.
    coupling
        Which cell parameters follow the barostat: one length, three lengths, all six, or with
        ``'plane'`` the two that span a slab with vacuum above it, whose height stays.
    thermostat_period_steps, barostat_period_steps
        Periods in time steps; 100 and 1000 are LAMMPS' recommendation.
    frame_interval_ps
        Time between two frames of the trajectory in ps.
    thermo_interval_ps
        Time between two rows of temperature, energy, pressure and volume in ps.
    checkpoint_interval_ps
        Time between two restart files in ps: what a kill can cost.
    neighbor_skin
        Skin of the neighbour list in Å.
    ps4
        How PS4 units may move: ``'free'``, ``'rigid'`` (they move and turn as rigid bodies) or
        ``'fixed'`` (they keep their place and orientation in the cell). Held units first relax with
        the rest of the crystal. Rigid units exclude the coupling ``'tri'``.
    minimise
        Relax the atoms before any dynamics: what was built, such as a grain boundary, may hold
        forces that a ramp turns into heat.

    Raises
    ------
    InputError
        If a value makes no sense.
    """

    temperature_kelvin: float
    production_ps: float
    seed: int
    time_step_fs: float = 2.0
    ramp_ps: float = 0.0
    ramp_start_kelvin: float = 10.0
    pressure_gpa: float = 0.0
    coupling: PressureCoupling = "aniso"
    thermostat_period_steps: float = 100.0
    barostat_period_steps: float = 1000.0
    frame_interval_ps: float = 0.1
    thermo_interval_ps: float = 0.1
    checkpoint_interval_ps: float = 50.0
    neighbor_skin: float = 1.5
    ps4: Ps4Motion = "free"
    minimise: bool = False

    def __post_init__(self) -> None:
        positive = (
            "temperature_kelvin",
            "production_ps",
            "time_step_fs",
            "ramp_start_kelvin",
            "thermostat_period_steps",
            "barostat_period_steps",
            "frame_interval_ps",
            "thermo_interval_ps",
            "checkpoint_interval_ps",
            "neighbor_skin",
        )
        for name in positive:
            if not 0 < getattr(self, name) < float("inf"):
                raise InputError(f"{name} must be above 0, got {getattr(self, name)}")
        if not 0 <= self.ramp_ps < float("inf"):
            raise InputError(f"ramp_ps must not be negative, got {self.ramp_ps}")
        self._check_conditions()
        if self.coupling not in get_args(PressureCoupling):
            raise InputError(
                f"coupling {self.coupling!r} is not one of {', '.join(get_args(PressureCoupling))}"
            )
        if self.ps4 not in get_args(Ps4Motion):
            raise InputError(f"ps4 = {self.ps4!r} is not one of {', '.join(get_args(Ps4Motion))}")
        if self.ps4 == "rigid" and self.coupling == "tri":
            raise InputError(
                "LAMMPS cannot shear a cell with rigid bodies: choose the coupling 'iso' or 'aniso'"
            )
        if not 0 < self.seed < 2**31:
            raise InputError(f"seed must lie between 1 and 2^31 - 1, got {self.seed}")
        if self.steps(self.production_ps) < 1:
            raise InputError(
                f"production_ps = {self.production_ps} ps is shorter than one time step"
            )

    def _check_conditions(self) -> None:
        """Refuse conditions under which there is no crystal."""
        if self.temperature_kelvin > _MAXIMUM_KELVIN:
            raise InputError(
                f"temperature_kelvin = {self.temperature_kelvin} K melts any crystal: give at most "
                f"{_MAXIMUM_KELVIN:g} K"
            )
        if not abs(self.pressure_gpa) <= _MAXIMUM_GPA:
            raise InputError(
                f"pressure_gpa must lie within +-{_MAXIMUM_GPA:g} GPa, got {self.pressure_gpa}"
            )
        if self.time_step_fs > _MAXIMUM_TIME_STEP_FS:
            raise InputError(
                f"time_step_fs = {self.time_step_fs} fs tears any crystal apart: 2 fs suits "
                "argyrodites"
            )

    @property
    def time_step_ps(self) -> float:
        """Time step in ps."""
        return self.time_step_fs / 1000

    def steps(self, time_ps: float) -> int:
        """Return the number of time steps in `time_ps`, rounded."""
        return round(time_ps / self.time_step_ps)

    def interval(self, time_ps: float) -> int:
        """Return the number of time steps in `time_ps`, at least one."""
        return max(1, self.steps(time_ps))
