// SPDX-License-Identifier: BSD-3-Clause
// Extrapolation grades by an active set (Podryabinkin and Shapeev, Comput. Mater. Sci. 140, 171 (2017)):
// the feature vector dV/dtheta of an atom, or its sum over a configuration, is written as a combination
// of the set's feature vectors; its largest |coefficient| is the grade gamma.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "argyrodite/aligned_buffer.hpp"
#include "argyrodite/kernel.hpp"

namespace argyrodite {

/// What a file of an active set holds. The file is a text header of lines `key = value`
///
///     MTP active set
///     version = 1
///     potential_id = <16 hexadecimal digits>
///     mode = neighbourhood | configuration
///     parameters = <P>
///     selected = <number of selected rows, at most P>
///     data
///
/// and then, without padding, little-endian: float64 scale[P], rows[P][P], inverse[P][P] and int64
/// members[selected][2]. `rows` are feature vectors, divided by `scale`; `inverse` is the inverse matrix
/// of `rows`; `members` are (configuration, atom) of each selected row, atom -1 in configuration mode.
struct ActiveSet {
  std::string potential_id;
  bool per_atom = true;  // neighbourhood mode
  int parameters = 0;
  std::vector<double> scale, rows, inverse;
  std::vector<std::int64_t> members;
};

/// Parses the content of a file. Throws PotentialError with the reason if it is truncated, longer than
/// it should be, not finite, or if `inverse` is not the inverse of `rows`.
ActiveSet parse_active_set(std::string_view data);

/// The content of the file of a set.
std::string format_active_set(const ActiveSet &set);

/// Grades the atoms of kernel blocks, or their configuration.
class Grader {
 public:
  /// Throws PotentialError if the set's size is not the model's number of parameters.
  Grader(const Model &model, const ActiveSet &set);
  Grader(const Grader &) = delete;
  Grader &operator=(const Grader &) = delete;

  bool per_atom() const { return per_atom_; }
  int parameters() const { return parameters_; }
  /// Doubles in the buffer `features` of the following, aligned to 64 bytes; `work` as for the kernel.
  std::size_t feature_size() const;
  /// Grades of the lanes of a block (neighbourhood mode).
  void grade(const Block &block, double *work, double *features, double *grades) const;
  /// Adds the features of a block to `sum` [parameters] (configuration mode).
  void add_features(const Block &block, double *work, double *features, double *sum) const;
  /// Grade of a configuration from the sum of its features.
  double grade_of(const double *sum) const;
  std::size_t memory_bytes() const;

 private:
  void fill_features(const Block &block, double *work, double *features) const;

  const Model *model_;
  bool per_atom_;
  int parameters_, columns_, radial_rows_, rows_;
  std::vector<double> coefficients_;  // [parameter][parameter]: inverse by scale (configuration mode)
  std::vector<AlignedBuffer> tiles_;  // [centre]: the matrix of `Kernel::grade`
};

}  // namespace argyrodite
