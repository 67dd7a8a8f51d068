"""atomate2's VASP makers with the settings of this package."""

from dataclasses import replace
from typing import Any

from atomate2.vasp.jobs.base import BaseVaspMaker
from atomate2.vasp.jobs.core import RelaxMaker, StaticMaker
from atomate2.vasp.jobs.md import MDMaker
from atomate2.vasp.sets.core import MDSetGenerator, RelaxSetGenerator, StaticSetGenerator
from pymatgen.io.vasp import Kpoints

from atomate2_argyrodite.engines.base import NVTSettings
from atomate2_argyrodite.engines.vasp_segment_end import ContinuedMDSetGenerator, SegmentEnd
from atomate2_argyrodite.engines.vasp_settings import VDW, VaspSettings
from atomate2_argyrodite.functionals import Functional

_POLL_S, _USUAL_POLLS = 10, 30  # custodian's defaults: its monitors look every 300 s
_LOOKS = 20  # at least so many during a segment


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
    # atomate2 holds one that ends at its last step for failed; the engine tells how it ended.
    return RelaxMaker(
        name=f"vasp relax {functional}",
        input_set_generator=RelaxSetGenerator(**options),
        stop_children_kwargs={"handle_unsuccessful": False},
    )


def dynamics_maker(
    settings: VaspSettings,
    functional: Functional,
    dynamics: NVTSettings,
    *,
    steps: int | None = None,
    contcar: str | None = None,
    wall_time_s: float | None = None,
) -> BaseVaspMaker:
    """Return atomate2's maker of canonical dynamics at the Gamma point, or of a segment of them.

    Parameters
    ----------
    settings, functional, dynamics
        Of the whole run.
    steps
        Steps of the segment; by default all.
    contcar
        Text that the segment before left, where it goes on.
    wall_time_s
        Wall time in s after which VASP is asked to stop.
    """
    nsw = dynamics.steps if steps is None else steps
    incar = settings.dynamics_incar(
        functional, dynamics.temperature_kelvin, dynamics.time_step_fs, nsw
    )
    options = _generator_options(settings, functional, incar, Kpoints.gamma_automatic((1, 1, 1)))
    options |= {
        "ensemble": "nvt",
        "start_temp": dynamics.temperature_kelvin,
        "end_temp": dynamics.temperature_kelvin,
        "nsteps": nsw,
        "time_step": dynamics.time_step_fs,
    }
    generator = (
        MDSetGenerator(**options)
        if contcar is None
        else ContinuedMDSetGenerator(**options, contcar=contcar)
    )
    maker = MDMaker(name=f"vasp dynamics {functional}", input_set_generator=generator)
    return maker if wall_time_s is None else _stopped_in_time(maker, wall_time_s)


def _stopped_in_time(maker: MDMaker, wall_time_s: float) -> BaseVaspMaker:
    """Return the maker of a segment that ends after a wall time, which is no failure."""
    looks = max(1, min(_USUAL_POLLS, int(wall_time_s / (_LOOKS * _POLL_S))))
    run = {
        **maker.run_vasp_kwargs,
        "handlers": (*maker.run_vasp_kwargs["handlers"], SegmentEnd(wall_time_s)),
        "custodian_kwargs": {"polling_time_step": _POLL_S, "monitor_freq": looks},
    }
    # atomate2 holds dynamics that end before NSW for failed; `VaspDynamics` judges them itself.
    stop = {"handle_unsuccessful": False}
    return replace(maker, run_vasp_kwargs=run, stop_children_kwargs=stop)
