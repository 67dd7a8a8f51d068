"""Segments of VASP's dynamics with files that were made up in its formats: VASP was not run.

One run of six steps, and the same steps divided: what VASP is given, what is handed over, and that
the parts are the whole.
"""

from pathlib import Path

import atomate2.vasp.jobs.base as atomate2_base
import numpy as np
import pytest
from ase import units
from pymatgen.io.vasp import Incar

from atomate2_argyrodite.engines.base import NVTSettings
from atomate2_argyrodite.engines.segments import DynamicsState, SegmentLimit
from atomate2_argyrodite.engines.vasp import VaspEngine
from atomate2_argyrodite.engines.vasp_atoms import sorted_structure, sorting
from atomate2_argyrodite.engines.vasp_makers import dynamics_maker
from atomate2_argyrodite.engines.vasp_segment_end import SegmentEnd
from atomate2_argyrodite.engines.vasp_settings import VaspSettings
from atomate2_argyrodite.engines.velocities import initial_velocities
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

from .made_up_vasp import contcar, write_reference

NUMBERS = np.array([17, 3, 17, 3])
POSITIONS = np.array([[0.0, 0, 0], [2.6, 0, 0], [2.6, 2.6, 0], [0.0, 2.6, 0]])
CRYSTAL = LabelledConfiguration(NUMBERS, POSITIONS, 5.2 * np.eye(3))
RUN = NVTSettings(600.0, 2.0, 6, 0, 3, seed=3)
STEPS = range(1, RUN.steps + 1)
DRIFT = np.array([[0.3, -0.02, 0.0], [0.0, 0.1, 0.0], [-0.1, 0.0, 0.0], [0.0, -0.3, 0.05]])  # Å
CUT = 2
MAKER = dynamics_maker(VaspSettings(), Functional.PBE, RUN)


def fractional(step):
    """Where atoms are at a step, wrapped: two of them leave the cell on their way."""
    positions = POSITIONS + step * DRIFT
    return (positions / 5.2 % 1.0)[sorting(CRYSTAL)]


def frame(step):
    forces = np.outer(np.arange(4) - 1.5, [0.1, 0.0, 0.01 * step])
    stress = np.diag([step, 0.0, 0.0])
    return fractional(step), -15.0 - 0.1 * step, forces[sorting(CRYSTAL)], stress, 0.3 + 0.01 * step


def velocities_after(step):
    """In Å/fs, by atoms as they are in the crystal."""
    return DRIFT / 2.0 + 0.001 * step


def left_after(step, **options):
    """The CONTCAR after a step: the positions of the next one."""
    ordered = velocities_after(step)[sorting(CRYSTAL)]
    return contcar(sorted_structure(CRYSTAL), fractional(step + 1), ordered, **options)


@pytest.fixture
def given(mock_vasp, monkeypatch):
    """What VASP was given in each of its runs: POSCAR, INCAR, and how it was started."""
    calls, stand_in = [], atomate2_base.run_vasp

    def record(**options):
        calls.append((Path("POSCAR").read_bytes(), Incar.from_file("INCAR"), options))
        stand_in(**options)

    monkeypatch.setattr(atomate2_base, "run_vasp", record)
    return calls


@pytest.fixture
def play(given, mock_vasp, tmp_path):
    """Let VASP do these steps next, if it is given what it must be given for them."""

    def prepare(steps, asked, *, left=None, came_from=None, **options):
        structure = sorted_structure(CRYSTAL)
        velocities = initial_velocities(CRYSTAL, RUN)[sorting(CRYSTAL)] * units.fs
        structure.add_site_property("velocities", velocities.tolist())
        maker = dynamics_maker(VaspSettings(), Functional.PBE, RUN, steps=asked, contcar=came_from)
        inputs = maker.input_set_generator.get_input_set(structure, potcar_spec=True)
        name = f"run{len(given)}_{steps[0]}"
        frames = [frame(step) for step in steps]
        folder = tmp_path / "reference" / name
        write_reference(folder, inputs, structure, frames, left=left, **options)
        mock_vasp({MAKER.name: name}, {})

    return prepare


def segment(limit=SegmentLimit(), start=None):  # noqa: B008 - frozen
    if start is not None:
        start = DynamicsState.from_arrays(start.to_arrays())  # as through an attachment
    return VaspEngine().dynamics_segment(CRYSTAL, "pbe", RUN, limit, start)


def whole_run(play):
    play(STEPS, RUN.steps)
    run = segment().run
    assert run.is_complete
    return run


def test_segments_are_the_run(play, given, tmp_path, monkeypatch):
    whole = whole_run(play)
    monkeypatch.setenv("ARGYRODITE_WORK_DIRECTORY", str(tmp_path / "divided"))
    left = left_after(CUT)
    play(STEPS[:CUT], CUT, left=left)
    first = segment(SegmentLimit(steps=CUT))
    assert first.run.outcome == "interrupted after step 2"
    play(STEPS[CUT:], RUN.steps - CUT, came_from=left)
    second = segment(SegmentLimit(steps=100), first.state)
    assert (second.run.outcome, second.state) == ("completed", None)
    for name in ("temperatures_kelvin", "potential_energies_ev", "conserved_energies_ev"):
        joined = np.concatenate([getattr(first.run, name), getattr(second.run, name)])
        np.testing.assert_array_equal(joined, getattr(whole, name))
    frames = [*first.run.snapshots, *second.run.snapshots]
    assert [f.metadata for f in frames] == [f.metadata for f in whole.snapshots]
    for found, expected in zip(frames, whole.snapshots, strict=True):
        np.testing.assert_allclose(found.positions, expected.positions, atol=1e-6)
        np.testing.assert_array_equal(found.forces, expected.forces)
        np.testing.assert_array_equal(found.stress, expected.stress)
        step = found.metadata["step"]
        np.testing.assert_allclose(found.positions, POSITIONS + step * DRIFT, atol=1e-6)


def test_the_next_segment_gets_the_contcar_byte_for_byte(play, given):
    left = left_after(CUT)
    play(STEPS[:CUT], CUT, left=left)
    first = segment(SegmentLimit(steps=CUT))
    play(STEPS[CUT:], RUN.steps - CUT, came_from=left)
    segment(SegmentLimit(), first.state)
    (begin, incar, _), (poscar, next_incar, _) = given
    assert poscar == left.encode()
    assert begin != poscar
    changed = {key for key in {*incar, *next_incar} if incar.get(key) != next_incar.get(key)}
    assert changed == {"NSW"}
    assert (incar["NSW"], next_incar["NSW"]) == (CUT, RUN.steps - CUT)


def test_the_state_holds_positions_and_momenta_of_the_run(play):
    play(STEPS[:CUT], CUT, left=left_after(CUT))
    state = segment(SegmentLimit(steps=CUT)).state
    assert state.step == CUT
    np.testing.assert_allclose(state.positions, POSITIONS + CUT * DRIFT, atol=1e-6)
    masses = np.array([35.45, 6.94, 35.45, 6.94])[:, None]
    np.testing.assert_allclose(
        state.momenta * units.fs, masses * velocities_after(CUT), rtol=1e-7, atol=1e-12
    )


def test_a_wall_time_stops_vasp_by_a_handler_and_is_no_failure(play, given, tmp_path):
    """VASP is asked for all steps, with a handler that writes a STOPCAR; here it did two."""
    left = left_after(CUT)
    play(STEPS[:CUT], RUN.steps, left=left)
    first = segment(SegmentLimit(wall_time_s=7200.0))
    assert first.run.outcome == "interrupted after step 2"
    options = given[0][2]
    (end,) = [h for h in options["handlers"] if isinstance(h, SegmentEnd)]
    assert end.wall_time_s == 7200.0
    assert len(options["handlers"]) == len(MAKER.run_vasp_kwargs["handlers"]) + 1
    looks = options["custodian_kwargs"]
    assert looks["polling_time_step"] * looks["monitor_freq"] <= 7200 / 20
    play(STEPS[CUT:], RUN.steps - CUT, came_from=left)
    # With another limit, or none, what was done is found and the run goes on from it.
    again = segment(SegmentLimit(wall_time_s=60.0))
    assert again.run.outcome == first.run.outcome
    assert len(given) == 1
    run = segment().run
    assert run.is_complete
    assert len(given) == 2
    assert len(run.temperatures_kelvin) == RUN.steps
    assert [f.metadata["step"] for f in run.snapshots] == [2, 4, 6]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (12, "VASP's CONTCAR is truncated or garbled (0 rows of velocities instead of 4)"),
        (21, "VASP's files in "),  # atomate2 cannot read it either
    ],
)
def test_a_truncated_contcar_ends_the_run_and_what_was_computed_is_kept(play, rows, words):
    lines = left_after(CUT).splitlines(keepends=True)
    play(STEPS[:CUT], CUT, left="".join(lines[:rows]))
    stopped = segment(SegmentLimit(steps=CUT))
    assert stopped.state is None
    assert stopped.run.outcome.startswith(f"failed at step 3: {words}")
    assert [f.metadata["step"] for f in stopped.run.snapshots] == [2]


def test_a_thermostat_that_is_not_handed_over_is_told(play):
    play(STEPS[:CUT], CUT, left=left_after(CUT, has_thermostat=False))
    first = segment(SegmentLimit(steps=CUT))
    assert first.run.outcome == "interrupted after step 2, the thermostat begins anew"
    assert first.state is not None


def test_a_step_that_is_done_again_is_not_counted_twice(play):
    left = left_after(CUT)
    play(STEPS[:CUT], CUT, left=left)
    first = segment(SegmentLimit(steps=CUT))
    play(STEPS[CUT - 1 : -1], RUN.steps - CUT, came_from=left)
    second = segment(SegmentLimit(), first.state)
    assert second.run.outcome.startswith("failed at step 3: VASP began again with the step before")
    assert second.run.snapshots == []


def test_a_failed_scf_in_a_later_segment_is_told_by_the_step_of_the_run(play):
    left = left_after(CUT)
    play(STEPS[:CUT], CUT, left=left)
    first = segment(SegmentLimit(steps=CUT))
    play(STEPS[CUT:], RUN.steps - CUT, came_from=left, scf_steps=200)
    second = segment(SegmentLimit(wall_time_s=60.0), first.state)
    assert second.run.outcome == "failed at step 3: the SCF did not converge"
    assert second.state is None


def test_a_state_of_another_engine_is_refused(mock_vasp):
    state = DynamicsState(2, POSITIONS, POSITIONS, {"eta": np.zeros(3)})
    with pytest.raises(InputError, match="not written by VASP"):
        segment(SegmentLimit(), state)
