"""The campaign as a flow: what it contains, and that its identities are those of its content."""

from collections import Counter

import pytest

from atomate2_argyrodite.campaign.config_file import parse_campaign
from atomate2_argyrodite.campaign.flows import CampaignFlowMaker
from atomate2_argyrodite.campaign.plan import plan_flow
from atomate2_argyrodite.campaign.preflight import check_engines
from atomate2_argyrodite.campaign.presets import preset
from atomate2_argyrodite.errors import InputError, MissingEngineError
from atomate2_argyrodite.settings import load_settings

SMALL = """
crystal: {configurations: [0-F-43m, 50-Pmm2]}
sampling: {strains: [0.0], temperatures_kelvin: [300, 600]}
active_learning: {maximum_iterations: 3}
conductivity: {temperatures_kelvin: [400, 500], replicas: 2, supercell: [1, 1, 2]}
"""


def planned(text=SMALL):
    return plan_flow(CampaignFlowMaker(parse_campaign(text)).make())


def test_every_stage_has_its_jobs():
    counts = Counter(job.stage for job in planned())
    assert counts == {
        "sampling": 4,
        "labelling": 1,
        "training": 1,
        "active_learning": 1,
        "conductivity": 2 * (2 * 2 + 1),
        "campaign": 1,
    }


def test_sampling_and_labelling_take_their_settings_from_the_file():
    text = SMALL.replace("[300, 600]}", "[300, 600], decorrelate: true, segment_hours: 2}")
    maker = CampaignFlowMaker(parse_campaign(text + "labelling: {maximum_failed_fraction: 0.1}"))
    assert maker.sampling_maker.decorrelate
    assert maker.sampling_maker.segment_limit.wall_time_s == 7200.0
    assert maker.labelling_maker.maximum_failed_fraction == 0.1
    assert CampaignFlowMaker(parse_campaign(SMALL)).sampling_maker.segment_limit is None


def test_the_paper_labels_7200_snapshots_of_each_halide():
    config = preset("paper")[1]
    maker = CampaignFlowMaker(config, is_plan=True).sampling_maker
    runs = len(config.crystal.configurations) * len(maker.strains) * len(maker.temperatures)
    assert runs * maker.snapshots_per_run == 7_200
    assert maker.steps * maker.time_step_fs == 10_000
    assert maker.equilibration_steps > 0


def test_energies_are_computed_where_they_are_wanted():
    more = "stability: {surfaces_of: [0-F-43m]}\ngrain_boundary: {shifts: 1}\n"
    counts = Counter(job.stage for job in planned(SMALL + more))
    # Two crystals and their comparison; a bulk, four facets and their comparison, and that bulk
    # again, which is the same job, before the bicrystals.
    assert counts["stability"] == 3 + 6
    assert counts["grain_boundary"] > 1
    jobs = {job.name: job for job in planned(SMALL + more)}
    assert jobs["compare stability cubic"].uuid in jobs["gather"].requires


def test_a_campaign_of_several_functionals_shares_its_snapshots():
    text = SMALL + "other_functionals: [pbe-d3bj]\n"
    counts = Counter(job.stage for job in planned(text))
    assert counts["sampling"] == 4
    assert counts["labelling"] == counts["training"] == counts["active_learning"] == 2
    single = {job.uuid for job in planned()}
    shared = {job.stage for job in planned(text) if job.uuid in single}
    assert {"sampling", "labelling", "training"} <= shared  # what was done with one is found


def test_a_campaign_of_several_halides_shares_nothing():
    text = SMALL.replace("crystal: {", "crystal: {other_halides: [Br], ")
    assert len({job.uuid for job in planned(text)}) == 2 * len(planned())


def test_where_jobs_run_does_not_change_what_they_are():
    workers = "workers: {default: {category: big, queue: {nodes: 2}}}\n"
    assert [j.uuid for j in planned(SMALL + workers)] == [j.uuid for j in planned()]


@pytest.mark.parametrize("hours", [2, 24])
def test_how_runs_are_divided_does_not_change_what_they_are(hours):
    text = SMALL.replace("[300, 600]}", f"[300, 600], segment_hours: {hours}}}")
    assert [j.uuid for j in planned(text)] == [j.uuid for j in planned()]
    assert parse_campaign(text).settings == parse_campaign(SMALL).settings


@pytest.mark.parametrize("engine", ["foundation", "cp2k", "vasp"])
def test_runs_of_every_engine_can_be_divided(engine):
    text = SMALL.replace("[300, 600]}", "[300, 600], segment_hours: 20}")
    config = parse_campaign(f"{text}engine: {{name: {engine}}}\n")
    assert CampaignFlowMaker(config, is_plan=True).make().jobs


RELAXED = SMALL.replace("[300, 600]}", "[300, 600], relaxation: {protocol: cubic}}")


def test_sampling_begins_with_relaxed_crystals_where_the_file_says_so():
    jobs = {job.name: job for job in planned(RELAXED)}
    relaxation = jobs["relax 0-F-43m cubic"]
    assert relaxation.uuid in jobs["sample 0-F-43m 300 K +0 %"].requires
    assert relaxation.uuid not in jobs["sample 50-Pmm2 300 K +0 %"].requires
    assert Counter(job.stage for job in planned(RELAXED))["stability"] == 2


@pytest.mark.parametrize(
    ("stability", "relaxations"),
    [("{protocol: cubic}", 2), ("{protocol: free}", 4), ("{maximum_steps: 400}", 4)],
)
def test_a_crystal_is_relaxed_once_if_stability_relaxes_it_alike(stability, relaxations):
    names = [job.name for job in planned(f"{RELAXED}stability: {stability}\n")]
    assert sum(name.startswith("relax ") for name in names) == relaxations


def test_the_paper_relaxes_each_crystal_once_for_stability_and_sampling():
    config = preset("paper")[1]
    assert config.sampling.relaxation.maximum_force_ev_per_angstrom == 0.04
    without = config.model_copy(
        update={"sampling": config.sampling.model_copy(update={"relaxation": None})}
    )
    plans = [
        plan_flow(CampaignFlowMaker(c.variants[0], is_plan=True).make()) for c in (config, without)
    ]
    assert len(plans[0]) == len(plans[1])
    jobs = {job.name: job for job in plans[0]}
    assert jobs["relax 75-R3m free Cl pbe"].uuid in jobs["sample 75-R3m 900 K -5 % Cl pbe"].requires


@pytest.mark.parametrize(("engine", "remedy"), [("vasp", "VASP_CMD"), ("cp2k", "apt-get")])
def test_an_engine_that_is_not_installed_can_be_planned_and_not_run(engine, remedy, monkeypatch):
    monkeypatch.setenv("PATH", "")
    config = parse_campaign(f"engine: {{name: {engine}}}")
    for attempt in (CampaignFlowMaker(config).make, lambda: check_engines(config, load_settings())):
        with pytest.raises(MissingEngineError, match=remedy):
            attempt()
    assert CampaignFlowMaker(config, is_plan=True).make().jobs
    with pytest.raises(MissingEngineError):  # planning is over
        CampaignFlowMaker(config).make()


def test_planned_jobs_are_those_that_run(monkeypatch):
    before = [job.uuid for job in planned()]
    plan = plan_flow(CampaignFlowMaker(parse_campaign(SMALL), is_plan=True).make())
    assert [job.uuid for job in plan] == before


def test_identities_do_not_change_from_run_to_run():
    assert [job.uuid for job in planned()] == [job.uuid for job in planned()]


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ("replicas: 2", {"sampling", "labelling", "training", "active_learning"}),
        ("maximum_iterations: 3", {"sampling", "labelling", "training"}),
        ("temperatures_kelvin: [300, 600]", set()),
    ],
)
def test_a_late_change_keeps_the_early_jobs(change, kept):
    new = change.replace("2", "3") if "replicas" in change else change.replace("3", "4", 1)
    before = {job.uuid: job.stage for job in planned()}
    after = {job.uuid for job in planned(SMALL.replace(change, new))}
    lost = {stage for uuid, stage in before.items() if uuid not in after}
    assert lost.isdisjoint(kept)
    assert "campaign" in lost


def test_dynamics_wait_for_active_learning_and_gathering_for_everything():
    jobs = {job.name: job for job in planned()}
    loop = jobs["active learning iteration 1"].uuid
    assert loop in jobs["md 50-Pmm2 400 K #1"].requires
    assert jobs["conductivity 0-F-43m"].uuid in jobs["gather"].requires
    assert jobs["gather"].tolerates_missing


def test_without_the_loop_dynamics_take_the_first_potential():
    text = SMALL.replace("{maximum_iterations: 3}", "null")
    jobs = {job.name: job for job in planned(text)}
    assert jobs["training"].uuid in jobs["md 50-Pmm2 400 K #1"].requires


def test_every_crystal_of_the_family_is_recorded_and_the_used_ones_are_marked():
    maker = CampaignFlowMaker(parse_campaign(SMALL))
    gather = maker.make().jobs[-1]
    crystals = gather.function_args[1]
    assert [c.multiplicity for c in crystals] == [1, 16, 24, 12, 16, 1]
    assert [c.label for c in crystals if c.is_used] == ["0-F-43m", "50-Pmm2"]


FURTHER = (
    SMALL
    + """
bulk: {relative_energies_mev_per_atom: {0-F-43m: 23, 50-Pmm2: 11}, random_structure_repeats: 2}
mechanism: {replicas: 2, held: [rigid]}
"""
)


def test_bulk_and_mechanism_follow_where_they_are_wanted():
    before = {job.uuid for job in planned()}
    jobs = {job.name: job for job in planned(FURTHER) if job.uuid not in before}
    assert {job.stage for job in jobs.values()} == {"bulk", "mechanism", "campaign"}
    assert set(jobs) == {
        "bulk conductivity",
        *(f"md random-2x2x2-seed0 {t} K #{k}" for t in (400, 500) for k in (1, 2)),
        "conductivity random-2x2x2-seed0",
        "compare random structure",
        *(
            name
            for crystal in ("0-F-43m", "50-Pmm2")
            for k in (1, 2)
            for name in (
                f"md {crystal} 600 K #{k}",
                f"md {crystal} 600 K #{k} PS4 rigid",
                f"mechanism {crystal} 600 K #{k}",
            )
        ),
        "PS4 motion 0-F-43m",
        "PS4 motion 50-Pmm2",
        "gather",  # it records the campaign file
    }
    conductivities = {job.uuid for job in planned() if job.name.startswith("conductivity ")}
    assert conductivities <= set(jobs["bulk conductivity"].requires)
    assert conductivities < set(jobs["compare random structure"].requires)
    assert max(len(job.content) for job in jobs.values()) < 100_000


ENERGIES = "bulk: {relative_energies_mev_per_atom: {0-F-43m: 23, 50-P222_1: 0}}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bulk: {}", "add the section stability"),
        ("bulk: {}\nstability: {temperature_kelvin: 400}", "but 400 and 300 K differ"),
        ("bulk: {relative_energies_mev_per_atom: {0-F-43m: 23}}", "50-P222_1 missing"),
        (
            "crystal: {other_halides: [Br]}\n" + ENERGIES,
            "are those of one halide",
        ),
        (
            "bulk: {relative_energies_mev_per_atom: {0-F-43m: 23, 50-P222_1: 0, 25-R3m: 4}}",
            "25-R3m too many",
        ),
        ("conductivity: null\nmechanism: {}", "mechanism needs the section conductivity"),
        ("mechanism: {held: [rigid, rigid]}", "held names rigid twice"),
        ("mechanism: {held: [stiff]}", "'stiff'"),
        (
            "bulk: {crystallinity_factor: 2, relative_energies_mev_per_atom: {0-F-43m: 0}}",
            "crystallinity_factor",
        ),
    ],
)
def test_senseless_bulk_and_mechanism_are_refused(text, words):
    with pytest.raises(InputError, match=words):
        parse_campaign(text)


def test_job_inputs_are_small():
    assert max(len(job.content) for job in planned()) < 100_000


def test_a_missing_program_is_named_before_anything_runs(monkeypatch):
    settings = load_settings(lammps_command="no-such-lmp")
    with pytest.raises(MissingEngineError, match="no-such-lmp"):
        check_engines(parse_campaign(SMALL), settings)
    without_dynamics = parse_campaign("active_learning: null\nconductivity: null")
    check_engines(without_dynamics, settings)


def test_a_missing_pair_style_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(
        "atomate2_argyrodite.campaign.preflight.plugin_directory", lambda: str(tmp_path)
    )
    with pytest.raises(MissingEngineError, match="pair style mtp"):
        check_engines(parse_campaign(SMALL), load_settings())


def test_a_missing_package_is_named():
    text = "engine: {model: 'no_such_package.calculators:Magic'}"
    with pytest.raises(MissingEngineError, match="no_such_package"):
        check_engines(parse_campaign(text), load_settings())


def test_a_model_that_is_no_import_path_is_refused():
    with pytest.raises(InputError, match="magic"):
        check_engines(parse_campaign("engine: {model: magic}"), load_settings())
