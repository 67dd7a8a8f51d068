"""FireWorks' rlaunch, with the numbers of launches safe on the test server.

FireWorks takes a number from a counter by find_one_and_update and the document *before* it.
secantusdb 0.7 updates atomically, but reads that document separately: under load two workers get
the same number (41 of 450 in three processes), and one launch overwrites another. The document
*after* the update is right. A real mongod (ARGYRODITE_TEST_MONGO_URI) runs FireWorks as it is.
"""

import os
import sys

from fireworks import LaunchPad
from fireworks.scripts.rlaunch_run import rlaunch
from pymongo import ReturnDocument


def _take(field):
    def take(self, quantity=1):
        document = self.fw_id_assigner.find_one_and_update(
            {}, {"$inc": {field: quantity}}, return_document=ReturnDocument.AFTER
        )
        return document[field] - quantity

    return take


if __name__ == "__main__":
    if "ARGYRODITE_TEST_MONGO_URI" not in os.environ:
        LaunchPad.get_new_launch_id = _take("next_launch_id")
        LaunchPad.get_new_fw_id = _take("next_fw_id")
    sys.exit(rlaunch())
