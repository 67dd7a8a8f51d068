"""Campaigns to start from."""

from collections.abc import Callable

from atomate2_argyrodite.campaign.config import (
    ActiveLearningSection,
    CampaignConfig,
    ConductivitySection,
    CrystalSection,
    LabellingSection,
    SamplingSection,
    TrainingSection,
)
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


_PURPOSES = {
    "quickstart": "Li6PS5Cl, ordered and half disordered, with a foundation model instead of DFT: "
    "minutes on two cores. The potential is trained briefly: read its errors before its results.",
    "laptop": "Li6PS5Cl, all six configurations, with a foundation model instead of DFT: about a "
    "day on a few cores.",
}
_BUILDERS: dict[str, Callable[[], CampaignConfig]] = {"quickstart": _quickstart, "laptop": _laptop}
_UNAVAILABLE = {
    "paper": "preset 'paper' needs the engine 'vasp', which is not part of this version: use "
    "'laptop' and set your own temperatures and times"
}
PRESETS = tuple(_BUILDERS)


def preset(name: str) -> tuple[str, CampaignConfig]:
    """Return what a preset is for, and its campaign.

    Raises
    ------
    InputError
        If there is no such preset, or it cannot run with the engines of this version.
    """
    if name in _UNAVAILABLE:
        raise InputError(_UNAVAILABLE[name])
    if name not in _BUILDERS:
        raise InputError(f"preset {name!r} is unknown: choose from {', '.join(PRESETS)}")
    return _PURPOSES[name], _BUILDERS[name]()
