// SPDX-License-Identifier: GPL-2.0-only
// pair_style mtp FILE [species NAME ...]
// pair_coeff * * NAME ...
#ifndef LMP_PAIR_MTP_H
#define LMP_PAIR_MTP_H

#include "pair.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "argyrodite/kernel.hpp"

namespace LAMMPS_NS {

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
  /// Neighbours of up to `width` atoms in the kernel's layout, and what they belong to.
  struct Lanes {
    std::vector<double> storage, found;
    std::vector<std::int64_t> species;
    std::vector<int> index;           // [lane][row]: local or ghost atom
    double *x, *y, *z, *gx, *gy, *gz, *work;
    int capacity = -1;                // rows
  };

  void allocate();
  void read_file(const char *path);
  void use_species(const std::vector<std::string> &names);
  void sort_by_species();
  void pack_atoms();
  void reserve(int rows);
  int gather(const int *atoms, int count);
  void scatter(const int *atoms, int count, const double *energy);

  std::unique_ptr<argyrodite::Model> model;
  std::vector<std::string> species_names;   // of the potential's indices; empty: not named
  std::vector<int> type_species;            // [type], -1: not handled by this style
  std::vector<std::vector<int>> atoms_of;   // local atoms of each species
  std::vector<double> packed;               // [atom][4]: x, y, z, species
  int found[argyrodite::maximum_width];     // neighbours within the cutoff, per lane
  Lanes lanes;
};

}    // namespace LAMMPS_NS

#endif
