// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <vector>

#include "argyrodite/aligned_buffer.hpp"
#include "argyrodite/kernel.hpp"

namespace argyrodite {

/// Turns the candidate lists of a simulation program into blocks for the kernel, and the gradients of
/// blocks into forces on atoms. Atoms with similar numbers of neighbours are put side by side, so that
/// few lanes are padding; the blocks depend on nothing but the positions and the order of the atoms.
class BlockBuilder {
 public:
  /// A block and what its lanes stand for, `block.lanes` of each: the central atoms, their numbers of
  /// neighbours, and those neighbours. All are valid for `width` lanes and `block.neighbours` rows,
  /// where those beyond the lists are any atoms.
  struct Found {
    Block block;
    const int *atoms, *counts;
    const int *const *neighbours;
  };

  BlockBuilder(const Kernel &kernel, double cutoff);

  /// Starts a step with `atoms` atoms, ghosts included: forces are zero, atoms are to be set.
  void begin(std::size_t atoms);
  /// Sets an atom; a negative species puts it out of everyone's reach.
  void set_atom(std::size_t atom, const double *position, int species) {
    double *record = packed_.data() + 4 * atom;
    record[0] = species < 0 ? 1.0e100 : position[0];
    record[1] = position[1];
    record[2] = position[2];
    reinterpret_cast<std::int64_t *>(record)[3] = species;
  }

  /// Visits all `count` atoms of one species in blocks. `candidates[i]` lists `candidate_counts[i]`
  /// atoms for atom i, to be masked by `mask`, with all within the cutoff among them, without i itself.
  void visit(int species, const int *atoms, int count, const int *const *candidates,
             const int *candidate_counts, int mask, const std::function<void(const Found &)> &visitor);

  /// Adds the gradients of a visited block to the forces.
  void add_forces(const Found &found, const double *gx, const double *gy, const double *gz);

  /// Forces of all atoms [atom][4], eV/Å; the fourth component is not used.
  const double *forces() const { return forces_.data(); }
  /// Smallest squared distance met since `begin`, at most the squared cutoff.
  double nearest2() const { return nearest2_; }
  std::size_t memory_bytes() const;

 private:
  struct Slot {
    int atom, count;
    const int *neighbours;  // within `found_`
  };

  int batch_size() const;
  void reserve(int rows);
  void emit(int species, int first, int lanes, const std::function<void(const Found &)> &visitor);
  void pad(const int *counts, int rows);

  const Kernel *kernel_;
  double cutoff_, nearest2_ = 0.0;
  int capacity_ = -1;  // rows of an atom
  std::vector<Slot> slots_;
  std::vector<int> found_;
  AlignedBuffer packed_, forces_, block_;
  double *x_ = nullptr, *y_ = nullptr, *z_ = nullptr;
  std::int64_t *species_ = nullptr;
};

}  // namespace argyrodite
