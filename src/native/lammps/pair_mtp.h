// SPDX-License-Identifier: GPL-2.0-only
// pair_style mtp FILE [species NAME ...]
// pair_coeff * * NAME ...
#ifndef LMP_PAIR_MTP_H
#define LMP_PAIR_MTP_H

#include "pair.h"

#include <memory>
#include <string>
#include <vector>

#include "argyrodite/block_builder.hpp"
#include "argyrodite/kernel.hpp"

namespace LAMMPS_NS {

/// Words, separated by blanks.
std::string joined(const std::vector<std::string> &words);

class PairMTP : public Pair {
 public:
  explicit PairMTP(class LAMMPS *);
  ~PairMTP() override;

  void compute(int, int) override;
  void settings(int, char **) override;
  void coeff(int, char **) override;
  void init_style() override;
  double init_one(int, int) override;
  double memory_usage() override;

 protected:
  const char *style = "mtp";

  /// Called for every block after its evaluation.
  virtual void block_done(const argyrodite::BlockBuilder::Found &) {}

  void allocate();
  std::string read_file(const char *path, const char *what);
  void read_potential(const char *path);
  void use_species(const std::vector<std::string> &names);
  void sort_by_species();
  void set_atoms();
  void compute_block(const argyrodite::BlockBuilder::Found &found);
  void tally(const argyrodite::BlockBuilder::Found &found, const double *energy, const double *gx,
             const double *gy, const double *gz);
  void tally_virial(const argyrodite::BlockBuilder::Found &found, int lane, const double *gx, const double *gy,
                    const double *gz);
  void add_forces();

  std::unique_ptr<argyrodite::Model> model;
  std::unique_ptr<argyrodite::BlockBuilder> builder;
  std::vector<std::string> species_names;   // of the potential's indices; empty: not named
  std::vector<std::string> species_order;   // the same, or else as pair_coeff gives them
  std::vector<int> type_species;            // [type], -1: not handled by this style
  std::vector<std::vector<int>> atoms_of;   // local atoms of each species
  argyrodite::AlignedBuffer work, gradients;
};

}    // namespace LAMMPS_NS

#endif
