"""What the flow costs around LAMMPS: ``python tests/benchmarks/flow_overhead.py potential.mtp``.

Runs 100 ps of 1,404 atoms of Li6PS5Cl as a campaign would (inputs, watching, checks, hashes, the
document) and prints the CPU time of this process over that of LAMMPS; the limit is 2 %. CPU times
are compared, not wall times, so that other work on the machine does not count; what the process
waits for LAMMPS' end beyond its exit is printed beside it.
"""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from atomate2_argyrodite.conductivity.molecular_dynamics import run_production
from atomate2_argyrodite.documents import Attachment
from atomate2_argyrodite.engines.lammps_settings import MolecularDynamicsSettings
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp import MomentTensorPotential
from atomate2_argyrodite.structures import site_disorder_configurations
from atomate2_argyrodite.training.schemas import PotentialDocument

LIMIT = 0.02


def potential_document(path: Path) -> PotentialDocument:
    """What a run needs of a potential's document."""
    potential = MomentTensorPotential.from_file(path)
    return PotentialDocument.model_construct(
        functional=Functional.PBE,
        potential_id=potential.potential_id,
        species=list(potential.species),
        potential=Attachment.from_text("potential.mtp", potential.to_text()),
    )


def main() -> None:
    """Run once and print the ratio."""
    if len(sys.argv) != 2:
        sys.exit("give one potential that holds Li6PS5Cl together at 500 K")
    document = potential_document(Path(sys.argv[1]))
    crystal = site_disorder_configurations("Cl")[2].structure
    settings = MolecularDynamicsSettings(
        temperature_kelvin=500.0, production_ps=100.0, seed=1, frame_interval_ps=0.2
    )
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ARGYRODITE_WORK_DIRECTORY"] = folder
        wall, own = time.perf_counter(), time.process_time()
        run = run_production(crystal, document, "50-P222_1", 1, (3, 3, 3), settings)
        wall, own = time.perf_counter() - wall, time.process_time() - own
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    lammps = used.ru_utime + used.ru_stime
    print(
        f"{run.n_atoms} atoms, {run.production_ps:g} ps, {run.outcome}: LAMMPS {lammps:.1f} s of "
        f"CPU, the flow {own:.2f} s: {100 * own / lammps:.2f} % (limit {100 * LIMIT:g} %); wall "
        f"time {wall:.1f} s"
    )


if __name__ == "__main__":
    main()
