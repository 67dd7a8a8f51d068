"""What must be there before a campaign spends compute, and what it will spend."""

import math
from pathlib import Path

from atomate2_argyrodite.campaign.config import (
    ActiveLearningSection,
    CampaignConfig,
    ConductivitySection,
)
from atomate2_argyrodite.engines.lammps_process import lammps_command
from atomate2_argyrodite.engines.plugin_path import plugin_directory
from atomate2_argyrodite.errors import MissingEngineError
from atomate2_argyrodite.settings import ArgyroditeSettings

_PLUGIN = "argyroditeplugin.so"
_ATOMS_PER_CELL = 52


def check_engines(config: CampaignConfig, settings: ArgyroditeSettings) -> None:
    """Check that every program that a campaign uses is installed, without starting one.

    Raises
    ------
    InputError
        If the engine cannot do the functional.
    MissingEngineError
        If a package, LAMMPS or the pair style is missing.
    """
    config.engine.build().check(config.functional)
    if config.active_learning is None and config.conductivity is None:
        return
    lammps_command(settings)
    plugin = Path(plugin_directory()) / _PLUGIN
    if not settings.lammps_command and not plugin.is_file():
        raise MissingEngineError(
            f"pair style mtp is not installed ({plugin} is missing): reinstall the package with "
            "'pip install --force-reinstall --no-deps atomate2-argyrodite'"
        )


def estimate(config: CampaignConfig) -> dict[str, str]:
    """Return what each stage of a campaign will do, in numbers (upper bounds for the loop)."""
    training = config.training
    loop, md = config.active_learning, config.conductivity
    crystals = len(config.crystal.configurations)
    runs = crystals * len(config.sampling.strains) * len(config.sampling.temperatures_kelvin)
    steps, frames = runs * config.sampling.steps, runs * config.sampling.snapshots_per_run
    work = {
        "sampling": f"{runs} runs, {steps:,} engine steps of {_ATOMS_PER_CELL} atoms",
        "labelling": f"{frames:,} frames in batches of {config.labelling.batch_size}",
        "training": f"level {training.level}, {training.cutoff_angstrom:g} Å",
    }
    if loop is not None:
        work["active_learning"] = _loop_estimate(loop, crystals)
    if md is not None:
        work["conductivity"] = _dynamics_estimate(md, crystals)
        if config.bulk is not None and config.bulk.random_structure:
            cells = [config.bulk.random_structure_repeats] * 3
            random = md.model_copy(update={"supercell": cells})
            work["random structure"] = _dynamics_estimate(random, 1)
        if config.mechanism is not None:
            kinds = 1 + len(config.mechanism.held)
            names = ("temperatures_kelvin", "replicas", "ramp_ps", "production_ps")
            settings = {name: getattr(config.mechanism, name) for name in names}
            work["mechanism"] = _dynamics_estimate(md.model_copy(update=settings), kinds * crystals)
    return work


def _loop_estimate(loop: ActiveLearningSection, crystals: int) -> str:
    runs = crystals * len(loop.temperatures_kelvin) * loop.replicas
    return (
        f"up to {loop.maximum_iterations} iterations of {runs} runs and "
        f"{loop.maximum_labels_per_iteration} labels"
    )


def _dynamics_estimate(md: ConductivitySection, crystals: int) -> str:
    runs = crystals * len(md.temperatures_kelvin) * md.replicas
    steps = round((md.ramp_ps + md.production_ps) * 1000 / md.time_step_fs)
    atoms = _ATOMS_PER_CELL * math.prod(md.supercell)
    return (
        f"{runs} runs of {atoms} atoms and {steps:,} steps: {runs * atoms * steps:.2g} atom-steps"
    )
