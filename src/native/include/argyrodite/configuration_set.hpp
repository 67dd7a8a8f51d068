// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "argyrodite/active_set.hpp"
#include "argyrodite/kernel.hpp"

namespace argyrodite {

/// Many configurations with their neighbour lists packed into kernel blocks, for repeated
/// evaluation while parameters change. Work is split into chunks of whole configurations; results
/// are written or summed chunk by chunk in a fixed order, so they do not depend on the threads.
class ConfigurationSet {
 public:
  /// `counts` atoms in each of `frames` configurations; `species` and `positions` are concatenated.
  /// Throws std::invalid_argument for unusable geometry, naming the configuration.
  ConfigurationSet(int frames, const int *counts, const int *species, const double *positions,
                   const double *cells, double cutoff, int width, int threads);

  int frames() const { return static_cast<int>(frame_begin_.size()) - 1; }
  long atoms() const { return frame_begin_.back(); }
  double cutoff() const { return cutoff_; }
  long atoms_in(int first, int last) const { return frame_begin_[last] - frame_begin_[first]; }
  std::size_t memory_bytes() const;

  /// energies [frames], site_energies [atoms], forces [atoms][3], strain_derivatives [frames][3][3]
  /// (dE/d strain, eV); the latter two may be null together.
  void evaluate(const Model &model, int threads, double *energies, double *site_energies,
                double *forces, double *strain_derivatives) const;

  /// Gradient with respect to all parameters of
  ///   sum_F energy_factor_F E_F + sum_i direction_i . dE/dx_i + sum_F strain_F : dE/dstrain_F
  /// where the factors and directions are held constant.
  void gradient(const Model &model, int threads, const double *energy_factors,
                const double *directions, const double *strains, double *result) const;

  /// dV_i/dtheta of every atom of frames [first, last): result [atoms][parameters].
  void features(const Model &model, int threads, int first, int last, double *result) const;

  /// Grades of every atom (neighbourhood mode) or of every frame, in frames [first, last).
  void grades(const Model &model, const Grader &grader, int threads, int first, int last,
              double *result) const;

  /// What the linear coefficients multiply, for frames [first, last), S scalars: energies
  /// [frames][S], dE/dx [atoms * 3][S], dE/dstrain [frames * 9][S].
  void linear_rows(const Model &model, int threads, int first, int last, double *energies,
                   double *position_derivatives, double *strain_derivatives) const;

 private:
  struct PackedBlock {
    int centre, neighbours, lanes;
    long offset;                          // into the chunk's pair arrays
    std::int32_t atom[maximum_width];     // global atom, -1 where the lane is unused
    std::int32_t frame[maximum_width];
  };
  struct Chunk {
    int first_frame = 0, last_frame = 0;
    std::vector<PackedBlock> blocks;
    std::vector<double> x, y, z;
    std::vector<std::int64_t> species;
    std::vector<std::int32_t> neighbour;  // global atom, -1 for padding
    int longest = 0;
  };

  void pack(Chunk &chunk, const int *species, const double *positions, const double *cells) const;
  Block view(const Chunk &chunk, const PackedBlock &block) const;
  void check(const Model &model) const;
  std::vector<int> chunks_of(int first, int last) const;
  void run(int threads, const std::vector<int> &chunks, const std::function<void(int)> &task) const;

  double cutoff_;
  int width_;
  std::vector<long> frame_begin_;
  std::vector<Chunk> chunks_;
};

}  // namespace argyrodite
