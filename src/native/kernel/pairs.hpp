// SPDX-License-Identifier: BSD-3-Clause
// From candidate lists to blocks of pairs, and from the gradients of a block to forces on atoms. Atoms
// are records of four doubles: x, y, z and the bits of the species index.
#pragma once

#include "argyrodite/kernel.hpp"
#include "simd.hpp"

namespace argyrodite {
namespace {

INLINE const double *record_of(const double *packed, int atom) {
  return packed + 4UL * static_cast<unsigned>(atom);
}

/// Tests one candidate after the other, from position `k` of the list on.
INLINE int gather_rest(const double *packed, const double *centre, const int *candidates, int k,
                       int count, int mask, double cutoff2, int *found, int n, double *nearest2) {
  double nearest = *nearest2;
  for (; k < count; ++k) {
    const int j = candidates[k] & mask;
    const double *record = record_of(packed, j);
    const double x = record[0] - centre[0], y = record[1] - centre[1], z = record[2] - centre[2];
    const double r2 = x * x + y * y + z * z;
    found[n] = j;
    n += r2 < cutoff2;  // no branch: the next candidate overwrites
    nearest = r2 < nearest ? r2 : nearest;
  }
  *nearest2 = nearest;
  return n;
}

/// The smallest of W squared distances, if it is below *nearest2.
INLINE void lower(double *nearest2, Vec distances) {
  for (int lane = 0; lane < W; ++lane)
    *nearest2 = distances[lane] < *nearest2 ? distances[lane] : *nearest2;
}

#if defined(__AVX512F__)

/// The records of eight atoms as four vectors.
INLINE void load_records(const double *const *record, Vec *v) {
  __m512d r[4];
  for (int k = 0; k < 4; ++k)
    r[k] = _mm512_insertf64x4(_mm512_castpd256_pd512(_mm256_load_pd(record[k])),
                              _mm256_load_pd(record[k + 4]), 1);
  const __m512d xz01 = _mm512_unpacklo_pd(r[0], r[1]), ys01 = _mm512_unpackhi_pd(r[0], r[1]);
  const __m512d xz23 = _mm512_unpacklo_pd(r[2], r[3]), ys23 = _mm512_unpackhi_pd(r[2], r[3]);
  const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
  const __m512i second = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
  v[0] = (Vec)_mm512_permutex2var_pd(xz01, first, xz23);
  v[1] = (Vec)_mm512_permutex2var_pd(ys01, first, ys23);
  v[2] = (Vec)_mm512_permutex2var_pd(xz01, second, xz23);
  v[3] = (Vec)_mm512_permutex2var_pd(ys01, second, ys23);
}

/// Writes the chosen of W indices side by side and returns their number.
INLINE int compress(Vec r2, Vec limit, const int *candidates, int mask, int *to) {
  const __mmask8 inside = _mm512_cmp_pd_mask((__m512d)r2, (__m512d)limit, _CMP_LT_OQ);
  const __m256i all = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(candidates));
  const __m256i atoms = _mm256_and_si256(all, _mm256_set1_epi32(mask));
  // compressed in a register: some processors take 20 times as long to compress into memory
  _mm256_storeu_si256(reinterpret_cast<__m256i *>(to), _mm256_maskz_compress_epi32(inside, atoms));
  return __builtin_popcount(inside);
}

INLINE Vec smaller(Vec a, Vec b) { return (Vec)_mm512_maskz_min_pd(0xff, (__m512d)a, (__m512d)b); }

#elif defined(__AVX2__)

INLINE void load_records(const double *const *record, Vec *v) {
  for (int k = 0; k < 4; ++k) v[k] = (Vec)_mm256_load_pd(record[k]);
  transpose(v);
}

/// For each set of lanes, their numbers side by side. Constant, so that no code for this instruction
/// set runs when the library is loaded.
struct Compression {
  alignas(16) int from[16][4] = {};
  constexpr Compression() {
    for (int set = 0; set < 16; ++set)
      for (int lane = 0, n = 0; lane < 4; ++lane)
        if (set >> lane & 1) from[set][n++] = lane;
  }
};
constexpr Compression compression;

INLINE int compress(Vec r2, Vec limit, const int *candidates, int mask, int *to) {
  const int inside = _mm256_movemask_pd(_mm256_cmp_pd((__m256d)r2, (__m256d)limit, _CMP_LT_OQ));
  const __m128i all = _mm_loadu_si128(reinterpret_cast<const __m128i *>(candidates));
  const __m128i atoms = _mm_and_si128(all, _mm_set1_epi32(mask));
  const __m128i from = _mm_load_si128(reinterpret_cast<const __m128i *>(compression.from[inside]));
  _mm_storeu_si128(reinterpret_cast<__m128i *>(to),
                   _mm_castps_si128(_mm_permutevar_ps(_mm_castsi128_ps(atoms), from)));
  return __builtin_popcount(inside);
}

INLINE Vec smaller(Vec a, Vec b) { return (Vec)_mm256_min_pd((__m256d)a, (__m256d)b); }

#else

INLINE void load_records(const double *const *record, Vec *v) {
  Vec low[2] = {load(record[0]), load(record[1])}, high[2] = {load(record[0] + 2), load(record[1] + 2)};
  transpose(low);
  transpose(high);
  v[0] = low[0];
  v[1] = low[1];
  v[2] = high[0];
  v[3] = high[1];
}

#endif

int gather(const double *packed, const double *centre, const int *candidates, int count, int mask,
           double cutoff2, int *found, double *nearest2) {
  int n = 0, k = 0;
#if defined(__AVX2__)
  const Vec x = splat(centre[0]), y = splat(centre[1]), z = splat(centre[2]), limit = splat(cutoff2);
  Vec nearest = splat(*nearest2);
  for (; k + W <= count; k += W) {
    const double *record[W];
    for (int lane = 0; lane < W; ++lane) record[lane] = record_of(packed, candidates[k + lane] & mask);
    Vec v[4];
    load_records(record, v);
    const Vec dx = v[0] - x, dy = v[1] - y, dz = v[2] - z, r2 = dx * dx + dy * dy + dz * dz;
    nearest = smaller(nearest, r2);
    n += compress(r2, limit, candidates + k, mask, found + n);
  }
  lower(nearest2, nearest);
#endif
  return gather_rest(packed, centre, candidates, k, count, mask, cutoff2, found, n, nearest2);
}

void assemble(const double *packed, const int *centres, const int *const *neighbours, int rows,
              double *x, double *y, double *z, std::int64_t *species) {
  const double *record[W];
  Vec centre[4], v[4];
  for (int lane = 0; lane < W; ++lane) record[lane] = record_of(packed, centres[lane]);
  load_records(record, centre);
  for (int n = 0; n < rows; ++n) {
    for (int lane = 0; lane < W; ++lane) record[lane] = record_of(packed, neighbours[lane][n]);
    load_records(record, v);
    store(x + n * W, v[0] - centre[0]);
    store(y + n * W, v[1] - centre[1]);
    store(z + n * W, v[2] - centre[2]);
    store(reinterpret_cast<double *>(species) + n * W, v[3]);
  }
}

/// Subtracts three vectors, one component each, from the records of W atoms.
INLINE void subtract(Vec gx, Vec gy, Vec gz, double *const *record) {
#if defined(__AVX512F__)
  const __m512d x = (__m512d)gx, y = (__m512d)gy, z = (__m512d)gz, zero = _mm512_setzero_pd();
  const __m512d xy_even = _mm512_unpacklo_pd(x, y), xy_odd = _mm512_unpackhi_pd(x, y);
  const __m512d z_even = _mm512_unpacklo_pd(z, zero), z_odd = _mm512_unpackhi_pd(z, zero);
  const __m512i low = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
  const __m512i high = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
  const __m512d pairs[4] = {  // lanes 0 and 2, 1 and 3, 4 and 6, 5 and 7
      _mm512_permutex2var_pd(xy_even, low, z_even), _mm512_permutex2var_pd(xy_odd, low, z_odd),
      _mm512_permutex2var_pd(xy_even, high, z_even), _mm512_permutex2var_pd(xy_odd, high, z_odd)};
  unroll<0, 8>(UNROLLED(lane) {
    constexpr int pair = lane / 4 * 2 + lane % 2;
    const __m256d g = lane % 4 < 2 ? _mm512_castpd512_pd256(pairs[pair])
                                   : _mm512_maskz_extractf64x4_pd(0xf, pairs[pair], 1);
    _mm256_store_pd(record[lane], _mm256_sub_pd(_mm256_load_pd(record[lane]), g));
  });
#elif defined(__AVX2__)
  Vec v[4] = {gx, gy, gz, Vec{}};
  transpose(v);
  for (int lane = 0; lane < W; ++lane)
    _mm256_store_pd(record[lane], _mm256_sub_pd(_mm256_load_pd(record[lane]), (__m256d)v[lane]));
#else
  for (int lane = 0; lane < W; ++lane) {
    record[lane][0] -= gx[lane];
    record[lane][1] -= gy[lane];
    record[lane][2] -= gz[lane];
  }
#endif
}

void scatter(const int *centres, int lanes, const int *const *neighbours, int rows, const double *gx,
             const double *gy, const double *gz, double *forces) {
  Vec x = Vec{}, y = Vec{}, z = Vec{};
  double *record[W];
  for (int n = 0; n < rows; ++n) {
    const Vec dx = load(gx + n * W), dy = load(gy + n * W), dz = load(gz + n * W);
    x += dx;
    y += dy;
    z += dz;
    for (int lane = 0; lane < W; ++lane)
      record[lane] = forces + 4UL * static_cast<unsigned>(neighbours[lane][n]);
    subtract(dx, dy, dz, record);
  }
  for (int lane = 0; lane < lanes; ++lane) {
    double *force = forces + 4L * centres[lane];
    force[0] += x[lane];
    force[1] += y[lane];
    force[2] += z[lane];
  }
}

}  // namespace
}  // namespace argyrodite
