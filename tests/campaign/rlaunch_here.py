"""FireWorks' rlaunch for tests: numbers that are safe on the test server, and planted deaths.

FireWorks takes a number from a counter by find_one_and_update and the document *before* it.
secantusdb 0.7 updates atomically, but reads that document separately: under load two workers get
the same number (41 of 450 in three processes), and one launch overwrites another. The document
*after* the update is right. A real mongod (ARGYRODITE_TEST_MONGO_URI) runs FireWorks as it is.

TEST_KILL_IN names a stage: the worker is killed with SIGKILL when a job of it has computed, before
its output is stored; TEST_KILL_AFTER, when the output is stored, before FireWorks hears of it.
"""

import os
import signal
import sys
from pathlib import Path

from fireworks import LaunchPad
from fireworks.scripts.rlaunch_run import rlaunch
from pymongo import ReturnDocument

from atomate2_argyrodite.campaign import execution


def _take(field):
    def take(self, quantity=1):
        document = self.fw_id_assigner.find_one_and_update(
            {}, {"$inc": {field: quantity}}, return_document=ReturnDocument.AFTER
        )
        return document[field] - quantity

    return take


def _plant_death():
    run, put = execution._run, execution.put_document
    stage = ""

    def noting_run(request, store):
        nonlocal stage
        stage = request.job.stage
        return run(request, store)

    def deadly_put(*arguments):
        if stage == os.environ.get("TEST_KILL_IN"):
            os.kill(os.getpid(), signal.SIGKILL)
        put(*arguments)
        if stage == os.environ.get("TEST_KILL_AFTER"):
            os.kill(os.getpid(), signal.SIGKILL)

    execution._run, execution.put_document = noting_run, deadly_put


def make_numbers_safe():
    if "ARGYRODITE_TEST_MONGO_URI" not in os.environ:
        LaunchPad.get_new_launch_id = _take("next_launch_id")
        LaunchPad.get_new_fw_id = _take("next_fw_id")


if __name__ == "__main__":
    make_numbers_safe()
    if {"TEST_KILL_IN", "TEST_KILL_AFTER"} & set(os.environ):
        _plant_death()
    sys.path.insert(0, str(Path(__file__).parent))
    sys.exit(rlaunch())
