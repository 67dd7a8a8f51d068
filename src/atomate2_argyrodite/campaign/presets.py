"""Campaigns to start from."""

from collections.abc import Callable

from atomate2_argyrodite.campaign.boundary_preset import (
    LAPTOP_BOUNDARY_PURPOSE,
    laptop_boundary,
)
from atomate2_argyrodite.campaign.comparison_section import FunctionalComparisonSection
from atomate2_argyrodite.campaign.config import (
    ActiveLearningSection,
    CampaignConfig,
    ConductivitySection,
    CrystalSection,
    LabellingSection,
    SamplingSection,
    TrainingSection,
)
from atomate2_argyrodite.campaign.engine_section import EngineSection
from atomate2_argyrodite.campaign.large_boundary_section import LargeBoundarySection
from atomate2_argyrodite.campaign.learning_sections import (
    BoundaryLearningSection,
    SlabSamplingSection,
)
from atomate2_argyrodite.campaign.method_sections import (
    BulkSection,
    GrainBoundarySection,
    MechanismSection,
    StabilitySection,
)
from atomate2_argyrodite.campaign.relaxation_section import SamplingRelaxationSection
from atomate2_argyrodite.errors import InputError


def _quickstart() -> CampaignConfig:
    return CampaignConfig(
        name="quickstart",
        crystal=CrystalSection(configurations=["0-F-43m", "50-P222_1"]),
        sampling=SamplingSection(
            strains=[-0.03, 0.0, 0.03],
            temperatures_kelvin=[400.0, 800.0, 1200.0],
            equilibration_ps=0.04,
            production_ps=0.16,
            snapshots_per_run=10,
        ),
        labelling=LabellingSection(batch_size=30),
        training=TrainingSection(level=8, cutoff_angstrom=5.0),
        active_learning=ActiveLearningSection(
            temperatures_kelvin=[500.0, 600.0, 700.0],
            replicas=8,
            exploration_ps=10.0,
            criterion="all survive",
            maximum_iterations=8,
            maximum_labels_per_iteration=100,
        ),
        conductivity=ConductivitySection(
            supercell=[2, 2, 2],
            temperatures_kelvin=[400.0, 450.0, 500.0, 550.0],
            replicas=1,
            ramp_ps=10.0,
            production_ps=300.0,
            frame_interval_ps=0.1,
        ),
    )


def _laptop() -> CampaignConfig:
    return CampaignConfig(
        name="laptop",
        crystal=CrystalSection(
            configurations=["0-F-43m", "25-R3m", "50-P222_1", "50-Pmm2", "75-R3m", "100-F-43m"]
        ),
        sampling=SamplingSection(
            strains=[-0.05, 0.0, 0.05],
            temperatures_kelvin=[300.0, 600.0, 900.0],
            equilibration_ps=0.5,
            production_ps=2.0,
            snapshots_per_run=20,
        ),
        active_learning=ActiveLearningSection(
            temperatures_kelvin=[500.0, 650.0, 800.0],
            replicas=12,
            exploration_ps=10.0,
            criterion="all survive",
            maximum_iterations=10,
            maximum_labels_per_iteration=100,
        ),
        conductivity=ConductivitySection(
            supercell=[3, 3, 3],
            temperatures_kelvin=[400.0, 450.0, 500.0, 550.0, 600.0],
            replicas=2,
            ramp_ps=20.0,
            production_ps=500.0,
            frame_interval_ps=0.2,
        ),
    )


def _paper() -> CampaignConfig:
    return CampaignConfig(
        name="paper",
        functional="pbe",
        other_functionals=["pbe-d3bj", "optb88-vdw"],
        engine=EngineSection(name="vasp"),
        crystal=CrystalSection(
            configurations=["0-F-43m", "25-R3m", "50-P222_1", "50-Pmm2", "75-R3m", "100-F-43m"],
            other_halides=["Br", "I"],
        ),
        sampling=SamplingSection(
            relaxation=SamplingRelaxationSection(protocol="free"),
            strains=[-0.05, 0.0, 0.05],
            temperatures_kelvin=[300.0, 600.0, 900.0, 1200.0],
            equilibration_ps=0.5,
            production_ps=9.5,
            snapshots_per_run=100,
        ),
        labelling=LabellingSection(batch_size=25),
        training=TrainingSection(
            level=8, cutoff_angstrom=5.0, energy_weight=100.0, force_weight=1.0, stress_weight=0.0
        ),
        active_learning=None,
        conductivity=ConductivitySection(),
        stability=StabilitySection(protocol="free", surfaces_of=["0-F-43m", "50-P222_1"]),
        functional_comparison=FunctionalComparisonSection(),
        grain_boundary=GrainBoundarySection(),
        bulk=BulkSection(),
        mechanism=MechanismSection(
            temperatures_kelvin=[350.0, 600.0], production_ps=10_000.0, held=["rigid"]
        ),
        slab_sampling=SlabSamplingSection(),
        boundary_learning=BoundaryLearningSection(
            relaxation_steps=50,
            explore_bulk=False,
            temperatures_kelvin=[350.0],
            maximum_labels_per_iteration=20,
            maximum_labels=200,
        ),
        large_boundary=LargeBoundarySection(),
    )


_PURPOSES = {
    "quickstart": "Li6PS5Cl, ordered and half disordered, with a foundation model instead of DFT: "
    "minutes on two cores. The potential is trained briefly: read its errors before its results.",
    "laptop": "Li6PS5Cl, all six configurations, with a foundation model instead of DFT: about a "
    "day on a few cores.",
    "laptop-boundary": LAPTOP_BOUNDARY_PURPOSE,
    "paper": "The whole method of Kim et al., Nano Energy 2024, 109436, with its numbers; VASP and "
    "its POTCARs are yours.",
}
_BUILDERS: dict[str, Callable[[], CampaignConfig]] = {
    "quickstart": _quickstart,
    "laptop": _laptop,
    "laptop-boundary": laptop_boundary,
    "paper": _paper,
}
PRESETS = tuple(_BUILDERS)


def preset(name: str) -> tuple[str, CampaignConfig]:
    """Return what a preset is for, and its campaign.

    Raises
    ------
    InputError
        If there is no such preset.
    """
    if name not in _BUILDERS:
        raise InputError(f"preset {name!r} is unknown: choose from {', '.join(PRESETS)}")
    return _PURPOSES[name], _BUILDERS[name]()
