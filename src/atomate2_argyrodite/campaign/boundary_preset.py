"""The laptop's way to a grain boundary: 520 atoms, a foundation model, two cores, two hours."""

from atomate2_argyrodite.campaign.config import CampaignConfig
from atomate2_argyrodite.campaign.large_boundary_section import LargeBoundarySection
from atomate2_argyrodite.campaign.learning_sections import (
    BoundaryLearningSection,
    SlabSamplingSection,
)
from atomate2_argyrodite.campaign.stage_sections import (
    ActiveLearningSection,
    CrystalSection,
    LabellingSection,
    SamplingSection,
    TrainingSection,
)

LAPTOP_BOUNDARY_PURPOSE = (
    "Li6PS5Cl, a grain boundary of 520 atoms with a foundation model instead of DFT: learned "
    "until it is stable for 50 ps at 500 K, then 500 ps by distance from the boundary. At most "
    "two hours on two cores. Grains of 23 Å have no bulk far from a boundary: the report says what "
    "that cannot resolve."
)


def laptop_boundary() -> CampaignConfig:
    """Return the campaign.

    Its slabs are 3.8 Å thick, since two grains of 23 Å hold no more than three of them; the bulk to
    compare with is a cell of its own.
    """
    return CampaignConfig(
        name="laptop-boundary",
        crystal=CrystalSection(configurations=["50-P222_1"]),
        sampling=SamplingSection(
            strains=[-0.03, 0.0, 0.03],
            temperatures_kelvin=[400.0, 800.0, 1200.0],
            equilibration_ps=0.1,
            production_ps=0.8,
            snapshots_per_run=20,
        ),
        labelling=LabellingSection(batch_size=20),
        training=TrainingSection(maximum_iterations=300),
        active_learning=ActiveLearningSection(
            temperatures_kelvin=[500.0, 600.0, 700.0],
            replicas=4,
            exploration_ps=40.0,
            criterion="all survive",
            maximum_iterations=12,
            maximum_labels_per_iteration=60,
        ),
        conductivity=None,
        slab_sampling=SlabSamplingSection(
            configurations=["50-P222_1"],
            equilibration_ps=0.05,
            production_ps=0.25,
            snapshots_per_run=10,
        ),
        boundary_learning=BoundaryLearningSection(
            configurations=["50-P222_1"],
            temperatures_kelvin=[400.0, 500.0],
            replicas=2,
            initial_exploration_ps=4.0,
            exploration_ps=50.0,
            criterion="all survive",
            maximum_iterations=20,
            maximum_labels_per_iteration=24,
            maximum_labels=250,
        ),
        large_boundary=LargeBoundarySection(
            crystal="50-P222_1",
            temperatures_kelvin=[500.0],
            ramp_ps=20.0,
            production_ps=500.0,
            frame_interval_ps=0.2,
            slab_thickness_angstrom=3.8,
            slabs=["GB", "Near_GB", "Bulk"],
            bulk_supercell=[2, 2, 3],
        ),
    )
