// SPDX-License-Identifier: BSD-3-Clause
// Cells of the search grid are one cutoff wide measured perpendicular to the faces of the box, in
// fractional coordinates: so neighbours lie in adjacent grid cells whatever the box's shape.
#include "argyrodite/neighbours.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>

namespace argyrodite {
namespace {

using Triple = std::array<double, 3>;

Triple cross(const double *a, const double *b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

struct Box {
  const double *cell;
  std::array<Triple, 3> reciprocal;  // fractional coordinate d of r is reciprocal[d] . r
  Triple margin;                     // cutoff in fractional units

  Box(const double *cell_, double cutoff) : cell(cell_) {
    const Triple bc = cross(cell + 3, cell + 6), ca = cross(cell + 6, cell), ab = cross(cell, cell + 3);
    const double volume = cell[0] * bc[0] + cell[1] * bc[1] + cell[2] * bc[2];
    if (!(std::abs(volume) > 1e-6)) throw std::invalid_argument("the cell has no volume");
    const std::array<Triple, 3> rows{bc, ca, ab};
    for (int d = 0; d < 3; ++d) {
      double norm = 0.0;
      for (int c = 0; c < 3; ++c) {
        reciprocal[d][c] = rows[d][c] / volume;
        norm += reciprocal[d][c] * reciprocal[d][c];
      }
      margin[d] = cutoff * std::sqrt(norm);
    }
  }

  Triple fractional(const double *r) const {
    Triple s;
    for (int d = 0; d < 3; ++d)
      s[d] = reciprocal[d][0] * r[0] + reciprocal[d][1] * r[1] + reciprocal[d][2] * r[2];
    return s;
  }
  Triple cartesian(const Triple &s) const {
    Triple r;
    for (int c = 0; c < 3; ++c) r[c] = s[0] * cell[c] + s[1] * cell[3 + c] + s[2] * cell[6 + c];
    return r;
  }
};

struct Images {
  std::vector<int> atom;
  std::vector<char> is_home;
  std::vector<Triple> fractional;
};

Images periodic_images(const Box &box, const double *positions, int atoms, long maximum_images) {
  double factor = 1.0;
  for (int d = 0; d < 3; ++d) factor *= 1.0 + 2.0 * box.margin[d];
  if (!(factor * atoms < static_cast<double>(maximum_images)))
    throw std::invalid_argument("the cell is too small for the cutoff: " +
                                std::to_string(factor * atoms) + " periodic images would be needed");
  Images images;
  const auto reserve = static_cast<std::size_t>(factor * atoms * 1.1) + 8;
  images.atom.reserve(reserve);
  images.is_home.reserve(reserve);
  images.fractional.reserve(reserve);
  for (int i = 0; i < atoms; ++i) {
    Triple home = box.fractional(positions + 3 * i);
    std::array<int, 3> low, high;
    for (int d = 0; d < 3; ++d) {
      if (!std::isfinite(home[d]))
        throw std::invalid_argument("the position of atom " + std::to_string(i) +
                                    " or the cell is not finite");
      home[d] -= std::floor(home[d]);
      low[d] = static_cast<int>(std::ceil(-box.margin[d] - home[d]));
      high[d] = static_cast<int>(std::floor(1.0 + box.margin[d] - home[d]));
    }
    for (int a = low[0]; a <= high[0]; ++a)
      for (int b = low[1]; b <= high[1]; ++b)
        for (int c = low[2]; c <= high[2]; ++c) {
          images.atom.push_back(i);
          images.is_home.push_back(a == 0 && b == 0 && c == 0);
          images.fractional.push_back({home[0] + a, home[1] + b, home[2] + c});
        }
  }
  return images;
}

struct Grid {
  std::array<int, 3> count;
  std::vector<long> begin;
  std::vector<int> member;

  Grid(const Box &box, const Images &images) {
    // no more grid cells than a small multiple of the atoms, however empty the box is
    const double most = 2.0 * std::cbrt(static_cast<double>(images.atom.size())) + 1.0;
    for (int d = 0; d < 3; ++d)
      count[d] = 1 + static_cast<int>(std::min(most, (1.0 + 2.0 * box.margin[d]) / box.margin[d]));
    const long cells = static_cast<long>(count[0]) * count[1] * count[2];
    std::vector<long> cell_of(images.atom.size());
    begin.assign(cells + 1, 0);
    for (std::size_t m = 0; m < cell_of.size(); ++m) {
      cell_of[m] = cell(position(box, images.fractional[m]));
      ++begin[cell_of[m] + 1];
    }
    for (long c = 0; c < cells; ++c) begin[c + 1] += begin[c];
    std::vector<long> next(begin.begin(), begin.end() - 1);
    member.resize(cell_of.size());
    for (std::size_t m = 0; m < cell_of.size(); ++m) member[next[cell_of[m]]++] = static_cast<int>(m);
  }

  std::array<int, 3> position(const Box &box, const Triple &s) const {
    std::array<int, 3> at;
    for (int d = 0; d < 3; ++d) {
      const double scaled = (s[d] + box.margin[d]) / (1.0 + 2.0 * box.margin[d]);
      const double bins = std::min<double>(count[d], (1.0 + 2.0 * box.margin[d]) / box.margin[d]);
      at[d] = std::clamp(static_cast<int>(scaled * bins), 0, count[d] - 1);
    }
    return at;
  }
  long cell(const std::array<int, 3> &at) const {
    return (static_cast<long>(at[0]) * count[1] + at[1]) * count[2] + at[2];
  }
};

}  // namespace

NeighbourList neighbour_list(const double *positions, int atoms, const double *cell, double cutoff,
                             long maximum_images) {
  const Box box(cell, cutoff);
  const Images images = periodic_images(box, positions, atoms, maximum_images);
  const Grid grid(box, images);
  std::vector<Triple> cartesian(images.atom.size());
  std::vector<int> home(atoms, -1);
  for (std::size_t m = 0; m < cartesian.size(); ++m) {
    cartesian[m] = box.cartesian(images.fractional[m]);
    if (images.is_home[m]) home[images.atom[m]] = static_cast<int>(m);
  }
  NeighbourList list;
  list.begin.reserve(atoms + 1);
  list.begin.push_back(0);
  const double cutoff2 = cutoff * cutoff;
  for (int i = 0; i < atoms; ++i) {
    const Triple centre = cartesian[home[i]];
    const auto at = grid.position(box, images.fractional[home[i]]);
    for (int a = std::max(0, at[0] - 1); a <= std::min(grid.count[0] - 1, at[0] + 1); ++a)
      for (int b = std::max(0, at[1] - 1); b <= std::min(grid.count[1] - 1, at[1] + 1); ++b)
        for (int c = std::max(0, at[2] - 1); c <= std::min(grid.count[2] - 1, at[2] + 1); ++c) {
          const long here = grid.cell({a, b, c});
          for (long k = grid.begin[here]; k < grid.begin[here + 1]; ++k) {
            const int m = grid.member[k];
            if (m == home[i]) continue;
            const double x = cartesian[m][0] - centre[0], y = cartesian[m][1] - centre[1],
                         z = cartesian[m][2] - centre[2], r2 = x * x + y * y + z * z;
            if (r2 >= cutoff2) continue;
            if (r2 < 1e-12)
              throw std::invalid_argument("atoms " + std::to_string(i) + " and " +
                                          std::to_string(images.atom[m]) + " are at the same place");
            list.index.push_back(images.atom[m]);
            list.x.push_back(x);
            list.y.push_back(y);
            list.z.push_back(z);
          }
        }
    list.begin.push_back(static_cast<long>(list.index.size()));
  }
  return list;
}

}  // namespace argyrodite
