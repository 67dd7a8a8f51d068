// SPDX-License-Identifier: BSD-3-Clause
// libFuzzer target of the parser of active sets: any content must be refused with PotentialError, or be
// finite, of the stated size, and written as it was read.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "argyrodite/active_set.hpp"

namespace {

void require(bool condition, const char *what) {
  if (condition) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  const std::string content(reinterpret_cast<const char *>(data), size);
  try {
    const argyrodite::ActiveSet set = argyrodite::parse_active_set(content);
    const std::size_t parameters = set.parameters;
    require(set.scale.size() == parameters && set.rows.size() == parameters * parameters &&
                set.inverse.size() == parameters * parameters,
            "the arrays have the stated size");
    for (const double value : set.inverse) require(std::isfinite(value), "the inverse is finite");
    const std::string written = argyrodite::format_active_set(set);
    require(argyrodite::format_active_set(argyrodite::parse_active_set(written)) == written,
            "a written set reads back the same");
  } catch (const argyrodite::PotentialError &) {
  }
  return 0;
}
