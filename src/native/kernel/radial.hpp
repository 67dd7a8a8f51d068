// SPDX-License-Identifier: BSD-3-Clause
// Radial functions of pairs, for any number of basis functions and for the usual one.
#pragma once

#include "argyrodite/kernel.hpp"
#include "simd.hpp"

namespace argyrodite {
namespace {

/// Radial coefficients of each lane's neighbour species.
struct Lookup {
  Index index;
  bool in_register;

  Lookup(const Tables &t, Index species) : index(species), in_register(t.species <= W) {}
  INLINE Vec operator()(const double *row) const {
    if (in_register) return pick(row, index);
    Vec out;
    for (int lane = 0; lane < W; ++lane) out[lane] = row[index[lane]];
    return out;
  }
};

/// The radial basis scaling (cutoff - r)^2 T_k(xi(r)), one k after the other.
template <class T>
struct RadialBasis {
  T smooth, xi, previous, current;

  INLINE RadialBasis(const Tables &t, T r) {
    T cutoff, offset;
    set(cutoff, splat(t.cutoff));
    set(offset, splat(t.xi_offset));
    const T gap = positive_part(cutoff - r);
    smooth = splat(t.scaling) * (gap * gap);
    xi = splat(t.xi_slope) * r + offset;
    current = smooth;
    previous = xi * smooth;  // T_{-1} = T_1
  }
  INLINE void advance() {
    const T next = splat(2.0) * (xi * current) - previous;
    previous = current;
    current = next;
  }
};

/// All radial functions by the recurrence of the basis.
template <class T>
INLINE void radial_functions(const Tables &t, int centre, const Lookup &lookup, T r, T *f) {
  const long stride = t.species_stride;
  const double *rows = t.radial + static_cast<long>(centre) * t.mus * t.ks * stride;
  RadialBasis<T> basis(t, r);
  for (int mu = 0; mu < t.mus; ++mu) f[mu] = lookup(rows + mu * t.ks * stride) * basis.current;
  for (int k = 1; k < t.ks; ++k) {
    basis.advance();
    for (int mu = 0; mu < t.mus; ++mu)
      f[mu] += lookup(rows + (mu * t.ks + k) * stride) * basis.current;
  }
}

/// All radial functions and their derivatives, from even and odd polynomials in y = 2 xi^2 - 1: a
/// third of the operations of the recurrence, and as accurate, as the coefficients hardly grow
/// (see `Model::fill_coefficients`). Ks is even, and at most `maximum_parity_size`.
template <int Mus, int Ks>
INLINE void radial_functions_by_parity(const Tables &t, int centre, Index species, Vec r, Dual *f) {
  const long stride = t.species_stride;
  const double *rows = t.parity + static_cast<long>(centre) * Mus * Ks * stride;
  const Lookup lookup(t, species);
  const Vec gap = positive_part(splat(t.cutoff) - r), smooth = gap * gap;
  const Vec xi = splat(t.xi_slope) * r + splat(t.xi_offset), square = xi * xi;
  const Vec y = square + square - splat(1.0);
  for (int mu = 0; mu < Mus; ++mu, rows += Ks * stride) {
    Vec even = lookup(rows + (Ks - 2) * stride), odd = lookup(rows + (Ks - 1) * stride);
    Vec even_slope = Vec{}, odd_slope = Vec{};
    for (int k = Ks - 4; k >= 0; k -= 2) {
      even_slope = even_slope * y + even;
      odd_slope = odd_slope * y + odd;
      even = even * y + lookup(rows + k * stride);
      odd = odd * y + lookup(rows + (k + 1) * stride);
    }
    const Vec value = even + xi * odd;
    const Vec slope = odd + splat(4.0) * (xi * even_slope + square * odd_slope);  // by xi
    f[mu].v = smooth * value;
    f[mu].d = smooth * (splat(t.xi_slope) * slope) - splat(2.0) * (gap * value);
  }
}

}  // namespace
}  // namespace argyrodite
