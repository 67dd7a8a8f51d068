// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "argyrodite/potential.hpp"

namespace argyrodite {

/// SHA-256 (FIPS 180-4) in hexadecimal.
std::string sha256(std::string_view data);

/// The file that this project writes for a potential with named species: `format_potential`, its tag
/// naming them.
std::string named_text(Potential potential, const std::vector<std::string> &species);

/// Hash of the content of a potential with named species, 16 hexadecimal digits: the same for the same
/// potential, wherever it came from.
std::string potential_id(const Potential &potential, const std::vector<std::string> &species);

}  // namespace argyrodite
