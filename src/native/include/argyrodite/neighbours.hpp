// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

namespace argyrodite {

/// All neighbours within the cutoff, periodic images included, of atoms in a fully periodic cell.
struct NeighbourList {
  std::vector<long> begin;         // [atoms + 1]
  std::vector<int> index;          // neighbour atom
  std::vector<double> x, y, z;     // r_j - r_i, Å
};

/// Linear in the number of atoms; any cell shape, also thinner than the cutoff.
///
/// `positions` is atoms x 3 and `cell` 3 x 3 with lattice vectors as rows. Throws
/// std::invalid_argument for a cell without volume, atoms at one place, or more than
/// `maximum_images` periodic images (a cell far too small for the cutoff).
NeighbourList neighbour_list(const double *positions, int atoms, const double *cell, double cutoff,
                             long maximum_images = 200'000'000);

}  // namespace argyrodite
