"""The loss that a fit minimises, its gradient, and the linear least-squares problem inside it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.mtp.potential import MomentTensorPotential

FloatArray = NDArray[np.float64]
_ROWS_PER_BATCH = 40_000_000  # doubles of the design matrix held at a time


@dataclass(frozen=True)
class FitWeights:
    """Weights of energies, forces and stresses in MLIP's meaning (its scaling "vibrations").

    For K configurations q of N_q atoms and volume V_q the loss is::

        L = 1/K sum_q w_q [ energy (E_q - E_q^ref)^2 / N_q
                            + force sum_i |F_qi - F_qi^ref|^2
                            + stress V_q^2 |S_q - S_q^ref|^2 / N_q ]

    with energies in eV, forces in eV/Å, stress S in eV/Å^3 (Frobenius norm) and weights w_q of the
    configurations, 1 unless given. The paper's are 100 : 1 : 0 for bulk and 100 : 1 : 0.01 for
    boundaries.
    """

    energy: float = 100.0
    force: float = 1.0
    stress: float = 0.0

    def __post_init__(self) -> None:
        values = asdict(self)
        for name, value in values.items():
            if not (np.isfinite(value) and value >= 0.0):
                raise InputError(f"weight of {name} is {value}: it must be finite and not negative")
        if not (self.energy > 0.0 or self.force > 0.0):
            raise InputError("the weights of energy and force are both zero: nothing to fit")


class FitProblem:
    """Labelled configurations packed for repeated evaluation of the loss.

    Parameters
    ----------
    potential
        Gives species and cutoff; its parameters are not used.
    configurations
        Labelled configurations; a configuration without stress counts no stress.
    weights
        Weights of the loss.
    configuration_weights
        w_q, shape (K,).
    threads
        Threads of every evaluation; results do not depend on it.
    """

    def __init__(
        self,
        potential: MomentTensorPotential,
        configurations: Sequence[LabelledConfiguration],
        weights: FitWeights,
        configuration_weights: FloatArray | None = None,
        threads: int = 1,
    ) -> None:
        self.threads = threads
        self._model = potential.model.copy()
        self._packed = potential.configuration_set(configurations, threads)
        self.counts = np.array([len(c) for c in configurations])
        self.atoms_begin = np.concatenate([[0], np.cumsum(self.counts)])
        self.volumes = np.array([c.volume for c in configurations])
        self.energies = np.array([c.energy for c in configurations], dtype=np.float64)
        self.forces = np.concatenate([c.forces for c in configurations])
        has_stress = np.array([c.stress is not None for c in configurations])
        self.stresses = np.array(
            [np.zeros((3, 3)) if c.stress is None else c.stress for c in configurations]
        )
        self.composition = _composition(potential, configurations)
        own = np.ones(len(configurations))
        scale = (own if configuration_weights is None else configuration_weights) / len(self.counts)
        self.energy_weights = weights.energy * scale / self.counts
        self.force_weights = np.repeat(weights.force * scale, self.counts)
        self.stress_weights = weights.stress * scale * has_stress / self.counts  # of V S

    @property
    def linear_count(self) -> int:
        """Number of linear coefficients."""
        return self._model.scalar_count

    def predict(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return energies (K,) in eV, forces (A, 3) in eV/Å and stresses (K, 3, 3) in eV/Å^3."""
        self._model.set_parameters(parameters)
        energies, _, forces, strains = self._packed.evaluate(self._model, self.threads)
        return energies, forces, strains / self.volumes[:, None, None]

    def loss(self, parameters: FloatArray) -> float:
        """Return the loss alone; infinite where it is not a number."""
        residuals = self.residuals(parameters)
        loss = float(residuals @ residuals)
        return loss if np.isfinite(loss) else np.inf

    def residuals(self, parameters: FloatArray) -> FloatArray:
        """Return weighted errors of energies, forces and stresses; their squares sum to the loss.

        Shape (R,): R = K + 3 A, and 9 K more where stresses have a weight.
        """
        energies, forces, stresses = self.predict(parameters)
        virials = (stresses - self.stresses) * self.volumes[:, None, None]
        return self._weighted(energies - self.energies, forces - self.forces, virials).ravel()

    def linear_residuals(self, parameters: FloatArray) -> FloatArray:
        """Return the derivatives of `residuals` by the S species and B linear coefficients.

        Shape (R, S + B). They depend on the radial part of `parameters` alone.
        """
        self._model.set_parameters(parameters)
        rows = self._packed.linear_rows(self._model, self.threads, 0, len(self.counts))
        basis = self._weighted(rows[0], -rows[1], rows[2])
        species = np.zeros((len(basis), self.composition.shape[1]))
        species[: len(self.counts)] = np.sqrt(self.energy_weights)[:, None] * self.composition
        return np.hstack([species, basis])

    def _weighted(
        self, energies: FloatArray, forces: FloatArray, virials: FloatArray
    ) -> FloatArray:
        """Stack (K, ...), (A, 3, ...) and (K, 3, 3, ...), times roots of weights, to (R, -1)."""
        parts = [(energies, self.energy_weights, 1), (forces, self.force_weights, 3)]
        if self.stress_weights.any():
            parts.append((virials, self.stress_weights, 9))
        return np.concatenate(
            [
                values.reshape(repeats * len(weights), -1)
                * np.sqrt(np.repeat(weights, repeats))[:, None]
                for values, weights, repeats in parts
            ]
        )

    def root_mean_square_errors(self, parameters: FloatArray) -> tuple[float, float]:
        """Return the errors of the energies in meV/atom and of the force components in eV/Å."""
        energies, forces, _ = self.predict(parameters)
        per_atom = 1e3 * (energies - self.energies) / self.counts
        return _rms(per_atom), _rms(forces - self.forces)

    def loss_and_gradient(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Return the loss and its gradient with respect to all parameters."""
        energies, forces, stresses = self.predict(parameters)
        energy_errors = energies - self.energies
        force_errors = forces - self.forces
        virial_errors = (stresses - self.stresses) * self.volumes[:, None, None]
        loss = float(
            self.energy_weights @ energy_errors**2
            + self.force_weights @ (force_errors**2).sum(axis=1)
            + self.stress_weights @ (virial_errors**2).sum(axis=(1, 2))
        )
        if not np.isfinite(loss):
            return np.inf, np.zeros_like(parameters)
        gradient = self._packed.gradient(
            self._model,
            self.threads,
            2.0 * self.energy_weights * energy_errors,
            np.ascontiguousarray(-2.0 * self.force_weights[:, None] * force_errors),
            np.ascontiguousarray(2.0 * self.stress_weights[:, None, None] * virial_errors),
        )
        return loss, gradient

    def solve_linear(self, parameters: FloatArray, regularisation: float) -> FloatArray:
        """Return the parameters with the best species and linear ones for their radial part.

        The weighted normal equations are scaled to unit diagonal before `regularisation` (relative
        to that diagonal) is added, so that it acts alike on coefficients of any size.
        """
        self._model.set_parameters(parameters)
        matrix, vector = self._normal_equations()
        size = np.sqrt(np.diagonal(matrix))
        size[size == 0.0] = 1.0
        scaled = matrix / np.outer(size, size)
        scaled[np.diag_indices_from(scaled)] += regularisation
        solution = np.linalg.lstsq(scaled, vector / size, rcond=1e-14)[0] / size
        result = parameters.copy()
        result[-len(solution) :] = solution
        return result

    def _normal_equations(self) -> tuple[FloatArray, FloatArray]:
        n_species = self.composition.shape[1]
        size = n_species + self._model.scalar_count
        matrix, vector = np.zeros((size, size)), np.zeros(size)
        atoms_per_batch = max(1, _ROWS_PER_BATCH // (3 * size))
        first = 0
        while first < len(self.counts):
            last = int(
                np.searchsorted(
                    self.atoms_begin, self.atoms_begin[first] + atoms_per_batch, "right"
                )
            )
            last = min(max(last - 1, first + 1), len(self.counts))
            self._add_batch(matrix, vector, first, last)
            first = last
        return matrix, vector

    def _add_batch(self, matrix: FloatArray, vector: FloatArray, first: int, last: int) -> None:
        n_species = self.composition.shape[1]
        rows = self._packed.linear_rows(self._model, self.threads, first, last)
        frames = slice(first, last)
        atoms = slice(self.atoms_begin[first], self.atoms_begin[last])
        energy_rows = np.hstack([self.composition[frames], rows[0]])
        _accumulate(matrix, vector, energy_rows, self.energies[frames], self.energy_weights[frames])
        lower = matrix[n_species:, n_species:], vector[n_species:]
        _accumulate(
            *lower,
            -rows[1].reshape(-1, rows[1].shape[-1]),
            self.forces[atoms].ravel(),
            np.repeat(self.force_weights[atoms], 3),
        )
        virials = self.stresses[frames] * self.volumes[frames, None, None]
        _accumulate(
            *lower,
            rows[2].reshape(-1, rows[2].shape[-1]),
            virials.ravel(),
            np.repeat(self.stress_weights[frames], 9),
        )


def _rms(values: FloatArray) -> float:
    return float(np.sqrt((values**2).mean()))


def _accumulate(
    matrix: FloatArray,
    vector: FloatArray,
    rows: FloatArray,
    targets: FloatArray,
    weights: FloatArray,
) -> None:
    if not weights.any():
        return
    weighted = rows * weights[:, None]
    matrix += weighted.T @ rows
    vector += weighted.T @ targets


def _composition(
    potential: MomentTensorPotential, configurations: Sequence[LabelledConfiguration]
) -> FloatArray:
    """Atoms of each species in each configuration, shape (K, species)."""
    return np.array(
        [
            np.bincount(potential.species_indices(c.numbers), minlength=len(potential.species))
            for c in configurations
        ],
        dtype=np.float64,
    )
