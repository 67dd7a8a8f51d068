// SPDX-License-Identifier: BSD-3-Clause
// Extrapolation grades: feature vectors in the basis of an active set.
#pragma once

#include "argyrodite/kernel.hpp"
#include "simd.hpp"

namespace argyrodite {
namespace {

void grade(const double *features, int rows, const double *matrix, int columns, double *result) {
  Vec largest = Vec{};
  for (int tile = 0; tile < columns; tile += grade_tile, matrix += grade_tile * rows) {
    Vec sums[grade_tile] = {};
    const double *row = matrix;
    for (int k = 0; k < rows; ++k, row += grade_tile) {
      const Vec feature = load(features + k * W);
      for (int c = 0; c < grade_tile; ++c) sums[c] += feature * splat(row[c]);
    }
    for (int c = 0; c < grade_tile; ++c) largest = larger(largest, magnitude(sums[c]));
  }
  store(result, largest);
}

}  // namespace
}  // namespace argyrodite
