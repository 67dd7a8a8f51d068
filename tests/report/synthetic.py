"""Documents of a campaign that never ran: physics from formulas, numbers that look like numbers."""

import numpy as np
from jobflow.core.schemas import JobStoreDocument
from monty.json import jsanitize

from atomate2_argyrodite.active_learning.schemas import (
    BULK_LOOP,
    ActiveLearningDocument,
    ActiveLearningIteration,
    ExplorationRun,
    IterationDocument,
    RelaxedStartDocument,
    SelectionDocument,
)
from atomate2_argyrodite.campaign.run_record import JobFailure, RunDocument, RunState, run_uuid
from atomate2_argyrodite.conductivity.schemas import (
    ArrheniusResult,
    ConductivityDocument,
    DiffusivityResult,
    MolecularDynamicsDocument,
)
from atomate2_argyrodite.documents import Attachment, EngineRecord
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument
from atomate2_argyrodite.sampling.schemas import SamplingDocument
from atomate2_argyrodite.store import open_store, put_document
from atomate2_argyrodite.training.schemas import ErrorSummary, PotentialDocument

CHGNET = EngineRecord(name="chgnet", version="0.4.2", is_surrogate=True)
LAMMPS = EngineRecord(name="lammps", version="22 Jul 2025")
SETTINGS = {"name": "synthetic", "active_learning": {"gamma_select": 2.1, "gamma_break": 10.0}}
HEADER = {"composition": "Li6PS5Cl", "halide": "Cl", "functional": "pbe"}
BOLTZMANN = 8.617e-5


def arrays(**values):
    return Attachment.from_arrays("a.npz", values)


def errors(energy=4.2, force=0.081, n=60):
    return ErrorSummary(
        n_configurations=n,
        energy_mae_mev_per_atom=energy,
        energy_rmse_mev_per_atom=1.3 * energy,
        force_mae_ev_per_angstrom=force,
        force_rmse_ev_per_angstrom=1.4 * force,
        stress_mae_gpa=0.2,
        stress_rmse_gpa=0.3,
    )


def sampling(configuration="0-F-43m", strain=0.02, temperature=800.0, **changes):
    values = {
        "configuration": configuration,
        "engine": CHGNET,
        "temperature_kelvin": temperature,
        "strain": strain,
        "time_step_fs": 2.0,
        "steps": 250,
        "snapshot_interval_steps": 10,
        "equilibration_steps": 50,
        "n_frames": 20,
        "mean_temperature_kelvin": 0.98 * temperature,
        "is_physical": True,
        "frames": arrays(x=[0]),
        **HEADER,
        **changes,
    }
    return SamplingDocument(**values)


def labelled(**changes):
    values = {"engine": CHGNET, "settings_hash": "h", "n_frames": 160, "frames": arrays(x=[0])}
    return LabelledSetDocument(**{**values, **HEADER, **changes})


def potential(validation_errors=None, seed=0, **changes):
    rng = np.random.default_rng(seed)
    energy, force = rng.normal(-4.1, 0.03, 200), rng.normal(0, 0.8, 20_000)
    values = {
        "engine": CHGNET,
        "potential_id": "0123456789abcdef",
        "seeds": {"training": 1},
        "level": 8,
        "cutoff_angstrom": 5.0,
        "species": ["Li", "P", "S", "Cl"],
        "weights": {"energy": 100.0, "force": 1.0, "stress": 0.01},
        "training_errors": errors(3.0, 0.07, 180),
        "validation_errors": validation_errors or errors(4.2, 0.081, 20),
        "n_labels": 200,
        "training_set_hash": "h",
        "split": "trajectory",
        "iterations": 300,
        "loss": 1.0,
        "converged": True,
        "potential": Attachment.from_text("potential.mtp", "MTP"),
        "active_set": arrays(x=[0]),
        "parity": arrays(
            energy_reference=energy,
            energy_predicted=energy + rng.normal(0, 0.004, 200),
            force_reference=force,
            force_predicted=force + rng.normal(0, 0.1, 20_000),
            is_validation_energy=np.arange(200) >= 180,
            is_validation_force=np.arange(20_000) >= 18_000,
        ),
        "history": arrays(iteration=[1], loss=[1.0]),
    }
    return PotentialDocument(**{**values, **HEADER, **changes})


def runs(iteration, n=16, seed=0):
    rng = np.random.default_rng(seed + iteration)
    requested = min(10.0, 2.0 * 2 ** (iteration - 1))
    found = []
    for k in range(n):
        survives = rng.random() < 0.3 * iteration
        found.append(
            ExplorationRun(
                configuration="0-F-43m",
                temperature_kelvin=400.0,
                seed=k + 1,
                requested_ps=requested,
                survived_ps=requested if survives else float(requested * rng.random()),
                maximum_grade=float(rng.uniform(1.2, 5) if survives else rng.uniform(4, 9.9)),
                n_frames=100,
                n_above_select=5,
                n_unphysical=0,
                outcome="survived" if survives else "broke",
            )
        )
    return found


def selection(iteration, **changes):
    members = runs(iteration)
    values = {
        "iteration": iteration,
        "requested_ps": members[0].requested_ps,
        "runs": members,
        "n_candidates": 300 // iteration,
        "n_frames": 60 // iteration,
        "frames": arrays(x=[0]),
    }
    return SelectionDocument(**{**values, **HEADER, **changes})


def relaxed_start(configuration="50-P222_1 boundary", loop=BULK_LOOP):
    return RelaxedStartDocument(
        configuration=configuration,
        loop=loop,
        n_atoms=520,
        steps=77,
        maximum_force_ev_per_angstrom=0.0981,
        is_converged=True,
        mean_displacement_angstrom=0.312,
        tetrahedra_are_intact=True,
        frames=arrays(x=[0]),
        **HEADER,
    )


def iteration_summary(iteration, honest=True):
    members = runs(iteration)
    return ActiveLearningIteration(
        iteration=iteration,
        n_runs=len(members),
        n_survived=sum(run.survived for run in members),
        n_selected=60,
        n_labelled=60,
        median_survived_ps=2.0,
        requested_ps=members[0].requested_ps,
        maximum_grade=9.0,
        honest_errors=errors(20.0 / iteration, 0.3 / iteration) if honest else None,
        potential_id="p",
    )


def iteration(number):
    return IterationDocument(engine=CHGNET, summary=iteration_summary(number), **HEADER)


def active_learning(converged=True, n=4):
    return ActiveLearningDocument(
        engine=CHGNET,
        seeds={"exploration": 1},
        gamma_select=2.1,
        gamma_break=10.0,
        iterations=[iteration_summary(k + 1, honest=k + 1 < n) for k in range(n)],
        converged=converged,
        stop_reason="converged: all runs survived" if converged else "stopped: 3 runs broke",
        n_labels=340,
        potential=potential(),
        **HEADER,
    )


def dynamics(configuration="50-P222_1", temperature=400.0, replica=1, **changes):
    values = {
        "engine": LAMMPS,
        "configuration": configuration,
        "temperature_kelvin": temperature,
        "supercell": (2, 2, 2),
        "n_atoms": 416,
        "replica": replica,
        "time_step_fs": 2.0,
        "ramp_ps": 5.0,
        "production_ps": 100.0,
        "frame_interval_ps": 0.1,
        "outcome": "completed",
        "is_complete": True,
        "mean_temperature_kelvin": temperature + 0.4,
        "mean_pressure_gpa": 0.003,
        "mean_volume_angstrom3": 8700.0,
        "microseconds_per_atom_step": 1.4,
        "species": ["Li"] * 192 + ["P"] * 32 + ["S"] * 160 + ["Cl"] * 32,
        "thermo": arrays(x=[0]),
    }
    return MolecularDynamicsDocument(**{**values, **HEADER, **changes})


def conductivity(
    configuration="50-P222_1",
    energy=0.25,
    prefactor=3e-4,
    temperatures=(400.0, 500.0, 600.0),
    limits=(),
    **changes,
):
    """An Arrhenius law; at the temperatures `limits` only upper limits are known."""
    factor = 192 / 8700 / 1e-24 * 1.602e-19 / BOLTZMANN * 1e3  # sigma T / D in mS K/cm per cm2/s
    lag = np.geomspace(0.1, 50, 60)
    results, curves = [], {}
    for t in temperatures:
        d = prefactor * np.exp(-energy / BOLTZMANN / t)
        known = t not in limits
        sigma = factor * d / t
        results.append(
            DiffusivityResult(
                temperature_kelvin=t,
                n_replicas=2,
                simulated_ps=200.0,
                is_diffusive=known,
                diffusivity_cm2_per_s=d if known else None,
                diffusivity_interval_95_cm2_per_s=(0.7 * d, 1.4 * d) if known else None,
                diffusivity_upper_limit_cm2_per_s=None if known else 2 * d,
                conductivity_ms_per_cm=sigma if known else None,
                conductivity_interval_95_ms_per_cm=(0.7 * sigma, 1.4 * sigma) if known else None,
                fit_window_ps=(2.0, 20.0),
                hops=40.0 if known else 0.3,
                haven_ratio=0.4 if known else None,
                reason=None if known else "too few hops",
            )
        )
        msd = 0.6 * lag**0.2 + (6 * d * 1e4 * lag if known else 0)
        curves[f"msd_{t:.0f}_lag_ps"] = lag
        curves[f"msd_{t:.0f}_angstrom2"] = msd
        curves[f"msd_{t:.0f}_standard_error_angstrom2"] = 0.02 * msd * np.sqrt(lag)
    known = [t for t in temperatures if t not in limits]
    fit = None
    if len(known) > 1:
        band = 1 / np.linspace(1 / max(known), 1 / 300, 30)
        mid = factor / 1e3 * prefactor * np.exp(-energy / BOLTZMANN / band)
        width = np.exp(0.1 + 900 * np.abs(1 / band - np.mean(1 / np.array(known))))
        curves |= {
            "band_temperature_kelvin": band,
            "band_low": mid / width,
            "band_mid": mid,
            "band_high": mid * width,
        }
        room = mid[-1] * 1e3 / 300
        fit = ArrheniusResult(
            activation_energy_ev=energy,
            activation_energy_interval_95_ev=(energy - 0.05, energy + 0.05),
            temperatures_kelvin=known,
            diffusivity_cm2_per_s=1e-8,
            diffusivity_interval_95_cm2_per_s=(5e-9, 2e-8),
            conductivity_ms_per_cm=room,
            conductivity_interval_95_ms_per_cm=(room / width[-1], room * width[-1]),
        )
    values = {
        "engine": LAMMPS,
        "configuration": configuration,
        "potential_id": "0123456789abcdef",
        "results": results,
        "arrhenius": fit,
        "arrhenius_reason": None if fit else "fewer than two temperatures are diffusive",
        "curves": Attachment.from_arrays("curves.npz", curves),
    }
    return ConductivityDocument(**{**values, **HEADER, **changes})


def whole_campaign():
    documents = [sampling(c, s, t) for c in ("0-F-43m", "50-P222_1") for s in (-0.02, 0.02)
                 for t in (400.0, 800.0)]  # fmt: skip
    documents += [labelled(), potential(), *(selection(k) for k in range(1, 5))]
    documents += [*(iteration(k) for k in range(1, 4)), active_learning(), relaxed_start()]
    for configuration in ("0-F-43m", "50-P222_1"):
        for temperature in (400.0, 500.0, 600.0):
            documents.append(dynamics(configuration, temperature))
    documents.append(conductivity())
    documents.append(conductivity("0-F-43m", 0.45, 1e-3, limits=(400.0,)))
    return documents


def run_record(uuids, state=RunState.FINISHED, failures=()):
    return RunDocument(
        campaign="synthetic",
        state=state,
        updated_at="2026-01-01T00:00:00+00:00",
        counts={"sampling": {"finished": 8}, "conductivity": {"failed": 1, "skipped": 2}}
        if failures
        else {"sampling": {"finished": 8}},
        failures=list(failures),
        stage_seconds={"sampling": 100.0},
        job_uuids=list(uuids),
        settings=SETTINGS,
    )


def failure():
    return JobFailure(
        job="md-12345678",
        stage="conductivity",
        error="RunError: lost atoms <script>alert(1)</script>",
        traceback="",
        folder="runs/md-12345678",
    )


def put(store, uuid, document):
    record = JobStoreDocument(
        uuid=uuid, index=1, output=jsanitize(document, strict=True, enum_values=True), name="job"
    )
    put_document(store, record, {"data": Attachment})


def filled_store(documents, state=RunState.FINISHED, failures=(), location="memory"):
    store = open_store(location)
    uuids = [f"u{k}" for k in range(len(documents))]
    for uuid, document in zip(uuids, documents, strict=True):
        document.software_versions = {"jobflow": "0.4.0"}
        put(store, uuid, document)
    put(store, run_uuid(SETTINGS), run_record(uuids, state, failures))
    return store
