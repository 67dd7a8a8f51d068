"""The moment tensor potential: reading, writing, evaluating."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pymatgen.core import Element, Structure

from atomate2_argyrodite.errors import InputError, PotentialFileError
from atomate2_argyrodite.mtp import _native
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration, as_configurations
from atomate2_argyrodite.mtp.contractions import contraction_table

FloatArray = NDArray[np.float64]
_SPECIES_TAG = "species "
_MAXIMUM_FILE_BYTES = 2**30
_BINARY_TAIL = b"#MVS"


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Energy and derivatives of one configuration of N atoms.

    Parameters
    ----------
    energy
        Total energy in eV.
    site_energies
        Energy of each atom in eV, shape (N,).
    forces
        Forces in eV/Å, shape (N, 3).
    stress
        Cauchy stress in eV/Å^3, shape (3, 3), tension positive.
    """

    energy: float
    site_energies: FloatArray
    forces: FloatArray
    stress: FloatArray


class MomentTensorPotential:
    """A moment tensor potential (Shapeev 2016; Novikov et al. 2021) with named species.

    Build one with `untrained`, `from_file` or `from_text`.

    Parameters
    ----------
    model
        The native model.
    species
        Element symbols, in the order of the potential's species indices.
    """

    def __init__(self, model: _native.Model, species: Sequence[str]) -> None:
        self._model = model
        self.species = _checked_species(species, model.species_count)

    @classmethod
    def untrained(
        cls,
        level: int,
        cutoff: float,
        species: Sequence[str],
        min_distance: float,
        radial_basis_size: int = 8,
        seed: int = 0,
    ) -> "MomentTensorPotential":
        """Return a potential with random radial functions and no energy.

        Parameters
        ----------
        level
            Even level, 2 to 28.
        cutoff
            Cutoff radius in Å.
        species
            Element symbols.
        min_distance
            Shortest distance in Å that the radial basis is meant for.
        radial_basis_size
            Number of Chebyshev polynomials (8 in MLIP's templates).
        seed
            Of the random radial coefficients.

        Raises
        ------
        InputError
            If level, cutoff, distance or species cannot be used.
        """
        if not 0.0 < min_distance < cutoff <= 100.0:
            raise InputError(
                f"min_distance {min_distance} Å and cutoff {cutoff} Å must satisfy "
                "0 < min_distance < cutoff <= 100"
            )
        if not 2 <= radial_basis_size <= 64:
            raise InputError(f"radial_basis_size {radial_basis_size} must lie between 2 and 64")
        names = _checked_species(species, len(species))
        text = _untrained_text(level, cutoff, names, min_distance, radial_basis_size, seed)
        return cls(_native.Model(text), names)

    @classmethod
    def from_text(
        cls, text: str, species: Sequence[str] | None = None, kernel: str = ""
    ) -> "MomentTensorPotential":
        """Parse the text of a ``.mtp`` or ``.almtp`` file.

        Parameters
        ----------
        text
            The file's content; a binary tail after ``#MVS`` is ignored.
        species
            Element symbols in the file's order. May be left out where the file names them, as files
            written by this package do.
        kernel
            Instruction set ("avx512", "avx2", "sse2"); empty for the best of this processor.

        Raises
        ------
        PotentialFileError
            If the text is truncated, corrupted or of an unsupported kind.
        InputError
            If the species are missing or do not fit.
        """
        try:
            model = _native.Model(text, kernel)
        except _native.PotentialError as error:
            raise PotentialFileError(str(error)) from None
        return cls(model, _species_of(model, species))

    @classmethod
    def from_file(
        cls, path: str | os.PathLike[str], species: Sequence[str] | None = None, kernel: str = ""
    ) -> "MomentTensorPotential":
        """Read a ``.mtp`` (MLIP-2) or ``.almtp`` (MLIP-3) file; see `from_text`."""
        file = Path(path)
        try:
            if file.stat().st_size > _MAXIMUM_FILE_BYTES:
                raise PotentialFileError(f"{path} is larger than 1 GiB: not a potential")
            data = file.read_bytes().split(_BINARY_TAIL, 1)[0]
        except OSError as error:
            raise PotentialFileError(f"cannot read potential {path}: {error.strerror}") from None
        try:
            return cls.from_text(data.decode("utf-8"), species, kernel)
        except UnicodeDecodeError:
            raise PotentialFileError(f"{path} is not text: not a potential file") from None
        except PotentialFileError as error:
            raise PotentialFileError(f"{path}: {error}") from None

    def to_text(self) -> str:
        """Return the text of a ``.mtp`` file (MLIP-2's layout) whose tag names the species."""
        return self._model.text(list(self.species))

    def to_file(self, path: str | os.PathLike[str]) -> None:
        """Write a ``.mtp`` file; an existing one is replaced at once, never half-written."""
        target = Path(path)
        partial = target.with_name(f".{target.name}.{os.getpid()}.part")
        partial.write_text(self.to_text(), encoding="utf-8")
        partial.replace(target)

    @property
    def model(self) -> _native.Model:
        """The native model (read it, do not change it)."""
        return self._model

    @property
    def potential_id(self) -> str:
        """Hash of the content: the same for the same potential, wherever it came from."""
        return self._model.identity(list(self.species))

    @property
    def cutoff(self) -> float:
        """Cutoff radius in Å."""
        return self._model.max_dist

    @property
    def min_distance(self) -> float:
        """Lower end of the radial basis in Å."""
        return self._model.min_dist

    @property
    def parameters(self) -> FloatArray:
        """All parameters: radial [z_i][z_j][mu][k], species [z], linear [scalar]."""
        return np.array(self._model.parameters)

    def with_parameters(self, parameters: ArrayLike) -> "MomentTensorPotential":
        """Return the potential with other parameters, ordered as in `parameters`."""
        values = np.ascontiguousarray(parameters, dtype=np.float64)
        if values.shape != self.parameters.shape or not np.isfinite(values).all():
            raise InputError(f"{len(self.parameters)} finite parameters are needed")
        model = self._model.copy()
        model.set_parameters(values)
        return MomentTensorPotential(model, self.species)

    def species_indices(self, numbers: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the species index of each atomic number.

        Raises
        ------
        InputError
            If an element is not one of the potential's.
        """
        known = {Element(symbol).Z: index for index, symbol in enumerate(self.species)}
        unknown = sorted({Element.from_Z(int(z)).symbol for z in numbers if int(z) not in known})
        if unknown:
            raise InputError(
                f"the potential knows {', '.join(self.species)} but not {', '.join(unknown)}"
            )
        return np.array([known[int(z)] for z in numbers], dtype=np.int32)

    def configuration_set(
        self, configurations: Sequence[LabelledConfiguration], threads: int = 1
    ) -> _native.ConfigurationSet:
        """Pack configurations for repeated evaluation (see the native documentation)."""
        if not configurations:
            raise InputError("at least one configuration is needed")
        try:
            return _native.ConfigurationSet(
                self._model,
                np.array([len(c) for c in configurations], dtype=np.int32),
                np.concatenate([self.species_indices(c.numbers) for c in configurations]),
                np.concatenate([c.positions for c in configurations]),
                np.stack([c.cell for c in configurations]),
                threads,
            )
        except ValueError as error:
            raise InputError(str(error)) from None

    @overload
    def evaluate(
        self, structures: Structure | LabelledConfiguration, threads: int = 1
    ) -> Evaluation: ...

    @overload
    def evaluate(
        self, structures: Iterable[Structure | LabelledConfiguration], threads: int = 1
    ) -> list[Evaluation]: ...

    def evaluate(
        self,
        structures: Structure | LabelledConfiguration | Iterable[Structure | LabelledConfiguration],
        threads: int = 1,
    ) -> Evaluation | list[Evaluation]:
        """Return energy (eV), forces (eV/Å) and stress (eV/Å^3, tension positive).

        Parameters
        ----------
        structures
            One periodic structure or configuration, or many.
        threads
            Threads to share many configurations among; results do not depend on it.

        Raises
        ------
        InputError
            If an element is unknown to the potential or two atoms are at the same place.
        """
        configurations = as_configurations(structures)
        if not configurations:
            return []
        packed = self.configuration_set(configurations, threads)
        energies, sites, forces, strains = packed.evaluate(self._model, threads)
        ends = np.cumsum([len(c) for c in configurations])
        results = [
            Evaluation(
                energy=float(energies[k]),
                site_energies=sites[end - len(c) : end],
                forces=forces[end - len(c) : end],
                stress=0.5 * (strains[k] + strains[k].T) / c.volume,
            )
            for k, (c, end) in enumerate(zip(configurations, ends, strict=True))
        ]
        single = isinstance(structures, Structure | LabelledConfiguration)
        return results[0] if single else results


def _checked_species(species: Sequence[str], count: int) -> tuple[str, ...]:
    if isinstance(species, str):
        raise InputError(f"species must be a list of symbols, got the text {species!r}")
    names = tuple(str(symbol) for symbol in species)
    unknown = [name for name in names if not Element.is_valid_symbol(name)]
    if unknown or len(set(names)) != len(names) or not names:
        raise InputError(f"species {names} must be different element symbols")
    if len(names) != count:
        raise InputError(f"{len(names)} species are named but the potential has {count}")
    return names


def _species_of(model: _native.Model, species: Sequence[str] | None) -> Sequence[str]:
    tag = model.tag
    named = tag[len(_SPECIES_TAG) :].split() if tag.startswith(_SPECIES_TAG) else None
    if species is None:
        if named is None:
            raise InputError(
                f"the potential file does not name its {model.species_count} species: pass "
                "species=[...] in the file's order"
            )
        return named
    if named is not None and list(species) != named:
        raise InputError(f"the potential file is for species {named}, not {list(species)}")
    return species


def _untrained_text(
    level: int,
    cutoff: float,
    species: tuple[str, ...],
    min_distance: float,
    radial_basis_size: int,
    seed: int,
) -> str:
    table = contraction_table(level)
    count = len(species)
    radial = initial_radial_coefficients(count, table.radial_funcs_count, radial_basis_size, seed)

    def braces(rows: Iterable[Iterable[int]]) -> str:
        return "{" + ", ".join("{" + ", ".join(map(str, row)) + "}" for row in rows) + "}"

    lines = ["MTP", "version = 1.1.0", f"potential_name = MTP level {level}", "scaling = 1.0"]
    lines += [f"species_count = {count}", f"potential_tag = {_SPECIES_TAG}{' '.join(species)}"]
    lines += ["radial_basis_type = RBChebyshev", f"\tmin_dist = {min_distance!r}"]
    lines += [f"\tmax_dist = {cutoff!r}", f"\tradial_basis_size = {radial_basis_size}"]
    lines += [f"\tradial_funcs_count = {table.radial_funcs_count}", "\tradial_coeffs"]
    for i in range(count):
        for j in range(count):
            lines.append(f"\t\t{i}-{j}")
            lines += ["\t\t\t{" + ", ".join(map(repr, row)) + "}" for row in radial[i, j].tolist()]
    lines += [f"alpha_moments_count = {table.moments_count}"]
    lines += [f"alpha_index_basic_count = {len(table.basic)}"]
    lines += [f"alpha_index_basic = {braces(table.basic)}"]
    lines += [f"alpha_index_times_count = {len(table.times)}"]
    lines += [f"alpha_index_times = {braces(table.times)}"]
    lines += [f"alpha_scalar_moments = {len(table.scalars)}"]
    lines += ["alpha_moment_mapping = {" + ", ".join(map(str, table.scalars)) + "}"]
    lines += ["species_coeffs = {" + ", ".join(["0.0"] * count) + "}"]
    lines += ["moment_coeffs = {" + ", ".join(["0.0"] * len(table.scalars)) + "}", ""]
    return "\n".join(lines)


def initial_radial_coefficients(
    species_count: int, radial_funcs_count: int, radial_basis_size: int, seed: int
) -> FloatArray:
    """Return random coefficients, shape (species, species, functions, basis).

    Function mu is dominated by Chebyshev polynomial mu, so that the functions start independent.
    """
    rng = np.random.default_rng(seed)
    shape = (species_count, species_count, radial_funcs_count, radial_basis_size)
    coefficients = 0.1 * rng.standard_normal(shape)
    for mu in range(radial_funcs_count):
        coefficients[:, :, mu, mu % radial_basis_size] += 1.0
    return coefficients
