"""What labels cost besides the labels: ``python tests/benchmarks/labelling.py [frames]``.

Two figures, each with its limit:

- the workflow around a batch of 100 labels (plan, look-up of known labels, hashes, checkpoints,
  the document, the store) against the labels themselves by CHGNet: under 5 % of CPU time. CPU times
  are compared, not wall times, so that other work on the machine does not count; the model is
  loaded before, as a worker loads it once for many batches;
- reading a labelled set of 7,200 frames of 52 atoms from the store, in a process of its own:
  under 5 s and 500 MB.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from jobflow import Flow, run_locally

from atomate2_argyrodite.documents import Attachment, document_job
from atomate2_argyrodite.engines.base import LabelFailure
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.labelling import LabelledSetDocument, LabelledSetsFlowMaker
from atomate2_argyrodite.labelling.flows import LabellingFlowMaker
from atomate2_argyrodite.mtp import LabelledConfiguration, configurations_to_arrays
from atomate2_argyrodite.sampling import SamplingDocument
from atomate2_argyrodite.store import open_store
from atomate2_argyrodite.structures import site_disorder_configurations

OVERHEAD_LIMIT, SECONDS_LIMIT, MEGABYTES_LIMIT = 0.05, 5.0, 500.0
READER = """
import re, sys, time
from pathlib import Path
from atomate2_argyrodite.queries import labelled_sets
from atomate2_argyrodite.training.data import flatten_sets, frames_of
def peak_mb():  # of this program alone: ru_maxrss would start at that of its parent
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\\s*(\\d+) kB", status).group(1)) / 1024
before = peak_mb()
wall, cpu = time.perf_counter(), time.process_time()
sets = [d for d in labelled_sets(sys.argv[1]) if d.is_collected == (sys.argv[2] == "set")]
frames = frames_of(flatten_sets(sets))
assert all(frame.is_labelled for frame in frames)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
peak = peak_mb()
print(len(frames), len(sets), f"{wall:.2f} {cpu:.2f} {peak:.0f} {before:.0f}")
"""


@dataclass
class TimedEngine(FoundationEngine):
    """CHGNet that adds up the CPU time of its labels."""

    seconds: ClassVar[float] = 0.0

    def static(
        self, configurations: Sequence[LabelledConfiguration], functional: Functional | str
    ) -> list[LabelledConfiguration | LabelFailure]:
        start = time.process_time()
        results = super().static(configurations, functional)
        TimedEngine.seconds += time.process_time() - start
        return results


@dataclass
class MadeUpEngine(FoundationEngine):
    """Labels of the right shape that cost nothing: for the set that is read."""

    def static(
        self, configurations: Sequence[LabelledConfiguration], functional: Functional | str
    ) -> list[LabelledConfiguration | LabelFailure]:
        random = np.random.default_rng(0)
        return [
            LabelledConfiguration(
                frame.numbers,
                frame.positions,
                frame.cell,
                energy=-200.0,
                forces=random.standard_normal(frame.positions.shape),
                stress=random.standard_normal((3, 3)),
                metadata=frame.metadata,
            )
            for frame in configurations
        ]


def rattled(count: int) -> list[LabelledConfiguration]:
    """Frames as sampling leaves them."""
    crystals = site_disorder_configurations("Cl")
    random = np.random.default_rng(1)
    frames = []
    for k in range(count):
        crystal = crystals[k % 6]
        frame = LabelledConfiguration.from_structure(crystal.structure)
        moved = frame.positions + random.normal(0, 0.08, frame.positions.shape)
        origin = {
            "configuration": crystal.label,
            "strain": 0.05,
            "temperature_kelvin": 900.0,
            "step": 45 * k,
            "trajectory": f"{crystal.label}/+0.05/900K/seed{k // 100}",
        }
        frames.append(LabelledConfiguration(frame.numbers, moved, frame.cell, metadata=origin))
    return frames


@document_job(SamplingDocument)
def snapshots(count: int) -> SamplingDocument:
    """Stand for a sampling run."""
    return SamplingDocument(
        strain=0.05, time_step_fs=2.0, steps=5000, snapshot_interval_steps=45,
        equilibration_steps=500, n_frames=count, mean_temperature_kelvin=900.0, is_physical=True,
        frames=Attachment.from_arrays("f.npz", configurations_to_arrays(rattled(count))),
    )  # fmt: skip


def measure_overhead(folder: Path) -> None:
    """Print the CPU time of the workflow around 100 labels over that of the labels."""
    engine = TimedEngine()
    engine.static(rattled(1), "pbe")
    store = open_store(str(folder / "store"))
    run_locally(source := snapshots(100), store=store, log=False, ensure_success=True)
    flow = LabellingFlowMaker(engine=engine, batch_size=100).make([source.output])
    TimedEngine.seconds, start = 0.0, time.process_time()
    run_locally(flow, store=store, log=False, ensure_success=True, allow_external_references=True)
    total = time.process_time() - start
    overhead = total - TimedEngine.seconds
    print(
        f"100 labels of 52 atoms by CHGNet: {TimedEngine.seconds:.2f} s of CPU, the workflow "
        f"around them {overhead:.2f} s: {100 * overhead / TimedEngine.seconds:.1f} % (limit "
        f"{100 * OVERHEAD_LIMIT:g} %)"
    )


def measure_reading(folder: Path, count: int) -> None:
    """Print what reading a labelled set takes, as one document and as its batches."""
    location = str(folder / "large")
    store = open_store(location)
    sources = [snapshots(100) for _ in range(count // 100)]
    maker = LabelledSetsFlowMaker(
        labelling_maker=LabellingFlowMaker(engine=MadeUpEngine(), batch_size=200)
    )
    flow = Flow([*sources, maker.make([source.output for source in sources])])
    start = time.perf_counter()
    run_locally(flow, store=store, log=False, ensure_success=True)
    print(f"made a set of {count} frames in {time.perf_counter() - start:.0f} s")
    assert any(isinstance(d, LabelledSetDocument) for d in _documents(store))
    store.close()
    for kind in ("set", "batches"):
        done = subprocess.run(
            [sys.executable, "-c", READER, location, kind],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        frames, documents, wall, cpu, peak, before = done.stdout.split()
        print(
            f"read {frames} labelled frames of {documents} documents: {wall} s (CPU {cpu} s; limit "
            f"{SECONDS_LIMIT:g} s), peak {peak} MB, of them {before} MB for the imports (limit "
            f"{MEGABYTES_LIMIT:g} MB)"
        )


def _documents(store: object) -> list[object]:
    from atomate2_argyrodite.queries import labelled_sets

    return list(labelled_sets(store))  # type: ignore[arg-type]


def main() -> None:
    """Measure both."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 7_200
    with tempfile.TemporaryDirectory() as name:
        os.environ["ARGYRODITE_WORK_DIRECTORY"] = name
        measure_overhead(Path(name))
        measure_reading(Path(name), count)


if __name__ == "__main__":
    main()
