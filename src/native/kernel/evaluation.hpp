// SPDX-License-Identifier: BSD-3-Clause
// Site energies and their derivatives with respect to the pair vectors.
#pragma once

#include "argyrodite/kernel.hpp"
#include "moments.hpp"
#include "radial.hpp"
#include "simd.hpp"

namespace argyrodite {
namespace {

/// What the forward pass keeps of each pair.
struct Pair {
  Vec unit[3], inverse;  // unit vector towards the neighbour, 1 / distance
  Dual f[1];             // one for each mu: f and df/dr
};

INLINE Pair &pair_of(const Workspace<Vec> &w, int n) { return *reinterpret_cast<Pair *>(w.pair(n)); }

/// Geometry of row n.
INLINE Vec set_geometry(const Block &block, int n, Pair &pair) {
  const Vec x = load(block.x + n * W), y = load(block.y + n * W), z = load(block.z + n * W);
  Vec r;
  const Vec inverse = reciprocal_root(x * x + y * y + z * z, r);
  pair.unit[0] = x * inverse;
  pair.unit[1] = y * inverse;
  pair.unit[2] = z * inverse;
  pair.inverse = inverse;
  return r;
}

/// dV/d(pair vector) from dV/df df/dr and from dV/dunit.
INLINE void store_gradient(const Pair &pair, Vec radial, const Vec *g, double *gx, double *gy,
                           double *gz) {
  const Vec *unit = pair.unit, along = unit[0] * g[0] + unit[1] * g[1] + unit[2] * g[2];
  const Vec common = radial - pair.inverse * along;
  store(gx, common * unit[0] + pair.inverse * g[0]);
  store(gy, common * unit[1] + pair.inverse * g[1]);
  store(gz, common * unit[2] + pair.inverse * g[2]);
}

// --- sizes from the tables ---

INLINE void basic_moments(AnySizes, const Tables &t, const Block &block, const Workspace<Vec> &w) {
  for (int m = 0; m < t.basics; ++m) w.moment[m] = Vec{};
  for (int n = 0; n < block.neighbours; ++n) {
    Pair &pair = pair_of(w, n);
    const Vec r = set_geometry(block, n, pair);
    radial_functions(t, block.centre, Lookup(t, load_index(block.species + n * W)),
                     Dual{r, splat(1.0)}, pair.f);
    monomials(t, pair.unit, w.mono);
    Vec *to = w.moment;
    for (int mu = 0; mu < t.mus; ++mu) {
      const Vec value = pair.f[mu].v;
      const int count = t.basic_begin[mu + 1] - t.basic_begin[mu];
      for (int q = 0; q < count; ++q) *to++ += value * w.mono[q];
    }
  }
}

INLINE void pair_gradients(AnySizes, const Tables &t, const Block &block, const Workspace<Vec> &w,
                           double *gx, double *gy, double *gz) {
  for (int n = 0; n < block.neighbours; ++n) {
    const Pair &pair = pair_of(w, n);
    monomials(t, pair.unit, w.mono);
    for (int q = 0; q < t.monomials; ++q) w.mono_adjoint[q] = Vec{};
    Vec radial = Vec{};
    const Vec *from = w.adjoint;
    for (int mu = 0; mu < t.mus; ++mu) {
      Vec sum = Vec{};
      const Vec value = pair.f[mu].v;
      const int count = t.basic_begin[mu + 1] - t.basic_begin[mu];
      for (int q = 0; q < count; ++q) {
        const Vec adjoint = *from++;
        sum += adjoint * w.mono[q];
        w.mono_adjoint[q] += adjoint * value;
      }
      radial += pair.f[mu].d * sum;
    }
    Vec g[3];
    monomials_reverse(t, pair.unit, w.mono, w.mono_adjoint, g);
    store_gradient(pair, radial, g, gx + n * W, gy + n * W, gz + n * W);
  }
}

// --- sizes known at compile time ---

template <int Degree, int Mus, int Ks>
INLINE void basic_moments(Sizes<Degree, Mus, Ks>, const Tables &t, const Block &block,
                          const Workspace<Vec> &w) {
  using S = Sizes<Degree, Mus, Ks>;
  Vec moment[S::basics] = {};
  for (int n = 0; n < block.neighbours; ++n) {
    Pair &pair = pair_of(w, n);
    const Vec r = set_geometry(block, n, pair);
    radial_functions_by_parity<Mus, Ks>(t, block.centre, load_index(block.species + n * W), r, pair.f);
    Vec mono[S::monomials];
    fixed_monomials<Degree>(pair.unit, mono);
    unroll<0, Mus>(UNROLLED(mu) {
      const Vec value = pair.f[mu].v;
      constexpr int begin = S::basics_before(mu), count = S::basics_before(mu + 1) - begin;
      unroll<0, count>(UNROLLED(q) { moment[begin + q] += value * mono[q]; });
    });
  }
  for (int m = 0; m < S::basics; ++m) w.moment[m] = moment[m];
}

template <int Degree, int Mus, int Ks>
INLINE void pair_gradients(Sizes<Degree, Mus, Ks>, const Tables &, const Block &block,
                           const Workspace<Vec> &w, double *gx, double *gy, double *gz) {
  using S = Sizes<Degree, Mus, Ks>;
  for (int n = 0; n < block.neighbours; ++n) {
    const Pair &pair = pair_of(w, n);
    Vec mono[S::monomials], adjoint[S::monomials];
    fixed_monomials<Degree>(pair.unit, mono);
    Vec radial = Vec{};
    unroll<0, Mus>(UNROLLED(mu) {
      const Vec value = pair.f[mu].v;
      constexpr int begin = S::basics_before(mu), count = S::basics_before(mu + 1) - begin;
      Vec sum = Vec{};
      unroll<0, count>(UNROLLED(q) {
        const Vec from = w.adjoint[begin + q];
        sum += from * mono[q];
        adjoint[q] = mu == 0 ? from * value : adjoint[q] + from * value;
      });
      radial += pair.f[mu].d * sum;
    });
    Vec g[3];
    fixed_monomials_reverse<Degree>(pair.unit, mono, adjoint, g);
    store_gradient(pair, radial, g, gx + n * W, gy + n * W, gz + n * W);
  }
}

/// Level 8: V = f_0 (a + L + Q) + f_1 b with L linear and Q quadratic in the unit vector u. The gradient
/// of L + Q, times u, is L + 2 Q, which gives Q.
template <int Ks>
INLINE void pair_gradients(Sizes<2, 2, Ks>, const Tables &, const Block &block, const Workspace<Vec> &w,
                           double *gx, double *gy, double *gz) {
  const Vec *a = w.adjoint;
  const Vec constant = a[0], other = a[10], half = splat(0.5);
  const Vec x = a[1], y = a[2], z = a[3], xx = a[4] + a[4], xy = a[5], xz = a[6], yy = a[7] + a[7], yz = a[8],
            zz = a[9] + a[9];
  for (int n = 0; n < block.neighbours; ++n) {
    const Pair &pair = pair_of(w, n);
    const Vec *u = pair.unit;
    const Vec linear = x * u[0] + y * u[1] + z * u[2];
    Vec g[3] = {x + xx * u[0] + xy * u[1] + xz * u[2], y + xy * u[0] + yy * u[1] + yz * u[2],
                z + xz * u[0] + yz * u[1] + zz * u[2]};
    const Vec along = u[0] * g[0] + u[1] * g[1] + u[2] * g[2];
    const Vec value = constant + half * (linear + along);
    const Vec across = pair.f[0].v * pair.inverse;
    const Vec common = pair.f[0].d * value + pair.f[1].d * other - across * along;
    store(gx + n * W, common * u[0] + across * g[0]);
    store(gy + n * W, common * u[1] + across * g[1]);
    store(gz + n * W, common * u[2] + across * g[2]);
  }
}

template <class S>
INLINE void evaluate_sizes(S sizes, const Tables &t, const Block &block, double *work, double *energy,
                           double *gx, double *gy, double *gz) {
  const Workspace<Vec> w(t, work, 4 + 2 * t.mus);
  basic_moments(sizes, t, block, w);
  const Vec v = contract_and_reverse(t, w.moment, w.adjoint);
  store(energy, splat(t.species_energy[block.centre]) + v);
  if (gx == nullptr) return;
  pair_gradients(sizes, t, block, w, gx, gy, gz);
}

/// Tries the sizes in turn.
template <class S, class... Others>
INLINE void evaluate_first(const Tables &t, const Block &block, double *work, double *energy, double *gx,
                           double *gy, double *gz) {
  if (S::fit(t)) return evaluate_sizes(S{}, t, block, work, energy, gx, gy, gz);
  if constexpr (sizeof...(Others) > 0)
    evaluate_first<Others...>(t, block, work, energy, gx, gy, gz);
  else
    evaluate_sizes(AnySizes{}, t, block, work, energy, gx, gy, gz);
}

void evaluate(const Tables &t, const Block &block, double *work, double *energy, double *gx, double *gy,
              double *gz) {
  // levels 8 to 16; at level 20 it gained 7 % and took a minute to compile
  evaluate_first<Sizes<2, 2, 8>, Sizes<3, 3, 8>, Sizes<4, 3, 8>, Sizes<5, 4, 8>, Sizes<6, 4, 8>>(
      t, block, work, energy, gx, gy, gz);
}

void linear_basis(const Tables &t, const Block &block, double *work, double *basis, double *gx,
                  double *gy, double *gz, void (*visit)(void *, int), void *context) {
  const Workspace<Vec> w(t, work, 4 + 2 * t.mus);
  basic_moments(AnySizes{}, t, block, w);
  contract(t, w.moment);
  for (int a = 0; a < t.scalars; ++a) store(basis + a * W, w.moment[t.scalar_moment[a]]);
  for (int a = 0; a < t.scalars; ++a) {
    for (int m = 0; m < t.moments; ++m) w.adjoint[m] = Vec{};
    w.adjoint[t.scalar_moment[a]] = splat(1.0);
    contract_reverse(t, w.moment, w.adjoint);
    pair_gradients(AnySizes{}, t, block, w, gx, gy, gz);
    visit(context, a);
  }
}

}  // namespace
}  // namespace argyrodite
