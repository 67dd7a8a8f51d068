// SPDX-License-Identifier: BSD-3-Clause
// libFuzzer target of the potential-file parser and of what an accepted file then makes the kernel do.
//
// Any text must be refused with PotentialError or be usable: prepared for the kernel, evaluated, and
// written to a text that reads back the same. Messages must be valid UTF-8 where the input is, since
// Python shows them. -malloc_limit_mb bounds what a short text may allocate.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "argyrodite/configuration_set.hpp"
#include "argyrodite/kernel.hpp"

namespace {

using namespace argyrodite;

void require(bool condition, const char *what) {
  if (condition) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

bool is_utf8(const char *text, std::size_t size) {
  for (std::size_t i = 0; i < size;) {
    const unsigned char c = text[i++];
    const int more = c < 0x80 ? 0 : c >> 5 == 6 ? 1 : c >> 4 == 14 ? 2 : c >> 3 == 30 ? 3 : -1;
    if (more < 0) return false;
    for (int k = 0; k < more; ++k, ++i)
      if (i >= size || (text[i] & 0xC0) != 0x80) return false;
  }
  return true;
}

/// Three atoms in a skewed cell thinner than the cutoff: padded lanes and periodic images.
void evaluate(const Model &model) {
  const Potential &p = model.potential();
  const double a = 0.9 * p.max_dist;
  const double cell[9] = {a, 0.0, 0.0, 0.1 * a, a, 0.0, 0.0, -0.1 * a, 1.1 * a};
  const double positions[9] = {0.0, 0.0, 0.0, 0.4 * a, 0.1 * a, 0.0, 0.1 * a, 0.5 * a, 0.6 * a};
  const int count = 3, species[3] = {0, p.species_count - 1, p.species_count / 2};
  try {
    const ConfigurationSet set(1, &count, species, positions, cell, p.max_dist, model.kernel().width, 1);
    double energy, sites[3], forces[9], strain[9];
    set.evaluate(model, 1, &energy, sites, forces, strain);
    std::vector<double> features(3 * p.parameter_count()), gradient(p.parameter_count());
    set.features(model, 1, 0, 1, features.data());
    set.gradient(model, 1, &energy, forces, strain, gradient.data());
  } catch (const std::invalid_argument &) {
    // a cutoff too short for a cell with a volume
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
  const std::string text(reinterpret_cast<const char *>(data), size);
  try {
    const Potential potential = parse_potential(text);
    const std::string written = format_potential(potential);
    require(format_potential(parse_potential(written)) == written, "a written text reads back the same");
    if (is_utf8(text.data(), size))
      require(is_utf8(written.data(), written.size()), "a text in UTF-8 is written in UTF-8");
    for (const std::string &name : available_kernels()) {
      const Model model(potential, select_kernel(name));
      require(model.kernel().work_size(model.tables(), 64) * sizeof(double) <
                  (std::size_t{32} << 20) + 1000 * size,
              "the work space of a short text is small");
      if (model.tables().moments < 4000) evaluate(model);  // larger ones only cost time
    }
  } catch (const PotentialError &error) {
    if (is_utf8(text.data(), size))
      require(is_utf8(error.what(), std::strlen(error.what())), "messages about UTF-8 are UTF-8");
  }
  return 0;
}
