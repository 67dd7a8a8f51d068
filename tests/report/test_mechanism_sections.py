"""The sections on the bulk, on random structures and on the mechanism, and their figures."""

import sys
from pathlib import Path

import numpy as np
import pytest
import synthetic
from matplotlib.image import imread

sys.path.insert(0, str(Path(__file__).parents[1]))

from atomate2_argyrodite.conductivity.bulk import bulk_document, random_structure_document
from atomate2_argyrodite.conductivity.mechanism import analysed_mechanism
from atomate2_argyrodite.conductivity.mechanism_schemas import (
    HinderedResult,
    MechanismDocument,
    Ps4MotionDocument,
)
from atomate2_argyrodite.report import write_report
from atomate2_argyrodite.report.numbers import headline
from atomate2_argyrodite.structures import RandomStructureRecipe
from atomate2_argyrodite.transport import Trajectory
from transport.argyrodites import UnitRotations, crystal, turning_units
from transport.test_jumps import hopping


def mechanism(configuration, seed):
    """Li that hop at known rates, and one PS4 unit that turns."""
    rng = np.random.default_rng(seed)
    structure = crystal(configuration)
    run, _, _ = hopping(structure, 400, rng)
    turns = np.zeros((400, 4, 3))
    turns[200:, 0] = 2 * np.pi / 3 / np.sqrt(3)
    (block,) = run.blocks()
    positions = block.positions + turning_units(structure, UnitRotations(turns))
    turned = Trajectory.from_arrays(positions, block.cells, run.species, 0.1, 600.0)
    return analysed_mechanism(turned, configuration=configuration, potential_id="0123456789abcdef")


def hindered(ps4, loss):
    (result,) = synthetic.conductivity(temperatures=(600.0,)).results
    limited = loss is None
    return HinderedResult(
        temperature_kelvin=600.0,
        ps4=ps4,
        free=result,
        hindered=result.model_copy(update={"is_diffusive": not limited}),
        loss=loss,
        loss_standard_error=None if limited else 0.05,
        loss_interval_95=None if limited else (loss - 0.11, loss + 0.09),
        loss_lower_limit=0.8 if limited else None,
        is_significant=True,
        reason="only an upper limit" if limited else None,
    )


@pytest.fixture(scope="module")
def documents():
    slow = synthetic.conductivity("0-F-43m", 0.45, 1e-3)
    fast = synthetic.conductivity("50-P222_1")
    recipe = RandomStructureRecipe(weights={"0-F-43m": 1, "50-P222_1": 2}, repeats=3)
    between = synthetic.conductivity(recipe.label, 0.3)
    energies = {"0-F-43m": 23.0, "50-P222_1": 0.0}
    return [
        slow,
        fast,
        between,
        bulk_document([slow, fast], energies, {"0-F-43m": 1, "50-P222_1": 24}),
        random_structure_document(between, [slow, fast], recipe),
        mechanism("0-F-43m", 1),
        mechanism("50-P222_1", 2),
        Ps4MotionDocument(
            configuration="50-P222_1",
            results=[hindered("rigid", 0.18), hindered("fixed", None)],
            failed_runs=["600 K, PS4 fixed #2: Lost atoms"],
        ),
    ]


@pytest.fixture(scope="module")
def page(documents, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    store = synthetic.filled_store(documents)
    return write_report(store, folder).read_text(encoding="utf-8"), folder


def test_every_rule_is_shown_plain_and_corrected(page, documents):
    html, _ = page
    for rule in documents[3].rules:
        assert rule.rule in html
        assert f"{rule.conductivity_ms_per_cm:.3g}" in html
    assert "boltzmann-multiplicity (default)" in html
    assert "it is a setting, not a result" in html
    assert "9 0-F-43m, 18 50-P222_1" in html
    assert "depends on the rule that mixes configurations" in html


def test_jumps_and_turns_are_in_tables_with_their_figures(page, documents):
    html, folder = page
    for name in (
        "jump_rates", "ps4_orientation", "ps4_loss", "density_0-F-43m_600K_1", "arrhenius",
        "density_50-P222_1_600K_1", "network_50-P222_1_600K_1", "random_structure",
    ):  # fmt: skip
        assert imread(folder / f"{name}.png").std() > 0.02, name
    (units,) = {d.tetrahedra.turns_by_120_degrees for d in documents
                if isinstance(d, MechanismDocument)}  # fmt: skip
    assert units == 1
    assert "1 of 4" in html
    assert "0.18 ± 0.05" in html
    assert "&gt; 0.80" in html
    assert "Left out: 600 K, PS4 fixed #2: Lost atoms" in html


def test_every_document_has_its_headline(documents):
    lines = [headline(document) for document in documents[3:]]
    assert lines[0].startswith("bulk σ(300 K) ")
    assert "of the random structure" in lines[1]
    assert "inter_cage" in lines[2]
    assert lines[4] == "loss of D: rigid 0.18 ± 0.05, fixed > 0.80"


def test_without_such_documents_there_are_no_such_sections(tmp_path):
    store = synthetic.filled_store([synthetic.conductivity()])
    html = write_report(store, tmp_path).read_text(encoding="utf-8")
    assert 'id="mechanism"' not in html
    assert 'id="bulk"' not in html
