"""Settings of every test."""

import os

# before numpy is imported: waiting threads make small matrices slow on a busy machine
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
