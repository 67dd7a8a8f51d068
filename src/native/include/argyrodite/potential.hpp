// SPDX-License-Identifier: BSD-3-Clause
// A moment tensor potential as MLIP's files describe it (Shapeev, Multiscale Model. Simul. 14, 1153
// (2016); Novikov et al., Mach. Learn.: Sci. Technol. 2, 025002 (2021)).
#pragma once

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace argyrodite {

/// Largest product of radial_funcs_count and radial_basis_size that is accepted.
constexpr int maximum_radial_rows = 1024;

/// Raised for any text that is not a usable potential; the message names the field and the value.
class PotentialError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The site energy is V_i = species[z_i] + sum_a linear[a] B_a, where each scalar B_a is a moment
/// and every moment is either basic,
///   M = sum_j f_mu(|r_ij|, z_i, z_j) x^a y^b z^c   (x, y, z: unit vector towards j),
/// or a sum of products of earlier moments. The radial functions are
///   f_mu(r) = scaling (max_dist - r)^2 sum_k radial[z_i][z_j][mu][k] T_k(xi(r)),
/// with Chebyshev polynomials T_k and xi mapping [min_dist, max_dist] to [-1, 1].
struct Potential {
  std::string name;
  std::string tag;
  double scaling = 1.0;
  double min_dist = 0.0;
  double max_dist = 0.0;
  int species_count = 0;
  int radial_funcs_count = 0;
  int radial_basis_size = 0;
  int moments_count = 0;
  std::vector<double> radial;               // [z_i][z_j][mu][k]
  std::vector<std::array<int, 4>> basic;    // mu, a, b, c
  std::vector<std::array<int, 4>> times;    // M[3] += [2] * M[0] * M[1]
  std::vector<int> scalars;                 // moment index of each B_a
  std::vector<double> species;              // [z]
  std::vector<double> linear;               // [a]

  std::size_t radial_index(int centre, int neighbour, int mu, int k) const {
    return ((static_cast<std::size_t>(centre) * species_count + neighbour) * radial_funcs_count +
            mu) * radial_basis_size + k;
  }
  /// Number of parameters: radial, then species, then linear coefficients (this order everywhere).
  std::size_t parameter_count() const { return radial.size() + species.size() + linear.size(); }

  /// Throws PotentialError unless every count, index and number is usable.
  void validate() const;
};

/// Parses the text of a .mtp (MLIP-2) or .almtp (MLIP-3) file; what follows "#MVS" is ignored.
Potential parse_potential(std::string_view text);

/// Reads a potential file of at most 1 GiB.
Potential read_potential(const std::string &path);

/// Text of a .mtp file in MLIP-2's layout, numbers with 17 significant digits.
std::string format_potential(const Potential &potential);

}  // namespace argyrodite
