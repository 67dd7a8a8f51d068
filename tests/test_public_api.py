"""The names that others call exist where they are documented, each alone in a fresh process."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import atomate2_argyrodite

PUBLIC = {
    "structures": (
        "site_disorder_configurations strained_structures random_supercell surface_slab "
        "grain_boundary"
    ),
    "mtp": (
        "MomentTensorPotential LabelledConfiguration FitWeights fit_potential ActiveSet "
        "read_configurations write_configurations"
    ),
    "transport": (
        "Trajectory diffusion arrhenius conductivity bulk_conductivity diffusivity_loss "
        "ion_density jump_statistics tetrahedron_motion boundary_transport BoundarySlabs"
    ),
    "sampling": "SamplingFlowMaker",
    "labelling": "LabellingFlowMaker LabelledSetsFlowMaker",
    "functional_comparison": "FunctionalComparisonFlowMaker",
    "training": "TrainingMaker MlipTrainingMaker HyperparameterScanMaker",
    "active_learning": "ActiveLearningFlowMaker",
    "conductivity": (
        "ConductivityFlowMaker BulkConductivityFlowMaker RandomStructureFlowMaker "
        "MechanismFlowMaker"
    ),
    "stability": "RelativeStabilityFlowMaker SurfaceEnergyFlowMaker",
    "grain_boundary": "BoundaryScreeningFlowMaker GrainBoundaryFlowMaker",
    "campaign": "CampaignFlowMaker",
}
BELOW_THE_LINE = ("structures", "mtp", "transport")
WORKFLOW = ("jobflow", "maggma", "fireworks", "atomate2", "torch")


@pytest.mark.parametrize("module", PUBLIC)
def test_public_names_can_be_imported_and_are_documented(module: str) -> None:
    names = PUBLIC[module].split()
    checks = "".join(f"\nassert {name}.__doc__, {name!r}" for name in names)
    loaded = (
        f"\nimport sys\nassert not set({WORKFLOW!r}) & set(sys.modules), 'workflow below the line'"
        if module in BELOW_THE_LINE
        else ""
    )
    script = f"from atomate2_argyrodite.{module} import {', '.join(names)}{checks}{loaded}"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_no_stage_imports_the_jobs_of_another() -> None:
    """What joins stages is a document, or a flow that takes Makers as fields."""
    package = Path(atomate2_argyrodite.__file__).parent
    foreign = re.compile(r"from atomate2_argyrodite\.(\w+)\.jobs import")
    found = [
        f"{file.relative_to(package)} imports {stage}.jobs"
        for file in package.rglob("*.py")
        for stage in foreign.findall(file.read_text(encoding="utf-8"))
        if stage != file.relative_to(package).parts[0]
    ]
    assert found == []
