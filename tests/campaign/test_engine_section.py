"""The section `engine` of the campaign file builds the engine that it describes."""

import pytest

from atomate2_argyrodite.campaign.config_file import parse_campaign, render_campaign
from atomate2_argyrodite.campaign.estimates import estimate_campaign
from atomate2_argyrodite.engines.cp2k import Cp2kEngine
from atomate2_argyrodite.engines.cp2k_settings import Cp2kSettings
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.engines.vasp import VaspEngine
from atomate2_argyrodite.engines.vasp_settings import VaspSettings
from atomate2_argyrodite.errors import InputError


def built(section):
    return parse_campaign(f"engine: {section}").engine.build()


def test_the_defaults_of_the_file_are_those_of_the_engines():
    assert built("{name: cp2k}") == Cp2kEngine(Cp2kSettings())
    assert built("{name: vasp}") == VaspEngine(VaspSettings())
    assert built("{name: foundation}") == FoundationEngine()


def test_settings_of_the_file_reach_the_engine():
    cp2k = built("{name: cp2k, cp2k: {cutoff_ry: 400, kpoints: [2, 2, 1]}}")
    assert cp2k == Cp2kEngine(Cp2kSettings(cutoff_ry=400.0, kpoints=(2, 2, 1)))
    vasp = built("{name: vasp, vasp: {cutoff_ev: 520, version: 6.4.2}}")
    assert vasp == VaspEngine(VaspSettings(cutoff_ev=520.0, version="6.4.2"))
    model = built("{name: foundation, model: 'ase.calculators.lj:LennardJones'}")
    assert model == FoundationEngine(model="ase.calculators.lj:LennardJones")


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("{name: qe}", r"'qe' is unknown: choose from foundation, vasp, cp2k"),
        ("{name: cp2k, cp2k: {cutof_ry: 1}}", "did you mean 'cutoff_ry'"),
        ("{name: cp2k, cp2k: {cutoff_ry: 5}}", "grid cutoffs of 5 and 40 Ry make no sense"),
        ("{name: cp2k, cp2k: {kpoints: [2, 2]}}", r"engine\.cp2k\.kpoints"),
        ("{name: vasp, vasp: {cutoff_ev: 5}}", "cutoff of 5 eV makes no sense"),
    ],
)
def test_senseless_engines_are_refused_with_their_line(section, words):
    with pytest.raises(InputError, match=f"line 1: .*{words}|{words}"):
        built(section)


def test_a_functional_that_the_engine_cannot_do_is_refused_by_name():
    with pytest.raises(InputError, match="'chgnet' cannot do functional 'optb88-vdw'"):
        parse_campaign("functional: optb88-vdw")
    parse_campaign("functional: optb88-vdw\nengine: {name: cp2k}")


def test_the_file_that_is_written_explains_every_setting_of_the_engines():
    config = parse_campaign("engine: {name: cp2k, cp2k: {cutoff_ry: 400}}")
    text = render_campaign(config)
    assert "\n  cp2k:\n    cutoff_ry: 400" in text
    assert "\n  vasp:\n    cutoff_ev: 500" in text
    assert parse_campaign(text) == config


def test_estimates_take_the_costs_of_the_engine():
    def hours(section):
        stages = {e.stage: e for e in estimate_campaign(parse_campaign(f"engine: {section}"))}
        return stages["labelling"].core_hours

    coarse, fine = hours("{name: cp2k, cp2k: {cutoff_ry: 280}}"), hours("{name: cp2k}")
    assert fine == pytest.approx(coarse * (350 / 280) ** 1.5)
    frames = 2 * 3 * 4 * 100
    assert coarse == pytest.approx(frames * 61.0 / 3600)
    assert hours("{name: vasp}") == pytest.approx(4 * coarse)
