// SPDX-License-Identifier: BSD-3-Clause
// Compiled once for each instruction set with ARGYRODITE_ISA set to its name. Everything here has
// internal linkage and uses no library templates, so that no function compiled for a newer
// processor can be picked by the linker for an older one.
#include "argyrodite/kernel.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define ARGYRODITE_CONCAT_(a, b) a##b
#define ARGYRODITE_CONCAT(a, b) ARGYRODITE_CONCAT_(a, b)
#define ARGYRODITE_STRING_(a) #a
#define ARGYRODITE_STRING(a) ARGYRODITE_STRING_(a)

namespace argyrodite {
namespace {

#if defined(__AVX512F__)
constexpr int W = 8;
#elif defined(__AVX2__)
constexpr int W = 4;
#else
constexpr int W = 2;
#endif

typedef double Vec __attribute__((vector_size(W * 8), may_alias));
typedef long long Index __attribute__((vector_size(W * 8), may_alias));
typedef double LooseVec __attribute__((vector_size(W * 8), aligned(8), may_alias));
typedef long long LooseIndex __attribute__((vector_size(W * 8), aligned(8), may_alias));

#define INLINE inline __attribute__((always_inline))

INLINE Vec load(const double *p) { return *reinterpret_cast<const LooseVec *>(p); }
INLINE Index load_index(const std::int64_t *p) { return *reinterpret_cast<const LooseIndex *>(p); }
INLINE void store(double *p, Vec v) { *reinterpret_cast<LooseVec *>(p) = v; }
INLINE Vec splat(double value) { return value - Vec{}; }

INLINE Vec square_root(Vec v) {
#if defined(__AVX512F__)
  return (Vec)_mm512_sqrt_pd((__m512d)v);
#elif defined(__AVX2__)
  return (Vec)_mm256_sqrt_pd((__m256d)v);
#else
  for (int lane = 0; lane < W; ++lane) v[lane] = __builtin_sqrt(v[lane]);
  return v;
#endif
}

/// A value and its derivative along one direction.
struct Dual {
  Vec v, d;
};
INLINE Dual operator+(Dual a, Dual b) { return {a.v + b.v, a.d + b.d}; }
INLINE Dual operator-(Dual a, Dual b) { return {a.v - b.v, a.d - b.d}; }
INLINE Dual operator*(Dual a, Dual b) { return {a.v * b.v, a.v * b.d + a.d * b.v}; }
INLINE Dual operator*(Vec c, Dual a) { return {c * a.v, c * a.d}; }
INLINE Dual &operator+=(Dual &a, Dual b) { return a = a + b; }

INLINE Vec reciprocal_root_chain(Vec r2, Vec &r) {
  r = square_root(r2);
  return splat(1.0) / r;
}
INLINE Dual reciprocal_root_chain(Dual r2, Dual &r) {
  r.v = square_root(r2.v);
  const Vec inverse = splat(1.0) / r.v;
  r.d = splat(0.5) * r2.d * inverse;
  return {inverse, -inverse * inverse * r.d};
}
INLINE void set(Vec &out, Vec value) { out = value; }
INLINE void set(Dual &out, Vec value) { out = {value, Vec{}}; }

/// Radial coefficients of each lane's neighbour species.
struct Lookup {
  Index index;
  bool in_register;

  Lookup(const Tables &t, Index species) : index(species), in_register(t.species <= W) {}
  INLINE Vec operator()(const double *row) const {
    if (in_register) {
#if defined(__AVX512F__)
      return (Vec)_mm512_permutexvar_pd((__m512i)index, (__m512d)load(row));
#elif defined(__clang__)  // has no shuffle by a vector
      Vec chosen;
      for (int lane = 0; lane < W; ++lane) chosen[lane] = row[index[lane]];
      return chosen;
#else
      return __builtin_shuffle(load(row), index);
#endif
    }
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
    const T gap = cutoff - r;
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

/// Sizes known at compile time, or negative for those of the tables.
template <int Degree, int Mus, int Ks>
struct Shape {
  static constexpr bool fixed = Degree >= 0;
  static constexpr int stack = fixed ? (Degree + 1) * (Degree + 2) * (Degree + 3) / 6 : 1;
  static INLINE int degree(const Tables &t) { return fixed ? Degree : t.degree; }
  static INLINE int mus(const Tables &t) { return Mus > 0 ? Mus : t.mus; }
  static INLINE int ks(const Tables &t) { return Ks > 0 ? Ks : t.ks; }
  static INLINE int count(const Tables &t, int mu) {
    if (!fixed) return t.basic_begin[mu + 1] - t.basic_begin[mu];
    const int d = Degree - 2 * mu > 0 ? Degree - 2 * mu : 0;
    return (d + 1) * (d + 2) * (d + 3) / 6;
  }
};
using AnyShape = Shape<-1, -1, -1>;

template <class S, class T>
INLINE void radial_functions(const Tables &t, int centre, const Lookup &lookup, T r, T *f) {
  const int ks = S::ks(t), mus = S::mus(t);
  const long stride = t.species_stride;
  const double *rows = t.radial + static_cast<long>(centre) * mus * ks * stride;
  RadialBasis<T> basis(t, r);
  for (int mu = 0; mu < mus; ++mu) f[mu] = lookup(rows + mu * ks * stride) * basis.current;
  for (int k = 1; k < ks; ++k) {
    basis.advance();
    for (int mu = 0; mu < mus; ++mu)
      f[mu] += lookup(rows + (mu * ks + k) * stride) * basis.current;
  }
}

/// All monomials of the unit vector up to a degree.
template <class S, class T>
INLINE void monomials(const Tables &t, const T *unit, T *mono) {
  set(mono[0], splat(1.0));
  const T *previous = mono;
  T *next = mono + 1;
  for (int d = 1, size = 1; d <= S::degree(t); ++d) {
    const T *begin = next;
    for (int i = 0; i < size; ++i) *next++ = unit[0] * previous[i];
    for (int i = size - d; i < size; ++i) *next++ = unit[1] * previous[i];
    *next++ = unit[2] * previous[size - 1];
    previous = begin;
    size += d + 1;
  }
}

/// Reverse of `monomials`: from dV/dmono (overwritten) to dV/dunit.
template <class S>
INLINE void monomials_reverse(const Tables &t, const Vec *unit, const Vec *mono, Vec *adjoint,
                              Vec *g) {
  g[0] = g[1] = g[2] = Vec{};
  for (int d = S::degree(t); d > 0; --d) {
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

int gather(const double *packed, const double *centre, const int *candidates, int count, int mask,
           double cutoff2, double *found, int *index, double *nearest2) {
  typedef double Pair __attribute__((vector_size(16), may_alias));
  typedef double LoosePair __attribute__((vector_size(16), aligned(8), may_alias));
  const Pair xy = {centre[0], centre[1]}, z = {centre[2], 0.0};
  int n = 0;
  double nearest = *nearest2;
  for (int k = 0; k < count; ++k) {
    const int j = candidates[k] & mask;
    const LoosePair *record = reinterpret_cast<const LoosePair *>(packed + 4L * j);
    const Pair dxy = record[0] - xy, dz = record[1] - z;
    const Pair square = dxy * dxy;
    const double r2 = square[0] + square[1] + dz[0] * dz[0];
    LoosePair *out = reinterpret_cast<LoosePair *>(found + 4L * n);
    out[0] = dxy;
    out[1] = dz;
    index[n] = j;
    n += r2 < cutoff2;  // no branch: the next candidate overwrites
    nearest = r2 < nearest ? r2 : nearest;
  }
  *nearest2 = nearest;
  return n;
}

void interleave(const double *const *found, int lanes, int rows, double cutoff, double *x,
                double *y, double *z, std::int64_t *species) {
  for (int lane = 0; lane < W; ++lane) {
    if (lane >= lanes) {
      for (int at = lane; at < rows * W; at += W) {
        x[at] = cutoff;
        y[at] = z[at] = 0.0;
        species[at] = 0;
      }
      continue;
    }
    const double *record = found[lane];
    for (int at = lane; at < rows * W; at += W, record += 4) {
      x[at] = record[0];
      y[at] = record[1];
      z[at] = record[2];
      species[at] = static_cast<std::int64_t>(record[3]);
    }
  }
}

std::size_t work_size(const Tables &t, int neighbours) {
  const std::size_t fixed = 2 * (static_cast<std::size_t>(t.moments) + t.monomials);
  const std::size_t record = 4 + 2 * static_cast<std::size_t>(t.mus);
  return 2 * W * (fixed + record * (neighbours + 1));
}

/// Forward pass with values only; each pair record holds unit vector, 1/r, f and df/dr.
template <class S>
INLINE void forward(const Tables &t, const Block &block, const Workspace<Vec> &w) {
  const int mus = S::mus(t);
  Vec local[S::stack], sums[S::fixed ? 2 * S::stack : 1];
  Vec *const mono = S::fixed ? local : w.mono, *const moment = S::fixed ? sums : w.moment;
  for (int m = 0; m < t.basics; ++m) moment[m] = Vec{};
  for (int n = 0; n < block.neighbours; ++n) {
    const Vec x = load(block.x + n * W), y = load(block.y + n * W), z = load(block.z + n * W);
    Vec r;
    const Vec inverse = reciprocal_root_chain(x * x + y * y + z * z, r);
    const Vec unit[3] = {x * inverse, y * inverse, z * inverse};
    Vec *record = w.pair(n);
    for (int axis = 0; axis < 3; ++axis) record[axis] = unit[axis];
    record[3] = inverse;
    Dual *f = reinterpret_cast<Dual *>(record + 4);
    radial_functions<S>(t, block.centre, Lookup(t, load_index(block.species + n * W)),
                        Dual{r, splat(1.0)}, f);
    monomials<S>(t, unit, mono);
    Vec *to = moment;
    for (int mu = 0; mu < mus; ++mu) {
      const Vec value = f[mu].v;
      const int count = S::count(t, mu);
      for (int q = 0; q < count; ++q) *to++ += value * mono[q];
    }
  }
  if (S::fixed)
    for (int m = 0; m < t.basics; ++m) w.moment[m] = moment[m];
  contract(t, w.moment);
}

/// dV/d(pair vector) from dV/dM of the basic moments.
template <class S>
INLINE void pair_gradients(const Tables &t, const Block &block, const Workspace<Vec> &w, double *gx,
                           double *gy, double *gz) {
  const int mus = S::mus(t);
  Vec local[S::stack], local_adjoint[S::stack];
  Vec *const mono = S::fixed ? local : w.mono;
  Vec *const mono_adjoint = S::fixed ? local_adjoint : w.mono_adjoint;
  for (int n = 0; n < block.neighbours; ++n) {
    const Vec *record = w.pair(n);
    const Vec unit[3] = {record[0], record[1], record[2]};
    const Dual *f = reinterpret_cast<const Dual *>(record + 4);
    monomials<S>(t, unit, mono);
    const int all = S::fixed ? S::stack : t.monomials;
    for (int q = 0; q < all; ++q) mono_adjoint[q] = Vec{};
    Vec radial = Vec{};
    const Vec *from = w.adjoint;
    for (int mu = 0; mu < mus; ++mu) {
      Vec sum = Vec{};
      const Vec value = f[mu].v;
      const int count = S::count(t, mu);
      for (int q = 0; q < count; ++q) {
        const Vec adjoint = *from++;
        sum += adjoint * mono[q];
        mono_adjoint[q] += adjoint * value;
      }
      radial += f[mu].d * sum;
    }
    Vec g[3];
    monomials_reverse<S>(t, unit, mono, mono_adjoint, g);
    const Vec along = unit[0] * g[0] + unit[1] * g[1] + unit[2] * g[2];
    const Vec common = radial - record[3] * along;
    store(gx + n * W, common * unit[0] + record[3] * g[0]);
    store(gy + n * W, common * unit[1] + record[3] * g[1]);
    store(gz + n * W, common * unit[2] + record[3] * g[2]);
  }
}

template <class S>
INLINE void evaluate_shape(const Tables &t, const Block &block, double *work, double *energy,
                           double *gx, double *gy, double *gz) {
  const Workspace<Vec> w(t, work, 4 + 2 * t.mus);
  forward<S>(t, block, w);
  Vec v = splat(t.species_energy[block.centre]);
  for (int a = 0; a < t.scalars; ++a) v += splat(t.linear[a]) * w.moment[t.scalar_moment[a]];
  store(energy, v);
  if (gx == nullptr) return;
  seed_adjoint(t, w.adjoint);
  contract_reverse(t, w.moment, w.adjoint);
  pair_gradients<S>(t, block, w, gx, gy, gz);
}

/// Whether the tables have the sizes of a level's standard basis: degree - 2 mu for function mu.
bool has_shape(const Tables &t, int degree, int mus, int ks) {
  if (t.degree != degree || t.mus != mus || t.ks != ks) return false;
  for (int mu = 0; mu < mus; ++mu) {
    const int d = degree - 2 * mu > 0 ? degree - 2 * mu : 0;
    if (t.basic_begin[mu + 1] - t.basic_begin[mu] != (d + 1) * (d + 2) * (d + 3) / 6) return false;
  }
  return true;
}

void evaluate(const Tables &t, const Block &block, double *work, double *energy, double *gx,
              double *gy, double *gz) {
  if (has_shape(t, 2, 2, 8))  // level 8
    evaluate_shape<Shape<2, 2, 8>>(t, block, work, energy, gx, gy, gz);
  else
    evaluate_shape<AnyShape>(t, block, work, energy, gx, gy, gz);
}

void linear_basis(const Tables &t, const Block &block, double *work, double *basis, double *gx,
                  double *gy, double *gz, void (*visit)(void *, int), void *context) {
  const Workspace<Vec> w(t, work, 4 + 2 * t.mus);
  forward<AnyShape>(t, block, w);
  for (int a = 0; a < t.scalars; ++a) store(basis + a * W, w.moment[t.scalar_moment[a]]);
  for (int a = 0; a < t.scalars; ++a) {
    for (int m = 0; m < t.moments; ++m) w.adjoint[m] = Vec{};
    w.adjoint[t.scalar_moment[a]] = splat(1.0);
    contract_reverse(t, w.moment, w.adjoint);
    pair_gradients<AnyShape>(t, block, w, gx, gy, gz);
    visit(context, a);
  }
}

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
    const T inverse = reciprocal_root_chain(x * x + y * y + z * z, r);
    T *record = w.pair(n);
    record[0] = x * inverse;
    record[1] = y * inverse;
    record[2] = z * inverse;
    record[3] = r;
    radial_functions<AnyShape>(t, block.centre, Lookup(t, load_index(block.species + n * W)), r,
                               record + 4);
    monomials<AnyShape>(t, record, w.mono);
    T *to = w.moment;
    for (int mu = 0; mu < t.mus; ++mu) {
      const T value = record[4 + mu];
      const int count = AnyShape::count(t, mu);
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
    monomials<AnyShape>(t, record, w.mono);
    const T *from = w.adjoint;
    Vec contribution[maximum_radial_rows];
    for (int mu = 0; mu < t.mus; ++mu) {
      T sum;
      set(sum, Vec{});
      const int count = AnyShape::count(t, mu);
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

extern const Kernel ARGYRODITE_CONCAT(kernel_, ARGYRODITE_ISA);
const Kernel ARGYRODITE_CONCAT(kernel_, ARGYRODITE_ISA) = {
    ARGYRODITE_STRING(ARGYRODITE_ISA), W, work_size, gather, interleave, evaluate, linear_basis, gradient, features};

}  // namespace argyrodite
