"""Fits by MLIP's own program ``mlp`` (MLIP-2 or MLIP-3), on plain folders.

MLIP may not be redistributed and cannot be installed with pip: neither version has been run with
this code. The command lines are those of MLIP's usage texts and public scripts, the files those of
its formats, which `mtp` reads and writes. maml's driver is not used: it writes six decimals,
rotates cells, knows level 8 alone, and has no time limit.
"""

import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from monty.json import MSONable

from atomate2_argyrodite.engines.programs import run_program
from atomate2_argyrodite.errors import InputError, MissingEngineError, PotentialFileError, RunError
from atomate2_argyrodite.mtp.cfg_writer import write_cfg
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.mtp.loss import FitWeights
from atomate2_argyrodite.mtp.potential import MomentTensorPotential

MlipVersion = Literal[2, 3]

_TRAINING, _VALIDATION, _LOG = "train.cfg", "validation.cfg", "mlp.out"
_LEARNT = ("radial_coeffs", "species_coeffs", "moment_coeffs")


@dataclass(frozen=True)
class MlipSettings(MSONable):
    """How ``mlp`` is called.

    Parameters
    ----------
    version
        2 or 3: the command lines differ.
    command
        What starts it, for example ``"mpirun -n 8 mlp"``; split into words, never given to a shell.
    maximum_iterations
        Most iterations of its BFGS.
    timeout_s
        Wall time in s after which it is stopped; None for no limit.
    """

    version: MlipVersion = 3
    command: str = "mlp"
    maximum_iterations: int = 1000
    timeout_s: float | None = None

    def __post_init__(self) -> None:
        if self.version not in (2, 3):
            raise InputError(f"MLIP has versions 2 and 3, not {self.version}")
        if self.maximum_iterations < 1:
            raise InputError(f"maximum_iterations is {self.maximum_iterations}: at least 1")
        if self.timeout_s is not None and not self.timeout_s > 0.0:
            raise InputError(f"timeout_s must be above 0, got {self.timeout_s}")

    def words(self) -> list[str]:
        """Return the command as a list of arguments.

        Raises
        ------
        MissingEngineError
            If its program, or ``mlp`` behind a launcher, is not on the PATH.
        """
        words = shlex.split(self.command)
        for word in {words[0], words[-1]} if words else {"mlp"}:
            if shutil.which(word) is None:
                raise MissingEngineError(
                    f"{word!r} is not on the PATH: build MLIP-{self.version} from its sources "
                    "(ashapeev/mlip-2 or mlip-3 at gitlab.com), or use this package's trainer"
                )
        return words


def train_with_mlip(
    directory: Path,
    potential: MomentTensorPotential,
    training: Sequence[LabelledConfiguration],
    validation: Sequence[LabelledConfiguration],
    weights: FitWeights,
    settings: MlipSettings,
) -> MomentTensorPotential:
    """Fit with ``mlp train`` in a folder, and return the fitted potential.

    The weights have the same meaning in ``mlp`` (its scaling for dynamics, the default). A
    potential whose linear coefficients are all zero is written as one of MLIP's untrained ones,
    without any coefficients, so that ``mlp`` initialises them; another is continued from.

    Parameters
    ----------
    directory
        Folder for ``start.mtp`` (``.almtp``), ``train.cfg``, ``validation.cfg``, ``fitted.mtp``
        (``.almtp``) and ``mlp.out``; made if it is not there.
    potential
        Where to start.
    training, validation
        Labelled configurations; MLIP-2 reports the errors of the second kind, MLIP-3 has no option
        for them.
    weights
        Weights of the loss.
    settings
        How ``mlp`` is called.

    Raises
    ------
    MissingEngineError
        If there is no such program.
    InputError
        If an element is unknown to the potential.
    RunError
        If ``mlp`` fails, is stopped at its time limit, or leaves no readable potential.
    """
    words = settings.words()
    directory.mkdir(parents=True, exist_ok=True)
    suffix = "mtp" if settings.version == 2 else "almtp"
    start, fitted = directory / f"start.{suffix}", directory / f"fitted.{suffix}"
    fitted.unlink(missing_ok=True)
    start.write_text(mlip_text(potential), encoding="utf-8")
    _write_frames(directory / _TRAINING, training, potential.species)
    if validation:
        _write_frames(directory / _VALIDATION, validation, potential.species)
    options = train_options(settings, weights, fitted.name, bool(validation))
    _run([*words, "train", start.name, _TRAINING, *options], directory, settings.timeout_s)
    return _read(fitted, directory, potential.species)


def train_options(
    settings: MlipSettings, weights: FitWeights, fitted: str, has_validation: bool
) -> list[str]:
    """Return the options of ``mlp train``."""
    if settings.version == 2:
        return [
            f"--trained-pot-name={fitted}",
            f"--energy-weight={weights.energy!r}",
            f"--force-weight={weights.force!r}",
            f"--stress-weight={weights.stress!r}",
            f"--max-iter={settings.maximum_iterations}",
            *([f"--valid-cfgs={_VALIDATION}"] if has_validation else []),
        ]
    return [
        f"--save_to={fitted}",
        f"--energy_weight={weights.energy!r}",
        f"--force_weight={weights.force!r}",
        f"--stress_weight={weights.stress!r}",
        "--weight_scaling=1",
        "--weight_scaling_forces=0",
        f"--iteration_limit={settings.maximum_iterations}",
        "--al_mode=nbh",
    ]


def mlip_text(potential: MomentTensorPotential) -> str:
    """Return the file that ``mlp train`` starts from; see `train_with_mlip`.

    The tag, in which this package names the species, is left empty as in MLIP's own files.
    """
    lines = potential.to_text().splitlines()
    lines = ["potential_tag = " if s.startswith("potential_tag") else s for s in lines]
    linear = potential.parameters[-potential.model.scalar_count :]
    if linear.any():
        return "\n".join(lines) + "\n"
    kept, inside = [], False
    for line in lines:
        name = line.split("=")[0].strip()
        inside = name in _LEARNT or (inside and line.startswith("\t\t"))
        if not inside and not name.startswith("scaling"):
            kept.append(line)
    return "\n".join(kept) + "\n"


def _write_frames(
    path: Path, frames: Sequence[LabelledConfiguration], species: Sequence[str]
) -> None:
    """Write frames without the metadata: their names and texts are ours, not MLIP's."""
    write_cfg(path, [replace(frame, metadata={}) for frame in frames], species)


def _run(command: Sequence[str], directory: Path, timeout_s: float | None) -> None:
    end = run_program(command, directory, directory / _LOG, timeout_s=timeout_s)
    if end.is_timeout:
        raise RunError(
            f"mlp was stopped after {timeout_s:g} s: raise timeout_s, or lower "
            f"maximum_iterations{_tail(directory)}"
        )
    if end.exit_code != 0:
        raise RunError(f"mlp ended with code {end.exit_code}{_tail(directory)}")


def _tail(directory: Path) -> str:
    """Return the last line that ``mlp`` printed, in brackets."""
    text = (directory / _LOG).read_text(encoding="utf-8", errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f" ({lines[-1][:200]})" if lines else ""


def _read(fitted: Path, directory: Path, species: Sequence[str]) -> MomentTensorPotential:
    if not fitted.is_file():
        raise RunError(f"mlp ended without writing {fitted.name}{_tail(directory)}")
    try:
        return MomentTensorPotential.from_file(fitted, species)
    except PotentialFileError as error:
        raise RunError(f"mlp left a potential that cannot be used: {error}") from None
