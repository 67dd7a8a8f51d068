"""Identities follow from content: equal work, equal uuid; different work, different uuid."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import cheap_jobs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jobflow import Flow, JobConfig, JobOrder, Maker, OnMissing, job
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.campaign.plan import PlannedJob, plan_flow
from atomate2_argyrodite.errors import InputError


@dataclass
class InnerMaker(Maker):
    name: str = "inner"
    steps: int = 3


@dataclass
class StepMaker(Maker):
    name: str = "step"
    steps: int = 3
    inner: InnerMaker = field(default_factory=InnerMaker)

    @job
    def make(self, structure, seed):
        return len(structure) * self.steps * seed


def crystal(a=4.0):
    return Structure(Lattice.cubic(a), ["Li", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def uuids(flow):
    return [j.uuid for j in plan_flow(flow)]


def test_the_same_flow_has_the_same_uuids_although_jobflow_drew_others():
    first, second = cheap_jobs.chain(4, "t"), cheap_jobs.chain(4, "t")
    assert first.job_uuids != second.job_uuids
    assert uuids(first) == uuids(second)
    assert len(set(uuids(first))) == 4


def test_uuids_do_not_depend_on_the_process():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import cheap_jobs\n"
        "from atomate2_argyrodite.campaign.plan import plan_flow\n"
        "print(*[j.uuid for j in plan_flow(cheap_jobs.chain(3, 't'))])"
    )
    folder = str(Path(__file__).parent)
    found = {
        subprocess.run(
            [sys.executable, "-c", code, folder],
            capture_output=True,
            check=True,
            text=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert found == {" ".join(uuids(cheap_jobs.chain(3, "t"))) + "\n"}


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_a_different_argument_is_a_different_job(a, b):
    same = uuids(cheap_jobs.add(a, 0, "t")) == uuids(cheap_jobs.add(b, 0, "t"))
    assert same == (repr(a) == repr(b))


def test_a_change_upstream_changes_everything_downstream_and_nothing_else():
    def flow(start):
        left = cheap_jobs.add(start, 1, "t")
        right = cheap_jobs.add(10, 1, "t")
        both = cheap_jobs.total([left.output, right.output], "t")
        return Flow([left, right, both])

    before, after = ({j.name + str(j.requires): j.uuid for j in plan_flow(flow(s))} for s in (0, 1))
    old, new = set(before.values()), set(after.values())
    assert len(old & new) == 1


def test_the_part_of_an_output_that_is_used_matters():
    source = cheap_jobs.add(1, 2, "t")
    flow_a = Flow([source, cheap_jobs.add(source.output.x, 1, "t")])
    source = cheap_jobs.add(1, 2, "t")
    flow_b = Flow([source, cheap_jobs.add(source.output.y, 1, "t")])
    assert uuids(flow_a)[1] != uuids(flow_b)[1]


def test_settings_of_makers_matter_and_their_names_and_metadata_do_not():
    base = uuids(StepMaker().make(crystal(), 1))
    assert uuids(StepMaker(name="another").make(crystal(), 1)) == base
    assert uuids(StepMaker(steps=4).make(crystal(), 1)) != base
    assert uuids(StepMaker(inner=InnerMaker(steps=4)).make(crystal(), 1)) != base
    assert uuids(StepMaker().make(crystal(4.1), 1)) != base
    noted = StepMaker().make(crystal(), 1)
    noted.update_metadata({"note": "1"})
    assert uuids(noted) == base


def test_versions_of_packages_do_not_enter(monkeypatch):
    before = uuids(StepMaker().make(crystal(), 1))
    monkeypatch.setattr("pymatgen.core.__version__", "0.0.0", raising=False)
    import pymatgen.core.structure as module

    monkeypatch.setattr(module, "__version__", "0.0.0", raising=False)
    assert uuids(StepMaker().make(crystal(), 1)) == before
    assert "@version" in plan_flow(StepMaker().make(crystal(), 1))[0].content


def test_identical_jobs_of_a_flow_become_one():
    jobs = [cheap_jobs.add(1, 2, "t") for _ in range(3)]
    last = cheap_jobs.total([j.output for j in jobs], "t")
    planned = plan_flow(Flow([*jobs, last]))
    assert len(planned) == 2
    assert planned[1].requires == (planned[0].uuid,)


def test_requirements_come_first_and_nested_flows_are_flattened():
    inner = cheap_jobs.chain(3, "t")
    outer = Flow([cheap_jobs.add(inner.output, 1, "t"), inner])
    planned = plan_flow(outer)
    known = set()
    for item in planned:
        assert set(item.requires) <= known
        known.add(item.uuid)
    assert len(planned) == 4


def test_a_linear_order_is_kept():
    jobs = [cheap_jobs.add(k, 0, "t") for k in range(3)]
    planned = plan_flow(Flow(jobs, order=JobOrder.LINEAR))
    assert [p.requires for p in planned] == [(), (planned[0].uuid,), (planned[1].uuid,)]


def test_a_circle_is_refused():
    a, b = cheap_jobs.add(1, 2, "t"), cheap_jobs.add(1, 2, "t")
    a.function_args = (b.output, 1, "t")
    b.function_args = (a.output, 1, "t")
    with pytest.raises(InputError, match="require each other"):
        plan_flow(Flow([a, b]))


def test_a_planned_job_survives_json_and_names_a_safe_folder():
    planned = plan_flow(cheap_jobs.add(1, 2, "t"), stage="sampling")[0]
    again = PlannedJob.from_json(json.loads(json.dumps(planned.to_json())))
    assert again == planned
    assert again.stage == "sampling"
    odd = PlannedJob("0123456789", 2, "a b/../c" + "d" * 99, "s", (), False, "{}")
    assert "/" not in odd.folder_name
    assert odd.folder_name.endswith("-01234567-2")
    assert len(odd.folder_name) < 70


def test_tolerance_of_missing_inputs_is_read_from_the_job():
    tolerant = cheap_jobs.total([], "t")
    tolerant.config = JobConfig(on_missing_references=OnMissing.NONE)
    assert plan_flow(tolerant)[0].tolerates_missing
    assert not plan_flow(cheap_jobs.total([], "t"))[0].tolerates_missing


def test_the_stage_comes_from_metadata_else_from_the_controller():
    told = cheap_jobs.add(1, 2, "t")
    told.update_metadata({"stage": "training"})
    assert plan_flow(told, stage="sampling")[0].stage == "training"
    assert plan_flow(cheap_jobs.add(1, 2, "t"), stage="sampling")[0].stage == "sampling"
