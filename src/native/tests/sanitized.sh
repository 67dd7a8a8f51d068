#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Runs tests of the kernel with a module and plugin built with AddressSanitizer and
# UndefinedBehaviorSanitizer (gcc):  sh src/native/tests/sanitized.sh [FOLDER [PYTEST ARGUMENTS]]
# The active Python has the package's build and test requirements; what it has installed stays as it is.
# The plugin it builds is in FOLDER/package/atomate2_argyrodite/plugins: an lmp with libasan preloaded and
# LAMMPS_PLUGIN_PATH set to that folder runs it.
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
folder=${1:-$root/build/sanitized}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- "$root/tests/mtp"

cmake -S "$root/src/native" -B "$folder/cmake" -DSKBUILD=ON -DARGYRODITE_SANITIZE=ON -DCMAKE_CXX_COMPILER=g++ \
  -DPython_EXECUTABLE="$(command -v python)" -DCMAKE_BUILD_TYPE=RelWithDebInfo > "$folder.log"
cmake --build "$folder/cmake" --parallel 2 >> "$folder.log"
rm -rf "$folder/package"
mkdir -p "$folder/package"
cp -R "$root/src/atomate2_argyrodite" "$folder/package/"
find "$folder/package" -name "*.so" -exec rm {} +
cmake --install "$folder/cmake" --prefix "$folder/package" >> "$folder.log"

# libstdc++ beside libasan, or its interceptor of exceptions finds nothing to call
LD_PRELOAD="$(g++ -print-file-name=libasan.so) $(g++ -print-file-name=libstdc++.so)"
ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1  # Python itself leaks at exit
export LD_PRELOAD ASAN_OPTIONS UBSAN_OPTIONS
cd "$folder"
exec python - "$folder/package" "$@" <<'PYTHON'
import sys
# an editable installation would come first
sys.meta_path = [finder for finder in sys.meta_path if "ScikitBuild" not in type(finder).__name__]
sys.path.insert(0, sys.argv[1])
import pytest
from atomate2_argyrodite.mtp import _native
assert _native.__file__.startswith(sys.argv[1]), _native.__file__
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[2:]]))
PYTHON
