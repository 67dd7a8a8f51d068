"""What must be there before a campaign spends compute."""

from pathlib import Path

from atomate2_argyrodite.campaign.config import CampaignConfig
from atomate2_argyrodite.engines.lammps_process import lammps_command
from atomate2_argyrodite.engines.plugin_path import plugin_directory
from atomate2_argyrodite.errors import MissingEngineError
from atomate2_argyrodite.settings import ArgyroditeSettings

_PLUGIN = "argyroditeplugin.so"


def check_engines(config: CampaignConfig, settings: ArgyroditeSettings) -> None:
    """Check that every program that a campaign uses is installed, without starting one.

    Raises
    ------
    InputError
        If the engine cannot do a functional.
    MissingEngineError
        If the engine's program or package, LAMMPS or the pair style is missing.
    """
    engine = config.engine.build()
    for functional in (config.functional, *config.other_functionals):
        engine.check(functional)
    if config.active_learning is None and config.conductivity is None:
        return
    lammps_command(settings)
    plugin = Path(plugin_directory()) / _PLUGIN
    if not settings.lammps_command and not plugin.is_file():
        raise MissingEngineError(
            f"pair style mtp is not installed ({plugin} is missing): reinstall the package with "
            "'pip install --force-reinstall --no-deps atomate2-argyrodite'"
        )
