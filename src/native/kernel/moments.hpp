// SPDX-License-Identifier: BSD-3-Clause
// Moments of a neighbourhood, their products, and the way back from dV/dmoment.
#pragma once

#include "argyrodite/kernel.hpp"
#include "radial.hpp"
#include "simd.hpp"

namespace argyrodite {
namespace {

/// Number of monomials of three variables up to a degree.
constexpr int monomials_up_to(int degree) { return (degree + 1) * (degree + 2) * (degree + 3) / 6; }

/// Sizes known at compile time, those of a level's standard basis: function mu has the monomials up to
/// degree Degree - 2 mu, at least the one of degree 0.
template <int Degree, int Mus, int Ks>
struct Sizes {
  static constexpr int monomials = monomials_up_to(Degree);
  static constexpr int basics_before(int mu) {
    int sum = 0;
    for (int m = 0; m < mu; ++m) sum += monomials_up_to(Degree > 2 * m ? Degree - 2 * m : 0);
    return sum;
  }
  static constexpr int basics = basics_before(Mus);
  /// Whether a potential has these sizes.
  static bool fit(const Tables &t) {
    if (t.degree != Degree || t.mus != Mus || t.ks != Ks || t.parity == nullptr) return false;
    for (int mu = 0; mu <= Mus; ++mu)
      if (t.basic_begin[mu] != basics_before(mu)) return false;
    return true;
  }
};

/// Any potential: all sizes are read from the tables.
struct AnySizes {};

/// All monomials of the unit vector up to a degree.
template <class T>
INLINE void monomials(const Tables &t, const T *unit, T *mono) {
  set(mono[0], splat(1.0));
  const T *previous = mono;
  T *next = mono + 1;
  for (int d = 1, size = 1; d <= t.degree; ++d) {
    const T *begin = next;
    for (int i = 0; i < size; ++i) *next++ = unit[0] * previous[i];
    for (int i = size - d; i < size; ++i) *next++ = unit[1] * previous[i];
    *next++ = unit[2] * previous[size - 1];
    previous = begin;
    size += d + 1;
  }
}

/// Reverse of `monomials`: from dV/dmono (overwritten) to dV/dunit.
INLINE void monomials_reverse(const Tables &t, const Vec *unit, const Vec *mono, Vec *adjoint, Vec *g) {
  g[0] = g[1] = g[2] = Vec{};
  for (int d = t.degree; d > 0; --d) {
    const int size = d * (d + 1) / 2, start = d * (d + 1) * (d + 2) / 6;  // of degree d - 1; of d
    const Vec *previous = mono + start - size, *from = adjoint + start;
    Vec *to = adjoint + start - size;
    for (int i = 0; i < size; ++i, ++from) {
      g[0] += *from * previous[i];
      to[i] += *from * unit[0];
    }
    for (int i = size - d; i < size; ++i, ++from) {
      g[1] += *from * previous[i];
      to[i] += *from * unit[1];
    }
    g[2] += *from * previous[size - 1];
    to[size - 1] += *from * unit[2];
  }
}

/// Each monomial but the first as a component of the unit vector times an earlier one.
template <int Degree>
struct MonomialTable {
  int axis[monomials_up_to(Degree)] = {}, parent[monomials_up_to(Degree)] = {};
  constexpr MonomialTable() {
    for (int d = 1, previous = 0, next = 1; d <= Degree; ++d) {
      const int size = d * (d + 1) / 2, begin = next;
      for (int i = 0; i < size; ++i) parent[next++] = previous + i;
      for (int i = size - d; i < size; ++i, ++next) {
        axis[next] = 1;
        parent[next] = previous + i;
      }
      axis[next] = 2;
      parent[next++] = previous + size - 1;
      previous = begin;
    }
  }
};
template <int Degree>
constexpr MonomialTable<Degree> monomial_table;

/// `monomials` of a degree known at compile time.
template <int Degree>
INLINE void fixed_monomials(const Vec *unit, Vec *mono) {
  mono[0] = splat(1.0);
  unroll<1, 4>(UNROLLED(q) { mono[q] = unit[q - 1]; });
  unroll<4, monomials_up_to(Degree)>(UNROLLED(q) {
    constexpr int axis = monomial_table<Degree>.axis[q], parent = monomial_table<Degree>.parent[q];
    mono[q] = unit[axis] * mono[parent];
  });
}

/// `monomials_reverse` of a degree known at compile time.
template <int Degree>
INLINE void fixed_monomials_reverse(const Vec *unit, const Vec *mono, Vec *adjoint, Vec *g) {
  constexpr int last = monomials_up_to(Degree) - 1;
  g[0] = g[1] = g[2] = Vec{};
  unroll<0, last - 3>(UNROLLED(k) {
    constexpr int q = last - k;
    constexpr int axis = monomial_table<Degree>.axis[q], parent = monomial_table<Degree>.parent[q];
    g[axis] += adjoint[q] * mono[parent];
    adjoint[parent] += adjoint[q] * unit[axis];
  });
  unroll<0, 3>(UNROLLED(axis) { g[axis] += adjoint[axis + 1]; });
}

/// Products of moments, in the order of the table.
template <class T>
INLINE void contract(const Tables &t, T *moment) {
  for (int m = t.basics; m < t.moments; ++m) set(moment[m], Vec{});
  for (int p = 0; p < t.products; ++p)
    moment[t.product_target[p]] += splat(t.product_factor[p]) *
                                   (moment[t.product_left[p]] * moment[t.product_right[p]]);
}

/// Reverse of `contract`: from dV/dM of the scalars to dV/dM of every moment.
template <class T>
INLINE void contract_reverse(const Tables &t, const T *moment, T *adjoint) {
  for (int p = t.products - 1; p >= 0; --p) {
    const T from = splat(t.product_factor[p]) * adjoint[t.product_target[p]];
    adjoint[t.product_left[p]] += from * moment[t.product_right[p]];
    adjoint[t.product_right[p]] += from * moment[t.product_left[p]];
  }
}

/// Site energy without its constant, and dV/dM of every kept moment, from the basic moments. What
/// products with unused targets add to V is half of what they add to sum_m M_m dV/dM_m.
INLINE Vec contract_and_reverse(const Tables &t, Vec *moment, Vec *adjoint) {
  const Contraction &c = t.contraction;
  for (int m = t.basics; m < c.kept; ++m) {
    Vec sum = Vec{};
    const int *range = c.forward_begin + (m - t.basics);
    for (int p = range[0]; p < range[1]; ++p) {
      const Contraction::Term &term = c.forward[p];
      sum += splat(term.factor) * (moment[term.left] * moment[term.right]);
    }
    moment[m] = sum;
  }
  Vec energy = Vec{}, doubled = Vec{};
  for (int m = c.kept - 1; m >= 0; --m) {
    Vec quadratic = Vec{}, rest = splat(c.seed[m]);
    energy += rest * moment[m];
    for (int p = c.quadratic_begin[m]; p < c.quadratic_begin[m + 1]; ++p) {
      const Contraction::QuadraticTerm &term = c.quadratic[p];
      quadratic += splat(c.coefficient[term.product]) * moment[term.other];
    }
    doubled += quadratic * moment[m];
    Vec other = Vec{};  // two sums, so that they do not wait for each other
    int p = c.reverse_begin[m];
    for (; p + 1 < c.reverse_begin[m + 1]; p += 2) {
      const Contraction::Term *term = c.reverse + p;
      rest += splat(term[0].factor) * (moment[term[0].left] * adjoint[term[0].right]);
      other += splat(term[1].factor) * (moment[term[1].left] * adjoint[term[1].right]);
    }
    if (p < c.reverse_begin[m + 1]) {
      const Contraction::Term &term = c.reverse[p];
      other += splat(term.factor) * (moment[term.left] * adjoint[term.right]);
    }
    adjoint[m] = rest + other + quadratic;
  }
  return energy + splat(0.5) * doubled;
}

template <class T>
INLINE void seed_adjoint(const Tables &t, T *adjoint) {
  for (int m = 0; m < t.moments; ++m) set(adjoint[m], Vec{});
  for (int a = 0; a < t.scalars; ++a) {
    T coefficient;
    set(coefficient, splat(t.linear[a]));
    adjoint[t.scalar_moment[a]] += coefficient;
  }
}

/// Views into the work array; the pair part has one record for each neighbour row.
template <class T>
struct Workspace {
  T *moment, *adjoint, *mono, *mono_adjoint, *pairs;
  int record;  // T's in a pair record

  INLINE Workspace(const Tables &t, double *work, int record_) : record(record_) {
    moment = reinterpret_cast<T *>(work);
    adjoint = moment + t.moments;
    mono = adjoint + t.moments;
    mono_adjoint = mono + t.monomials;
    pairs = mono_adjoint + t.monomials;
  }
  INLINE T *pair(int n) const { return pairs + static_cast<long>(n) * record; }
};

std::size_t work_size(const Tables &t, int neighbours) {
  const std::size_t fixed = 2 * (static_cast<std::size_t>(t.moments) + t.monomials);
  const std::size_t record = 4 + 2 * static_cast<std::size_t>(t.mus);
  return 2 * W * (fixed + record * (neighbours + 1));
}

}  // namespace
}  // namespace argyrodite
