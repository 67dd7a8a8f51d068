"""Input of LAMMPS for explorations: short runs, one after another, that watch their own grades."""

from collections.abc import Sequence
from dataclasses import dataclass

from monty.json import MSONable

from atomate2_argyrodite.engines.lammps_input import beginning, guard, trajectory_dump
from atomate2_argyrodite.engines.lammps_integrators import production, reading, velocities
from atomate2_argyrodite.engines.lammps_settings import MolecularDynamicsSettings
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.errors import InputError

BREAK_FIX = "beyond_gamma_break"
_ROW = "${graded_step} ${gamma}"


@dataclass(frozen=True)
class GradeThresholds(MSONable):
    """Extrapolation grades at which a frame is worth a label, and at which a run is over.

    Parameters
    ----------
    select
        Frames with a grade above this are candidates (MLIP's default: 2.1).
    break_
        A run ends at its first frame with a grade above this (MLIP's default: 10).
    """

    select: float = 2.1
    break_: float = 10.0

    def __post_init__(self) -> None:
        if not 1.0 <= self.select < self.break_ < float("inf"):
            raise InputError(
                f"gamma_select = {self.select} and gamma_break = {self.break_} must satisfy "
                "1 <= gamma_select < gamma_break"
            )


def run_begins(index: int) -> str:
    """Return the line that is printed before run `index` of an exploration."""
    return f"argyrodite: run {index} begins"


def run_ends(index: int) -> str:
    """Return the line that is printed after run `index` of an exploration."""
    return f"argyrodite: run {index} ends"


def exploration_script(
    index: int,
    volume: float,
    pair_style: PairStyle,
    settings: MolecularDynamicsSettings,
    frame_interval_steps: int,
    thresholds: GradeThresholds | None = None,
    watch_interval_steps: int = 100,
    after_break_ps: float = 0.0,
) -> str:
    """Return the script of one exploration; several can follow each other in one process.

    It reads ``run_<index>.data`` and writes ``run_<index>.dcd``. A run that gets too hot or changes
    its volume twofold ends, and the next one follows. With `thresholds` the run grades itself every
    `frame_interval_steps`: it keeps the grades in ``run_<index>.grades``, only frames above
    gamma_select in ``run_<index>.dcd`` and some of all frames in ``run_<index>.watched.dcd``, and
    stops at the first frame above gamma_break. Then it goes on for `after_break_ps`, to the bottom
    of what it fell into (or a little longer than it should, if nothing happened).
    """
    lines = ["clear", f'print "{run_begins(index)}"']
    lines += beginning(reading(settings, f"run_{index}.data", None), pair_style, settings)
    lines += guard(volume, settings, "continue")
    lines += [*velocities(settings, settings.temperature_kelvin), *production(settings)]
    if thresholds is None:
        lines += trajectory_dump(f"run_{index}.dcd", frame_interval_steps)
    else:
        lines += _graded(index, pair_style, thresholds, frame_interval_steps, watch_interval_steps)
    lines.append(f"run {settings.steps(settings.production_ps)}")
    if thresholds is not None and after_break_ps > 0.0:
        lines += [f"unfix {BREAK_FIX}", f"run {settings.interval(after_break_ps)}"]
    lines.append(f'print "{run_ends(index)}"')
    return "\n".join(lines) + "\n"


def _graded(
    index: int,
    pair_style: PairStyle,
    thresholds: GradeThresholds,
    interval: int,
    watch_interval: int,
) -> Sequence[str]:
    """Lines that grade every `interval` steps, collect above gamma_select, stop at gamma_break."""
    if pair_style.grades is None:
        raise InputError(
            f"pair style {pair_style.style.split()[0]!r} does not grade extrapolation: active "
            "learning needs mtp/extrapolation"
        )
    return [
        f"fix grades all pair {interval} {pair_style.grades} 1",
        "compute largest all reduce max f_grades",
        "variable gamma equal c_largest",
        "variable graded_step equal step",
        # Step 0 is the start itself, which is known.
        f'variable below equal "v_gamma <= {thresholds.select:.15g} || v_graded_step == 0"',
        f'fix history all print {interval} "{_ROW}" file run_{index}.grades screen no title "#"',
        *trajectory_dump(f"run_{index}.dcd", interval),
        "dump_modify trajectory skip v_below",
        f"dump watched all dcd {watch_interval} run_{index}.watched.dcd",
        "dump_modify watched unwrap yes",
        f"fix {BREAK_FIX} all halt {interval} v_gamma > {thresholds.break_:.15g} error continue",
    ]
