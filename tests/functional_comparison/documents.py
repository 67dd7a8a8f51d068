"""Documents of functionals whose physics is set by hand: published barriers and conductivities."""

import numpy as np

from atomate2_argyrodite.conductivity.schemas import (
    ArrheniusResult,
    ConductivityDocument,
    DiffusivityResult,
)
from atomate2_argyrodite.documents import Attachment, EngineRecord
from atomate2_argyrodite.functional_comparison.comparison import (
    ComparisonSettings,
    FunctionalDocuments,
    comparison_document,
)
from atomate2_argyrodite.functional_comparison.flows import comparison_settings
from atomate2_argyrodite.functional_comparison.references import KIM_2024
from atomate2_argyrodite.functional_comparison.schemas import FunctionalComparisonDocument
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.stability.crystal_geometry import TetrahedraGeometry
from atomate2_argyrodite.stability.protocols import RelaxationProtocol
from atomate2_argyrodite.stability.schemas import (
    RelativeStabilityDocument,
    RelaxationRecord,
    RelaxedCrystal,
    RelaxedCrystalDocument,
)
from atomate2_argyrodite.structures import site_disorder_configurations
from atomate2_argyrodite.training.schemas import ErrorSummary, PotentialDocument
from atomate2_argyrodite.transport import conductivity

BOLTZMANN_EV = 8.617333e-5
DENSITY = 24 / 1050.0  # Li per Å^3
FAMILY = site_disorder_configurations("Cl")
EDGES = {Functional.PBE: 10.28, Functional.PBE_D3BJ: 9.95, Functional.OPTB88_VDW: 10.05}
ENGINE = EngineRecord(name="vasp", version="6.4")


def settings() -> ComparisonSettings:
    return comparison_settings(FAMILY)


def conductivity_document(
    label: str, barrier_ev: float, sigma_300: float | None, functional: Functional
) -> ConductivityDocument:
    """A crystal whose symbols lie on its Arrhenius line; None: nothing diffuses."""
    header = {
        "composition": "Li6PS5Cl",
        "halide": "Cl",
        "configuration": label,
        "functional": functional,
        "engine": ENGINE,
        "potential_id": f"potential of {functional.value}",
    }
    temperatures = np.arange(350.0, 701.0, 50.0)
    if sigma_300 is None:
        limits = [result(t, None, conductivity(1e-9, DENSITY, t, 1.0)) for t in temperatures]
        return ConductivityDocument(
            **header, results=limits, arrhenius=None, arrhenius_reason="nothing is diffusive",
            curves=Attachment.from_arrays("c.npz", {"x": [0.0]}),
        )  # fmt: skip
    d_300 = sigma_300 / conductivity(1.0, DENSITY, 300.0, 1.0)
    ln_prefactor = np.log(d_300) + barrier_ev / (BOLTZMANN_EV * 300.0)
    values = np.exp(ln_prefactor - barrier_ev / (BOLTZMANN_EV * temperatures))
    error = 0.2
    covariance = [[4e-4, 8e-3], [8e-3, 0.18]]
    fit = ArrheniusResult(
        activation_energy_ev=barrier_ev,
        activation_energy_interval_95_ev=(barrier_ev - 0.04, barrier_ev + 0.04),
        temperatures_kelvin=temperatures.tolist(),
        diffusivity_cm2_per_s=d_300,
        diffusivity_interval_95_cm2_per_s=(d_300 * np.exp(-error), d_300 * np.exp(error)),
        conductivity_ms_per_cm=sigma_300,
        conductivity_interval_95_ms_per_cm=(
            sigma_300 * np.exp(-error),
            sigma_300 * np.exp(error),
        ),
        ln_prefactor=ln_prefactor,
        covariance=covariance,
    )
    results = [result(t, d, None) for t, d in zip(temperatures, values, strict=True)]
    return ConductivityDocument(
        **header, results=results, arrhenius=fit,
        curves=Attachment.from_arrays("c.npz", {"x": [0.0]}),
    )  # fmt: skip


def result(temperature: float, d: float | None, limit: float | None) -> DiffusivityResult:
    return DiffusivityResult(
        temperature_kelvin=temperature,
        n_replicas=2,
        simulated_ps=20_000.0,
        is_diffusive=d is not None,
        diffusivity_cm2_per_s=d,
        diffusivity_interval_95_cm2_per_s=None if d is None else (0.8 * d, 1.25 * d),
        diffusivity_upper_limit_cm2_per_s=None if d is not None else 1e-9,
        conductivity_ms_per_cm=None if d is None else conductivity(d, DENSITY, temperature, 1.0),
        conductivity_interval_95_ms_per_cm=None,
        fit_window_ps=(10.0, 1000.0),
        hops=1000.0 if d else 2.0,
        haven_ratio=None,
        conductivity_upper_limit_ms_per_cm=limit,
    )


def relaxed(label: str, energy_ev: float, edge: float) -> RelaxedCrystal:
    return RelaxedCrystal(
        configuration=label,
        n_atoms=52,
        energy_ev=52 * energy_ev,
        energy_per_atom_ev=energy_ev,
        lattice_lengths_angstrom=(edge, edge, edge),
        lattice_angles_degrees=(90.0, 90.0, 90.0),
        volume_angstrom3=edge**3,
        linear_strain=0.0,
        largest_stress_gpa=0.0,
        space_group_symbol="P1",
        symmetry_tolerance_angstrom=0.05,
        tetrahedra=TetrahedraGeometry(None, None, True),
        lithium_contacts={},
        mean_displacement_angstrom=0.0,
        relaxation=RelaxationRecord(
            protocol=RelaxationProtocol.CUBIC,
            maximum_force_setting_ev_per_angstrom=0.04,
            rattle_angstrom=None,
            steps=10,
            maximum_force_ev_per_angstrom=0.01,
            is_converged=True,
        ),
    )


def stability(functional: Functional, energies: dict[str, float]) -> RelativeStabilityDocument:
    crystals = [relaxed(k, -4.0 + e / 1000, EDGES[functional]) for k, e in energies.items()]
    return RelativeStabilityDocument(
        composition="Li6PS5Cl",
        halide="Cl",
        functional=functional,
        engine=ENGINE,
        protocol=RelaxationProtocol.CUBIC,
        crystals=crystals,
        relative_energies_mev_per_atom=energies,
        multiplicities={c.label: c.multiplicity for c in FAMILY},
        weights=dict.fromkeys(energies, 1 / len(energies)),
    )


def bromide(functional: Functional) -> RelaxedCrystalDocument:
    return RelaxedCrystalDocument(
        composition="Li6PS5Br",
        halide="Br",
        configuration="0-F-43m",
        functional=functional,
        crystal=relaxed("0-F-43m", -4.0, EDGES[functional] + 0.12),
        frames=Attachment.from_arrays("f.npz", {"x": [0.0]}),
    )


def potential(functional: Functional) -> PotentialDocument:
    errors = ErrorSummary(
        n_configurations=720,
        energy_mae_mev_per_atom=3.1,
        energy_rmse_mev_per_atom=4.0,
        force_mae_ev_per_angstrom=0.08,
        force_rmse_ev_per_angstrom=0.11,
    )
    return PotentialDocument.model_construct(
        functional=functional,
        engine=ENGINE,
        potential_id=f"potential of {functional.value}",
        validation_errors=errors,
        n_labels=7200,
    )


def published(functional: Functional, scale: float = 5.0) -> FunctionalDocuments:
    """The documents that would give the published table; plain values are five times its."""
    rows = KIM_2024[functional].rows
    energies = {row.label: row.relative_energy_mev_per_atom for row in rows}
    return FunctionalDocuments(
        functional=functional,
        potential=potential(functional),
        stability=stability(functional, energies),
        conductivities={
            row.label: conductivity_document(
                row.label,
                row.activation_energy_ev,
                None if row.conductivity_ms_per_cm is None else scale * row.conductivity_ms_per_cm,
                functional,
            )
            for row in rows
        },
        lattices=[bromide(functional)],
    )


def published_comparison() -> FunctionalComparisonDocument:
    """The comparison that the published values give."""
    return comparison_document([published(f) for f in Functional], {}, settings())
