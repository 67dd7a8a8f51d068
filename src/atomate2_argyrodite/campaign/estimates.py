"""What a campaign will take: calculations, atom-steps, core-hours, storage.

Costs per step are measurements of this project's parts on one core of a server CPU of 2024 (see
each constant and `Engine.cost`); they say which stage dominates and whether a campaign fits a
budget, to a factor of about two. The loop's numbers are upper bounds.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from atomate2_argyrodite.campaign.config import CampaignConfig, ConductivitySection
from atomate2_argyrodite.campaign.large_boundary_section import boundary_recipe
from atomate2_argyrodite.campaign.relaxation_section import SamplingRelaxationSection
from atomate2_argyrodite.functionals import Functional

CELL_ATOMS = 52
BOUNDARY_ATOMS = 520
SLAB_LAYER_ANGSTROM = 4.6
"""Height of the 52 atoms of one (021) layer."""
GRADE_COST = 3.0
"""A graded step over one that is not, at level 8 (tests/benchmarks/pair_styles.py)."""
_SECONDS_PER_HOUR = 3600.0
_BYTES_PER_GB = 1e9

MTP_S_PER_ATOM_STEP = 0.5e-6
"""NPT at 500 K with level 8, 5 Å, AVX-512, list building and integration included."""
MTP_LEVEL_EXPONENT, MTP_CUTOFF_EXPONENT = 2.35, 2.1
"""Level 16 takes five times level 8 (tests/benchmarks/pair_styles.py), 6 Å 1.5 times 5 Å."""
FIT_S_PER_ATOM_ITERATION = 20e-6
"""One iteration of a level-8 fit per atom of the training set."""
RELAXATION_STEPS = 60
"""Typical steps of a relaxation to 0.04 eV/Å."""
_FRAME_BYTES, _LABEL_BYTES, _TRAJECTORY_BYTES = 24, 56, 12  # per atom


@dataclass(frozen=True)
class StageEstimate:
    """What one stage takes, over all halides and functionals of a campaign.

    Parameters
    ----------
    stage
        Name of the stage.
    work
        The work in words.
    labels
        Single-point calculations by the engine.
    engine_steps
        Steps of dynamics and relaxations by the engine.
    atom_steps
        Atom-steps of LAMMPS.
    core_hours, storage_gb
        What they cost and leave on disk.
    """

    stage: str
    work: str
    labels: int = 0
    engine_steps: int = 0
    atom_steps: float = 0.0
    core_hours: float = 0.0
    storage_gb: float = 0.0


def estimate_campaign(config: CampaignConfig) -> list[StageEstimate]:
    """Return what every stage of a campaign takes."""
    return list(_Estimator(config).stages())


class _Estimator:
    """The sums behind `estimate_campaign`."""

    def __init__(self, config: CampaignConfig) -> None:
        self.config = config
        self.functionals = [Functional(f) for f in (config.functional, *config.other_functionals)]
        self.n_halides = 1 + len(config.crystal.other_halides)
        self.n_crystals = len(config.crystal.configurations)
        self.engine = config.engine.build()
        self.moving = config.sampling.functional or config.functional

    @property
    def n_variants(self) -> int:
        return self.n_halides * len(self.functionals)

    def stages(self) -> Iterator[StageEstimate]:
        config = self.config
        if config.stability is not None:
            yield self.stability()
        yield self.sampling()
        yield self.labelling()
        yield self.training()
        if config.active_learning is not None:
            yield self.active_learning()
        if config.conductivity is not None:
            yield self.conductivity()
            yield from self.further(config.conductivity)
        if config.grain_boundary is not None:
            yield self.grain_boundary()
        if config.functional_comparison is not None:
            yield self.functional_comparison()
        yield from self.interfaces()

    def step_s(self, atoms: int = CELL_ATOMS) -> float:
        """Core-seconds of a step of the engine's dynamics or of a relaxation."""
        return self.engine.cost(self.moving, atoms).step_s

    def labels_s(self, count: int, atoms: int = CELL_ATOMS) -> float:
        """Core-seconds of `count` labels with each of the functionals."""
        return count * sum(self.engine.cost(f, atoms).label_s for f in self.functionals)

    def atom_steps_s(self, atom_steps: float) -> float:
        """Core-seconds of LAMMPS with the campaign's potential."""
        training = self.config.training
        level = (training.level / 8) ** MTP_LEVEL_EXPONENT
        cutoff = (training.cutoff_angstrom / 5.0) ** MTP_CUTOFF_EXPONENT
        return float(atom_steps * MTP_S_PER_ATOM_STEP * level * cutoff)

    @property
    def n_sampling_runs(self) -> int:
        """Runs of one halide."""
        section = self.config.sampling
        return self.n_crystals * len(section.strains) * len(section.temperatures_kelvin)

    @property
    def n_snapshots(self) -> int:
        """Snapshots of one halide."""
        return self.n_sampling_runs * self.config.sampling.snapshots_per_run

    @property
    def n_relaxations_before_strain(self) -> int:
        """Relaxations that sampling adds to those of the stage stability."""
        relaxation = self.config.sampling.relaxation
        if relaxation is None or self._relaxes_alike(relaxation):
            return 0
        return self.n_halides * self.n_crystals

    def _relaxes_alike(self, relaxation: SamplingRelaxationSection) -> bool:
        """Whether the stage stability relaxes the same crystals in the same way."""
        stability = self.config.stability
        return (
            stability is not None
            and self.moving in self.functionals
            and all(
                getattr(stability, n) == getattr(relaxation, n)
                for n in type(relaxation).model_fields
            )
        )

    def sampling(self) -> StageEstimate:
        runs = self.n_halides * self.n_sampling_runs
        relaxations = self.n_relaxations_before_strain
        steps = runs * self.config.sampling.steps + relaxations * RELAXATION_STEPS
        before = f"{relaxations} relaxations and " if relaxations else ""
        return StageEstimate(
            "sampling",
            f"{before}{runs} runs, {steps:,} engine steps of {CELL_ATOMS} atoms",
            engine_steps=steps,
            core_hours=steps * self.step_s() / _SECONDS_PER_HOUR,
            storage_gb=_gb(self.n_halides * self.n_snapshots * CELL_ATOMS * _FRAME_BYTES),
        )

    def labelling(self) -> StageEstimate:
        frames = self.n_halides * self.n_snapshots
        labels = frames * len(self.functionals)
        several = len(self.functionals) > 1
        each = f" with each of {len(self.functionals)} functionals" if several else ""
        return StageEstimate(
            "labelling",
            f"{frames:,} frames in batches of {self.config.labelling.batch_size}{each}",
            labels=labels,
            core_hours=self.labels_s(frames) / _SECONDS_PER_HOUR,
            storage_gb=_gb(labels * CELL_ATOMS * _LABEL_BYTES),
        )

    def training(self) -> StageEstimate:
        section = self.config.training
        atoms = self.n_snapshots * CELL_ATOMS * section.maximum_iterations
        level = (section.level / 8) ** MTP_LEVEL_EXPONENT
        seconds = self.n_variants * atoms * FIT_S_PER_ATOM_ITERATION * level
        fits = f"{self.n_variants} fits, " if self.n_variants > 1 else ""
        return StageEstimate(
            "training",
            f"{fits}level {section.level}, {section.cutoff_angstrom:g} Å",
            core_hours=seconds / _SECONDS_PER_HOUR,
        )

    def active_learning(self) -> StageEstimate:
        loop = self.config.active_learning
        if loop is None:
            raise ValueError("the campaign has no active learning")
        runs = self.n_crystals * len(loop.temperatures_kelvin) * loop.replicas
        steps = round(loop.exploration_ps * 1000 / loop.time_step_fs)
        total = self.n_variants * loop.maximum_iterations
        labels = total * loop.maximum_labels_per_iteration
        atom_steps = float(total * runs * steps * CELL_ATOMS)
        seconds = self.labels_s(labels // len(self.functionals)) + self.atom_steps_s(atom_steps)
        return StageEstimate(
            "active_learning",
            f"up to {loop.maximum_iterations} iterations of {runs} runs and "
            f"{loop.maximum_labels_per_iteration} labels{self._each}",
            labels=labels,
            atom_steps=atom_steps,
            core_hours=seconds / _SECONDS_PER_HOUR,
            storage_gb=_gb(labels * CELL_ATOMS * _LABEL_BYTES),
        )

    @property
    def _each(self) -> str:
        return f" for each of {self.n_variants} potentials" if self.n_variants > 1 else ""

    def conductivity(self) -> StageEstimate:
        if self.config.conductivity is None:
            raise ValueError("the campaign has no conductivity")
        return self._conductivities("conductivity", self.config.conductivity, self.n_crystals)

    def further(self, md: ConductivitySection) -> Iterator[StageEstimate]:
        """Yield what bulk values and mechanisms add to the conductivities."""
        bulk, mechanism = self.config.bulk, self.config.mechanism
        if bulk is not None and bulk.random_structure:
            cells = [bulk.random_structure_repeats] * 3
            random = md.model_copy(update={"supercell": cells})
            yield self._conductivities("random structure", random, 1)
        if mechanism is not None:
            names = ("temperatures_kelvin", "replicas", "ramp_ps", "production_ps")
            settings = {name: getattr(mechanism, name) for name in names}
            settings["frame_interval_ps"] = mechanism.frame_interval_ps
            runs = (1 + len(mechanism.held)) * self.n_crystals
            yield self._conductivities("mechanism", md.model_copy(update=settings), runs)

    def _conductivities(self, stage: str, md: ConductivitySection, each: int) -> StageEstimate:
        """Return the runs of a protocol, `each` for every temperature and replica."""
        runs = self.n_variants * each * len(md.temperatures_kelvin) * md.replicas
        steps = round((md.ramp_ps + md.production_ps) * 1000 / md.time_step_fs)
        atoms = CELL_ATOMS * math.prod(md.supercell)
        return self._dynamics(stage, runs, atoms, steps, md.production_ps / md.frame_interval_ps)

    def _dynamics(
        self, stage: str, runs: int, atoms: int, steps: int, frames: float
    ) -> StageEstimate:
        atom_steps = float(runs * atoms * steps)
        return StageEstimate(
            stage,
            f"{runs} runs of {atoms} atoms and {steps:,} steps: {atom_steps:.2g} atom-steps",
            atom_steps=atom_steps,
            core_hours=self.atom_steps_s(atom_steps) / _SECONDS_PER_HOUR,
            storage_gb=_gb(runs * frames * atoms * _TRAJECTORY_BYTES),
        )

    def _relaxations(self, stage: str, sizes: list[int], what: str) -> StageEstimate:
        count = self.n_variants * len(sizes)
        seconds = self.n_variants * sum(RELAXATION_STEPS * self.step_s(n) for n in sizes)
        return StageEstimate(
            stage,
            f"{count} relaxations of {what}, about {RELAXATION_STEPS} steps each",
            engine_steps=count * RELAXATION_STEPS,
            core_hours=seconds / _SECONDS_PER_HOUR,
        )

    def stability(self) -> StageEstimate:
        section = self.config.stability
        surfaces = len(section.surfaces_of) if section is not None else 0
        # Four facets of about two cells, and the bulk that they are compared with.
        sizes = [CELL_ATOMS] * (self.n_crystals + surfaces) + [2 * CELL_ATOMS] * (4 * surfaces)
        what = "crystals and slabs" if surfaces else "crystals"
        return self._relaxations("stability", sizes, what)

    def grain_boundary(self) -> StageEstimate:
        section = self.config.grain_boundary
        shifts = section.shifts if section is not None else 0
        # A tilt and a twist on each of four facets; the tilt of the paper has 520 atoms.
        sizes = [10 * CELL_ATOMS] * (8 * shifts) + [CELL_ATOMS]
        return self._relaxations("grain_boundary", sizes, "bicrystals of some 520 atoms")

    def functional_comparison(self) -> StageEstimate:
        compared = ", ".join(self.functionals)
        each = f", for each of {self.n_halides} halides" if self.n_halides > 1 else ""
        return StageEstimate(
            "functional_comparison",
            f"{compared} on {self.n_crystals} crystals: from the results of the other stages{each}",
        )

    def interfaces(self) -> Iterator[StageEstimate]:
        config = self.config
        if config.slab_sampling is not None:
            yield self._slab_sampling()
        if config.boundary_learning is not None:
            yield self._boundary_learning()
        if config.large_boundary is not None:
            yield from self._large_boundary()

    def _large_boundary(self) -> Iterator[StageEstimate]:
        """Yield the runs of the bicrystal, and those of the bulk beside it."""
        large = self.config.large_boundary
        if large is None:
            raise ValueError("the campaign has no dynamics of a boundary")
        recipe = boundary_recipe(self.config)
        runs = len(self.functionals) * len(large.temperatures_kelvin) * large.replicas
        steps = round((large.ramp_ps + large.production_ps) * 1000 / large.time_step_fs)
        frames = large.production_ps / large.frame_interval_ps
        yield self._dynamics("large_boundary", runs, recipe.n_atoms, steps, frames)
        if large.bulk_supercell is not None:
            atoms = recipe.n_source_atoms * math.prod(large.bulk_supercell)
            yield self._dynamics("bulk beside the boundary", runs, atoms, steps, frames)

    def _slab_sampling(self) -> StageEstimate:
        slabs = self.config.slab_sampling
        if slabs is None:
            raise ValueError("the campaign has no slab sampling")
        atoms = CELL_ATOMS * math.ceil(slabs.thickness_angstrom / SLAB_LAYER_ANGSTROM)
        runs, labels_s = slabs.n_runs, self.labels_s(slabs.n_runs * slabs.snapshots_per_run, atoms)
        steps, frames = runs * slabs.steps, runs * slabs.snapshots_per_run
        labels = frames * len(self.functionals)
        return StageEstimate(
            "slab_sampling",
            f"{runs} runs, {steps:,} engine steps and {frames:,} frames of {atoms} atoms",
            labels=labels,
            engine_steps=steps,
            core_hours=(steps * self.step_s(atoms) + labels_s) / _SECONDS_PER_HOUR,
            storage_gb=_gb(atoms * (frames * _FRAME_BYTES + labels * _LABEL_BYTES)),
        )

    def _boundary_learning(self) -> StageEstimate:
        loop = self.config.boundary_learning
        if loop is None:
            raise ValueError("the campaign has no learning on boundaries")
        potentials = len(self.functionals)
        steps = round(loop.exploration_ps * 1000 / loop.time_step_fs)
        total = potentials * loop.maximum_iterations
        atoms = BOUNDARY_ATOMS + (CELL_ATOMS if loop.explore_bulk else 0)
        atom_steps = float(total * loop.n_runs * steps * atoms)
        relaxing = loop.relaxation_steps * len(loop.configurations) if loop.relax_first else 0
        most = min(loop.maximum_labels, loop.maximum_iterations * loop.maximum_labels_per_iteration)
        labels = potentials * most
        seconds = self.labels_s(most, BOUNDARY_ATOMS)
        seconds += potentials * relaxing * self.step_s(BOUNDARY_ATOMS)
        seconds += self.atom_steps_s(atom_steps) * (1 + GRADE_COST / loop.frame_interval_steps)
        return StageEstimate(
            "boundary_learning",
            f"up to {loop.maximum_iterations} iterations of {loop.n_runs} runs and "
            f"{most} labels of {BOUNDARY_ATOMS} atoms, {potentials} potentials",
            labels=labels,
            engine_steps=potentials * relaxing,
            atom_steps=atom_steps,
            core_hours=seconds / _SECONDS_PER_HOUR,
            storage_gb=_gb(labels * BOUNDARY_ATOMS * _LABEL_BYTES),
        )


def _gb(n_bytes: float) -> float:
    return n_bytes / _BYTES_PER_GB
