"""FireWorks' qlaunch for tests, with numbers that are safe on the test server (rlaunch_here)."""

import sys

from fireworks.scripts.qlaunch_run import qlaunch
from rlaunch_here import make_numbers_safe

if __name__ == "__main__":
    make_numbers_safe()
    sys.exit(qlaunch())
