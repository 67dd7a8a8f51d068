// SPDX-License-Identifier: BSD-3-Clause
// Vectors of doubles of the instruction set that a file is compiled for. Everything in the kernel's
// headers has internal linkage and uses no library templates, so that no function compiled for a
// newer processor can be picked by the linker for an older one.
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define INLINE inline __attribute__((always_inline))

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

INLINE Vec load(const double *p) { return *reinterpret_cast<const LooseVec *>(p); }
INLINE Index load_index(const std::int64_t *p) { return *reinterpret_cast<const LooseIndex *>(p); }
INLINE void store(double *p, Vec v) { *reinterpret_cast<LooseVec *>(p) = v; }
INLINE Vec splat(double value) { return value - Vec{}; }

/// A number known at compile time.
template <int N>
struct Int {
  constexpr operator int() const { return N; }
};

/// Calls f(Int<Begin>) ... f(Int<End - 1>), written out.
template <int Begin, int End, class F>
INLINE void unroll(const F &f) {
  if constexpr (Begin < End) {
    f(Int<Begin>{});
    unroll<Begin + 1, End>(f);
  }
}
#define UNROLLED(i) [&](auto i) __attribute__((always_inline))

INLINE Vec larger(Vec a, Vec b) {
#if defined(__AVX512F__)
  return (Vec)_mm512_max_pd((__m512d)a, (__m512d)b);
#elif defined(__AVX2__)
  return (Vec)_mm256_max_pd((__m256d)a, (__m256d)b);
#else
  for (int lane = 0; lane < W; ++lane) a[lane] = a[lane] > b[lane] ? a[lane] : b[lane];
  return a;
#endif
}

INLINE Vec magnitude(Vec v) { return larger(v, -v); }

/// 1 / sqrt(v) and sqrt(v).
INLINE Vec reciprocal_root(Vec v, Vec &root) {
#if defined(__AVX512F__)
  root = (Vec)_mm512_maskz_sqrt_pd(0xff, (__m512d)v);
#elif defined(__AVX2__)
  root = (Vec)_mm256_sqrt_pd((__m256d)v);
#else
  for (int lane = 0; lane < W; ++lane) root[lane] = __builtin_sqrt(v[lane]);
#endif
  return splat(1.0) / root;
}

/// Lanes of a table of at most W entries.
INLINE Vec pick(const double *table, Index index) {
#if defined(__AVX512F__)
  return (Vec)_mm512_permutexvar_pd((__m512i)index, (__m512d)load(table));
#elif defined(__clang__)  // has no shuffle by a vector
  Vec chosen;
  for (int lane = 0; lane < W; ++lane) chosen[lane] = table[index[lane]];
  return chosen;
#else
  return __builtin_shuffle(load(table), index);
#endif
}

/// Transposes W vectors in place.
INLINE void transpose(Vec *v) {
  for (int half = W / 2; half > 0; half /= 2) {
    Index low, high;  // of two vectors: the lanes without the bit `half`, and those with it
    for (int lane = 0; lane < W; ++lane) {
      low[lane] = lane & half ? W + lane - half : lane;
      high[lane] = lane & half ? W + lane : lane + half;
    }
    for (int i = 0; i < W; ++i) {
      if (i & half) continue;
      const Vec a = v[i], b = v[i + half];
#if defined(__clang__)
      for (int lane = 0; lane < W; ++lane) {
        v[i][lane] = low[lane] < W ? a[low[lane]] : b[low[lane] - W];
        v[i + half][lane] = high[lane] < W ? a[high[lane]] : b[high[lane] - W];
      }
#else
      v[i] = __builtin_shuffle(a, b, low);
      v[i + half] = __builtin_shuffle(a, b, high);
#endif
    }
  }
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

INLINE Dual reciprocal_root(Dual v, Dual &root) {
  const Vec inverse = reciprocal_root(v.v, root.v);
  root.d = splat(0.5) * v.d * inverse;
  return {inverse, -inverse * inverse * root.d};
}
INLINE Vec positive_part(Vec v) { return larger(v, Vec{}); }
INLINE Dual positive_part(Dual v) { return {positive_part(v.v), v.d}; }
INLINE void set(Vec &out, Vec value) { out = value; }
INLINE void set(Dual &out, Vec value) { out = {value, Vec{}}; }

}  // namespace
}  // namespace argyrodite
