"""atomate2's VASP makers with the settings of this package."""

from typing import Any

from atomate2.vasp.jobs.base import BaseVaspMaker
from atomate2.vasp.jobs.core import RelaxMaker, StaticMaker
from atomate2.vasp.jobs.md import MDMaker
from atomate2.vasp.sets.core import MDSetGenerator, RelaxSetGenerator, StaticSetGenerator
from pymatgen.io.vasp import Kpoints

from atomate2_argyrodite.engines.base import NVTSettings
from atomate2_argyrodite.engines.vasp_settings import VDW, VaspSettings
from atomate2_argyrodite.functionals import Functional


def _generator_options(
    settings: VaspSettings, functional: Functional, incar: dict[str, Any], kpoints: Kpoints
) -> dict[str, Any]:
    # Atoms come sorted by element and stay in that order; nothing follows from an earlier run.
    return {
        "user_incar_settings": incar,
        "user_kpoints_settings": kpoints,
        "user_potcar_functional": settings.potcar_functional,
        "user_potcar_settings": dict(settings.potcars),
        "vdw": VDW[functional],
        "sort_structure": False,
        "auto_ismear": False,
        "auto_ispin": False,
        "inherit_incar": False,
    }


def static_maker(settings: VaspSettings, functional: Functional) -> BaseVaspMaker:
    """Return atomate2's maker of a single point."""
    options = _generator_options(
        settings,
        functional,
        settings.static_incar(functional),
        Kpoints.monkhorst_automatic(settings.kpoints),
    )
    name = f"vasp static {functional}"
    return StaticMaker(name=name, input_set_generator=StaticSetGenerator(**options))


def relax_maker(settings: VaspSettings, functional: Functional, **relaxation: Any) -> BaseVaspMaker:
    """Return atomate2's maker of a relaxation (see `VaspSettings.relaxation_incar`)."""
    options = _generator_options(
        settings,
        functional,
        settings.relaxation_incar(functional, **relaxation),
        Kpoints.monkhorst_automatic(settings.kpoints),
    )
    name = f"vasp relax {functional}"
    return RelaxMaker(name=name, input_set_generator=RelaxSetGenerator(**options))


def dynamics_maker(
    settings: VaspSettings, functional: Functional, dynamics: NVTSettings
) -> BaseVaspMaker:
    """Return atomate2's maker of canonical dynamics at the Gamma point."""
    incar = settings.dynamics_incar(
        functional, dynamics.temperature_kelvin, dynamics.time_step_fs, dynamics.steps
    )
    options = _generator_options(settings, functional, incar, Kpoints.gamma_automatic((1, 1, 1)))
    generator = MDSetGenerator(
        ensemble="nvt",
        start_temp=dynamics.temperature_kelvin,
        end_temp=dynamics.temperature_kelvin,
        nsteps=dynamics.steps,
        time_step=dynamics.time_step_fs,
        **options,
    )
    return MDMaker(name=f"vasp dynamics {functional}", input_set_generator=generator)
