"""Flows from single crystals to the bulk: rules over configurations, and random structures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jobflow import Flow, Job, Maker, Response

from atomate2_argyrodite.conductivity.flows import ConductivityFlowMaker
from atomate2_argyrodite.conductivity.jobs import compare_random_structure, mix_to_bulk
from atomate2_argyrodite.documents import document_job
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.references import passed_on, to_pass_on
from atomate2_argyrodite.structures import (
    ConfigurationRecipe,
    RandomStructureRecipe,
    SiteDisorderConfiguration,
)
from atomate2_argyrodite.transport.bulk import DEFAULT_CRYSTALLINITY_FACTOR


@dataclass
class BulkConductivityFlowMaker(Maker):
    """Conductivities of all configurations of a material, mixed to its bulk by every rule.

    Parameters
    ----------
    name
        Name of the flow.
    conductivity_maker
        Protocol for every configuration.
    weight_temperature_kelvin
        Of the Boltzmann weights.
    crystallinity_factor
        What corrected values are multiplied by; plain ones stand beside them.
    """

    name: str = "bulk conductivity"
    conductivity_maker: ConductivityFlowMaker = field(default_factory=ConductivityFlowMaker)
    weight_temperature_kelvin: float = 300.0
    crystallinity_factor: float = DEFAULT_CRYSTALLINITY_FACTOR

    def make(
        self,
        configurations: Sequence[SiteDisorderConfiguration],
        potential: Any,
        relative_energies_mev_per_atom: Any,
    ) -> Flow:
        """Return the flow; its output is a `BulkConductivityDocument`.

        Parameters
        ----------
        configurations
            Crystals of one composition, such as `site_disorder_configurations` returns.
        potential
            Reference to a `PotentialDocument`, or the document.
        relative_energies_mev_per_atom
            By label; also a reference, such as that field of a `RelativeStabilityDocument`.

        Raises
        ------
        InputError
            If an energy is missing or a setting makes no sense.
        """
        check_factor(self.crystallinity_factor)
        labels = [configuration.label for configuration in configurations]
        if isinstance(relative_energies_mev_per_atom, Mapping):
            missing = sorted(set(labels) - set(relative_energies_mev_per_atom))
            if missing:
                raise InputError(f"relative energies of {', '.join(missing)} are missing")
        if not labels or not self.weight_temperature_kelvin > 0:
            raise InputError(
                "a bulk needs configurations and a weight_temperature_kelvin above 0, got "
                f"{labels} and {self.weight_temperature_kelvin}"
            )
        flows = [
            self.conductivity_maker.make(c.structure, potential, c.label) for c in configurations
        ]
        outputs = [flow.output for flow in flows]
        bulk = self.mix(configurations, outputs, relative_energies_mev_per_atom)
        return Flow([*flows, bulk], output=bulk.output, name=self.name)

    def mix(
        self,
        configurations: Sequence[SiteDisorderConfiguration],
        conductivities: Sequence[Any],
        relative_energies_mev_per_atom: Any,
    ) -> Job:
        """Return the job that mixes conductivities (references or documents) to a bulk."""
        bulk: Job = mix_to_bulk(
            list(conductivities),
            relative_energies_mev_per_atom,
            {c.label: c.multiplicity for c in configurations},
            self.weight_temperature_kelvin,
            self.crystallinity_factor,
        )
        bulk.name = "bulk conductivity"
        bulk.update_metadata({"stage": "conductivity"})
        return bulk


@dataclass
class RandomStructureFlowMaker(Maker):
    """Conductivity of a random structure beside an ordered and a disordered crystal.

    The random structure is a supercell of 27 cells drawn by their stability (Kim 2024, section 3.2,
    Fig. 3b and Table 2): 1,404 atoms, whose conductivity stands for that of the bulk.

    Parameters
    ----------
    name
        Name of the flow.
    conductivity_maker
        Protocol; its supercell is replaced by `repeats`, so that all crystals are of one size.
    repeats
        Cells along each edge.
    references
        Labels of the crystals to compare with: fully ordered and half disordered by default.
    seed
        Of the random structure.
    crystallinity_factor
        What the corrected value is multiplied by; the plain one stands beside it.
    """

    name: str = "random structure"
    conductivity_maker: ConductivityFlowMaker = field(default_factory=ConductivityFlowMaker)
    repeats: int = 3
    references: tuple[str, ...] = ("0-F-43m", "50-P222_1")
    seed: int = 0
    crystallinity_factor: float = DEFAULT_CRYSTALLINITY_FACTOR

    def make(
        self,
        potential: Any,
        weights: Mapping[str, float],
        halide: str = "Cl",
        lattice_constant: float | None = None,
        others: Sequence[Any] = (),
    ) -> Flow:
        """Return the flow; its output is a `RandomStructureDocument`.

        Parameters
        ----------
        potential
            Reference to a `PotentialDocument`, or the document.
        weights
            Of the configurations by label, such as ``weights`` of a `RelativeStabilityDocument`.
        halide
            Cl, Br or I.
        lattice_constant
            Of one cell in Å; by default that of the halide.
        others
            References to `ConductivityDocument`s to compare with besides the `references`.

        Raises
        ------
        InputError
            If a label is unknown, weights sum to zero or a setting makes no sense.
        """
        check_factor(self.crystallinity_factor)
        recipe = RandomStructureRecipe(
            weights=dict(weights),
            halide=halide,
            lattice_constant=lattice_constant,
            repeats=self.repeats,
            seed=self.seed,
        )
        recipe.build()  # refuses what cannot be built, before any compute is spent
        whole = replace(self.conductivity_maker, supercell=(1, 1, 1))
        repeated = replace(self.conductivity_maker, supercell=(self.repeats,) * 3)
        flow = whole.make(recipe, potential, recipe.label)
        flows = [
            repeated.make(self._reference(label, halide, lattice_constant), potential, label)
            for label in self.references
        ]
        comparison: Job = compare_random_structure(
            flow.output,
            [*(reference.output for reference in flows), *others],
            recipe,
            self.crystallinity_factor,
        )
        comparison.name = "compare random structure"
        comparison.update_metadata({"stage": "conductivity", "configuration": recipe.label})
        return Flow([flow, *flows, comparison], output=comparison.output, name=self.name)

    def make_by_stability(
        self,
        stability: Any,
        potential: Any,
        halide: str = "Cl",
        lattice_constant: float | None = None,
        others: Sequence[Any] = (),
    ) -> Job:
        """Return a job that becomes the flow once the weights of the configurations are known.

        Parameters
        ----------
        stability
            Reference to a `RelativeStabilityDocument`, or the document.
        potential, halide, lattice_constant, others
            See `make`.
        """
        job: Job = draw_by_stability(
            self,
            stability.weights,
            to_pass_on(potential),
            halide,
            lattice_constant,
            [to_pass_on(document) for document in others],
        )
        job.name = "draw random structure"
        job.update_metadata({"stage": "conductivity"})
        return job

    @staticmethod
    def _reference(label: str, halide: str, lattice_constant: float | None) -> ConfigurationRecipe:
        recipe = ConfigurationRecipe(label, halide, lattice_constant)
        recipe.build()
        return recipe


@document_job(None)
def draw_by_stability(
    maker: RandomStructureFlowMaker,
    weights: dict[str, float],
    potential: Any,
    halide: str,
    lattice_constant: float | None,
    others: list[Any],
) -> Response[Any]:
    """Replace this job by the flow of a random structure drawn by `weights`."""
    flow = maker.make(
        passed_on(potential),
        weights,
        halide,
        lattice_constant,
        [passed_on(document) for document in others],
    )
    return Response(replace=flow)


def check_factor(crystallinity_factor: float) -> None:
    """Refuse a factor outside 0 to 1.

    Raises
    ------
    InputError
        With the value.
    """
    if not 0 < crystallinity_factor <= 1:
        raise InputError(
            f"crystallinity_factor {crystallinity_factor!r} must lie above 0 and not above 1"
        )
