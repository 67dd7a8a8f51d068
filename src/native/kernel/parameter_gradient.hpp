// SPDX-License-Identifier: BSD-3-Clause
// Derivatives with respect to the parameters: of site energies, and of sums of energies, forces and
// stresses.
#pragma once

#include "argyrodite/kernel.hpp"
#include "moments.hpp"
#include "radial.hpp"
#include "simd.hpp"

namespace argyrodite {
namespace {

INLINE Vec load_pair(const double *value, const double *, int at, Vec *) { return load(value + at); }
INLINE Dual load_pair(const double *value, const double *tangent, int at, Dual *) {
  return {load(value + at), load(tangent + at)};
}
INLINE Vec weighted(Vec value, Vec) { return value; }
INLINE Vec weighted(Dual value, Vec factor) { return factor * value.v + value.d; }

/// Adds contribution to the lanes whose neighbour is of each species.
INLINE void scatter_by_species(const Tables &t, Index species, const Vec *contribution, int count,
                               double *radial) {
  for (int s = 0; s < t.species; ++s) {
    const Index match = species == (static_cast<long long>(s) - Index{});
    bool any = false;
    for (int lane = 0; lane < W; ++lane) any = any || match[lane] != 0;
    if (!any) continue;
    double *row = radial + static_cast<long>(s) * count * W;
    for (int c = 0; c < count; ++c) {
      const Vec masked = (Vec)((Index)contribution[c] & match);
      store(row + c * W, load(row + c * W) + masked);
    }
  }
}

/// dV/dtheta of the central species' parameters; with T = Dual its energy-weighted sum and
/// directional derivative.
template <class T>
INLINE void parameter_gradient(const Tables &t, const Block &block, const Tangents *tangents,
                               double *work, double *radial, double *linear) {
  const Workspace<T> w(t, work, 4 + t.mus);
  const Vec factor = tangents == nullptr ? splat(1.0) : load(tangents->energy_factor);
  for (int m = 0; m < t.basics; ++m) set(w.moment[m], Vec{});
  for (int n = 0; n < block.neighbours; ++n) {
    const double *tx = tangents ? tangents->x : nullptr, *ty = tangents ? tangents->y : nullptr,
                 *tz = tangents ? tangents->z : nullptr;
    T *tag = nullptr;
    const T x = load_pair(block.x, tx, n * W, tag), y = load_pair(block.y, ty, n * W, tag),
            z = load_pair(block.z, tz, n * W, tag);
    T r;
    const T inverse = reciprocal_root(x * x + y * y + z * z, r);
    T *record = w.pair(n);
    record[0] = x * inverse;
    record[1] = y * inverse;
    record[2] = z * inverse;
    record[3] = r;
    radial_functions(t, block.centre, Lookup(t, load_index(block.species + n * W)), r,
                               record + 4);
    monomials(t, record, w.mono);
    T *to = w.moment;
    for (int mu = 0; mu < t.mus; ++mu) {
      const T value = record[4 + mu];
      const int count = t.basic_begin[mu + 1] - t.basic_begin[mu];
      for (int q = 0; q < count; ++q) *to++ += value * w.mono[q];
    }
  }
  contract(t, w.moment);
  for (int a = 0; a < t.scalars; ++a)
    store(linear + a * W, load(linear + a * W) + weighted(w.moment[t.scalar_moment[a]], factor));
  seed_adjoint(t, w.adjoint);
  contract_reverse(t, w.moment, w.adjoint);
  for (int n = 0; n < block.neighbours; ++n) {
    const T *record = w.pair(n);
    monomials(t, record, w.mono);
    const T *from = w.adjoint;
    Vec contribution[maximum_radial_rows];
    for (int mu = 0; mu < t.mus; ++mu) {
      T sum;
      set(sum, Vec{});
      const int count = t.basic_begin[mu + 1] - t.basic_begin[mu];
      for (int q = 0; q < count; ++q) sum += *from++ * w.mono[q];
      RadialBasis<T> basis(t, record[3]);
      for (int k = 0; k < t.ks; ++k) {
        if (k > 0) basis.advance();
        contribution[mu * t.ks + k] = weighted(sum * basis.current, factor);
      }
    }
    scatter_by_species(t, load_index(block.species + n * W), contribution, t.mus * t.ks, radial);
  }
}

void gradient(const Tables &t, const Block &block, const Tangents &tangents, double *work,
              double *radial, double *linear) {
  parameter_gradient<Dual>(t, block, &tangents, work, radial, linear);
}

void features(const Tables &t, const Block &block, double *work, double *radial, double *linear) {
  const long rows = static_cast<long>(t.species) * t.mus * t.ks * W;
  for (long i = 0; i < rows; ++i) radial[i] = 0.0;
  for (long i = 0; i < static_cast<long>(t.scalars) * W; ++i) linear[i] = 0.0;
  parameter_gradient<Vec>(t, block, nullptr, work, radial, linear);
}

}  // namespace
}  // namespace argyrodite
